CREATE VIEW dash_runs_v1 AS
SELECT r.district, r.night, r.run_id, r.kind, r.mode, r.status, r.error, r.reason, r.note AS ticket, r.revision, r.as_of, r.lake_seq,
  r.started_at, r.finished_at, 86400 * (julianday(r.finished_at) - julianday(r.started_at)) AS seconds, r.rows_total, r.rows_changed
FROM runs r
