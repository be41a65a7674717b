CREATE VIEW dash_sources_v1 AS
WITH days AS (
  SELECT n.district, n.night, n.as_of, s.source, max(CASE WHEN s.state = 'ok' THEN s.day END) AS last_complete_on,
    sum(CASE WHEN s.state = 'ok' THEN 1 ELSE 0 END) AS days_ok,
    sum(CASE WHEN s.state = 'late' THEN 1 ELSE 0 END) AS days_late,
    sum(CASE WHEN s.state = 'partial' THEN 1 ELSE 0 END) AS days_partial,
    sum(CASE WHEN s.state = 'missing' THEN 1 ELSE 0 END) AS days_missing
  FROM dash_nights_v1 n
  CROSS JOIN source_days s
  WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_last_night = 1
  GROUP BY n.district, n.night, n.as_of, s.source
), delivered AS (
  SELECT b.district, b.source, b.feed, max(CASE WHEN b.state = 'stored' THEN b.landed_at END) AS last_delivery_at,
    sum(CASE WHEN b.state = 'stored' THEN 1 ELSE 0 END) AS batches_stored,
    sum(CASE WHEN b.state = 'refused' THEN 1 ELSE 0 END) AS batches_refused,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.delivered ELSE 0 END) AS BIGINT) AS delivered,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.accepted ELSE 0 END) AS BIGINT) AS accepted,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.merged ELSE 0 END) AS BIGINT) AS merged,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.duplicate ELSE 0 END) AS BIGINT) AS duplicate,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.quarantined ELSE 0 END) AS BIGINT) AS quarantined,
    CAST(sum(CASE WHEN b.state = 'stored' THEN b.out_of_scope ELSE 0 END) AS BIGINT) AS out_of_scope
  FROM batches b
  GROUP BY b.district, b.source, b.feed
)
SELECT d.district, d.night, d.source, b.feed, d.last_complete_on, b.last_delivery_at,
  24 * (julianday(d.as_of) - julianday(b.last_delivery_at)) AS hours_since_delivery,
  d.days_ok, d.days_late, d.days_partial, d.days_missing, b.batches_stored, b.batches_refused,
  b.delivered, b.accepted, b.merged, b.duplicate, b.quarantined, b.out_of_scope
FROM days d
LEFT JOIN delivered b ON b.district = d.district AND b.source = d.source
