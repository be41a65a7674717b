CREATE VIEW dash_alert_rounds_v1 AS
WITH rounds AS (
  SELECT e.district, e.alert_id, e.seq, e.night, e.type, e.category, e.subdistrict, e.level, e.quiet, e.recorded_at,
    row_number() OVER (PARTITION BY e.district, e.alert_id ORDER BY e.seq) AS round,
    lead(e.seq) OVER (PARTITION BY e.district, e.alert_id ORDER BY e.seq) AS next_seq
  FROM alert_events e
  WHERE e.event IN ('opened', 'reopened') AND NOT e.taken_back
), done AS (
  SELECT r.district, r.alert_id, r.round,
    min(CASE WHEN e.event IN ('acknowledged', 'assigned', 'whistled', 'resolved', 'closed') AND e.role <> 'system' THEN e.recorded_at END)
      AS acknowledged_at,
    min(CASE WHEN e.event IN ('resolved', 'verified', 'closed') THEN e.recorded_at END) AS acted_at,
    max(CASE WHEN e.event = 'escalated' THEN 1 ELSE 0 END) AS is_escalated,
    max(CASE WHEN e.outcome IN ('fixed', 'referred') THEN 1 ELSE 0 END) AS is_found,
    max(CASE WHEN e.outcome IN ('nothing_found', 'data_error', 'not_ours') THEN 1 ELSE 0 END) AS is_not_found
  FROM rounds r
  LEFT JOIN alert_events e ON e.district = r.district AND e.alert_id = r.alert_id AND NOT e.taken_back
    AND e.seq > r.seq AND (r.next_seq IS NULL OR e.seq < r.next_seq)
  GROUP BY r.district, r.alert_id, r.round
)
SELECT r.district, r.night, r.alert_id, r.round, r.type, r.category, r.subdistrict, r.level,
  CASE WHEN r.quiet THEN 1 ELSE 0 END AS is_quiet,
  CASE WHEN r.next_seq IS NULL THEN 1 ELSE 0 END AS is_newest,
  r.recorded_at AS opened_at, d.acknowledged_at, d.acted_at,
  24 * (julianday(d.acknowledged_at) - julianday(r.recorded_at)) AS hours_to_acknowledge,
  24 * (julianday(d.acted_at) - julianday(r.recorded_at)) AS hours_to_act,
  d.is_escalated, d.is_found,
  CASE WHEN d.is_found = 0 THEN d.is_not_found ELSE 0 END AS is_not_found
FROM rounds r
JOIN done d ON d.district = r.district AND d.alert_id = r.alert_id AND d.round = r.round
