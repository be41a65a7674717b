CREATE VIEW dash_quarantine_v1 AS
WITH firsts AS (
  SELECT q.district, q.batch_id, q.row, min(q.reason) AS reason
  FROM quarantine q
  GROUP BY q.district, q.batch_id, q.row
), counted AS (
  SELECT f.district, f.batch_id, f.reason, count(*) AS waiting, 0 AS resolved, 0 AS expired
  FROM firsts f
  GROUP BY f.district, f.batch_id, f.reason
  UNION ALL
  SELECT e.district, e.batch_id, e.reason, 0, sum(CASE WHEN e.outcome = 'resolved' THEN e.rows ELSE 0 END),
    sum(CASE WHEN e.outcome = 'expired' THEN e.rows ELSE 0 END)
  FROM quarantine_closed e
  GROUP BY e.district, e.batch_id, e.reason
)
SELECT c.district, b.source, b.feed, c.reason, CAST(sum(c.waiting) AS BIGINT) AS waiting, CAST(sum(c.resolved) AS BIGINT) AS resolved,
  CAST(sum(c.expired) AS BIGINT) AS expired,
  min(b.landed_at) AS first_landed_at, max(b.landed_at) AS last_landed_at
FROM counted c
JOIN batches b ON b.district = c.district AND b.batch_id = c.batch_id AND b.state = 'stored'
GROUP BY c.district, b.source, b.feed, c.reason
