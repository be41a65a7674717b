CREATE VIEW dash_backfills_v1 AS
SELECT r.district, r.run_id, r.mode, r.reason, r.note AS ticket, min(r.night) AS first_night, max(r.night) AS last_night, count(*) AS nights,
  sum(CASE WHEN r.status = 'ok' THEN 1 ELSE 0 END) AS nights_changed,
  sum(CASE WHEN r.status = 'unchanged' THEN 1 ELSE 0 END) AS nights_unchanged,
  sum(CASE WHEN r.status = 'failed' THEN 1 ELSE 0 END) AS nights_failed,
  sum(r.rows_changed) AS rows_changed, min(r.started_at) AS started_at, max(r.finished_at) AS finished_at
FROM runs r
WHERE r.kind = 'backfill'
GROUP BY r.district, r.run_id, r.mode, r.reason, r.note
