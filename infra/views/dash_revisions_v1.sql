CREATE VIEW dash_revisions_v1 AS
SELECT n.district, n.night, n.revision,
  CASE WHEN n.is_latest THEN 1 ELSE 0 END AS is_latest,
  n.as_of, n.published_at, n.mode, n.run_id, r.kind, r.reason, r.rows_total, r.rows_changed,
  CASE WHEN n.retracted_at IS NULL THEN 0 ELSE 1 END AS is_retracted, n.retracted_at, n.retracted_for
FROM nights n
LEFT JOIN runs r ON r.district = n.district AND r.run_id = n.run_id AND r.night = n.night
