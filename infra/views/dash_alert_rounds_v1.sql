CREATE VIEW dash_alert_rounds_v1 AS
WITH openings AS (
  SELECT e.district, e.alert_id, e.seq, e.night, e.type, e.category, e.subdistrict, e.level, e.quiet, e.recorded_at,
    row_number() OVER (PARTITION BY e.district, e.alert_id ORDER BY e.seq) AS round,
    lead(e.seq) OVER (PARTITION BY e.district, e.alert_id ORDER BY e.seq) AS next_seq
  FROM alert_events e
  WHERE e.event IN ('opened', 'reopened') AND NOT e.taken_back
), rounds AS (
  SELECT o.district, o.alert_id, o.round, max(o.night) AS night, max(o.type) AS type, max(o.category) AS category,
    max(o.subdistrict) AS subdistrict, max(o.level) AS level, max(CASE WHEN o.quiet THEN 1 ELSE 0 END) AS is_quiet,
    CASE WHEN max(o.next_seq) IS NULL THEN 1 ELSE 0 END AS is_newest, max(o.recorded_at) AS opened_at,
    min(CASE WHEN e.event IN ('acknowledged', 'assigned', 'whistled', 'resolved', 'closed') AND e.role <> 'system' THEN e.recorded_at END)
      AS acknowledged_at,
    min(CASE WHEN e.event IN ('resolved', 'verified', 'closed') THEN e.recorded_at END) AS acted_at,
    max(CASE WHEN e.event = 'escalated' THEN 1 ELSE 0 END) AS is_escalated,
    max(CASE WHEN e.outcome IN ('fixed', 'referred') THEN 1 ELSE 0 END) AS is_found,
    max(CASE WHEN e.outcome IN ('nothing_found', 'data_error', 'not_ours') THEN 1 ELSE 0 END) AS is_not_found
  FROM openings o
  LEFT JOIN alert_events e ON e.district = o.district AND e.alert_id = o.alert_id AND NOT e.taken_back
    AND e.seq > o.seq AND (o.next_seq IS NULL OR e.seq < o.next_seq)
  GROUP BY o.district, o.alert_id, o.round
)
SELECT district, night, alert_id, round, type, category, subdistrict, level, is_quiet, is_newest, opened_at, acknowledged_at, acted_at,
  24 * (julianday(acknowledged_at) - julianday(opened_at)) AS hours_to_acknowledge,
  24 * (julianday(acted_at) - julianday(opened_at)) AS hours_to_act,
  is_escalated, is_found, CASE WHEN is_found = 0 THEN is_not_found ELSE 0 END AS is_not_found
FROM rounds
