CREATE VIEW dash_alert_clocks_v1 AS
WITH ranked AS (
  SELECT r.*, substr(CAST(r.night AS VARCHAR(10)), 1, 7) AS month,
    row_number() OVER (
      PARTITION BY r.district, r.type, substr(CAST(r.night AS VARCHAR(10)), 1, 7), CASE WHEN r.hours_to_acknowledge IS NULL THEN 1 ELSE 0 END
      ORDER BY r.hours_to_acknowledge) AS turn_to_acknowledge,
    row_number() OVER (
      PARTITION BY r.district, r.type, substr(CAST(r.night AS VARCHAR(10)), 1, 7), CASE WHEN r.hours_to_act IS NULL THEN 1 ELSE 0 END
      ORDER BY r.hours_to_act) AS turn_to_act,
    count(r.hours_to_acknowledge) OVER (PARTITION BY r.district, r.type, substr(CAST(r.night AS VARCHAR(10)), 1, 7)) AS acknowledged,
    count(r.hours_to_act) OVER (PARTITION BY r.district, r.type, substr(CAST(r.night AS VARCHAR(10)), 1, 7)) AS acted
  FROM dash_alert_rounds_v1 r
)
SELECT district, month, type, count(*) AS rounds, sum(is_quiet) AS quiet, max(acknowledged) AS acknowledged,
  min(CASE WHEN 2 * turn_to_acknowledge >= acknowledged THEN hours_to_acknowledge END) AS p50_hours_to_acknowledge,
  min(CASE WHEN 10 * turn_to_acknowledge >= 9 * acknowledged THEN hours_to_acknowledge END) AS p90_hours_to_acknowledge,
  max(acted) AS acted,
  min(CASE WHEN 2 * turn_to_act >= acted THEN hours_to_act END) AS p50_hours_to_act,
  min(CASE WHEN 10 * turn_to_act >= 9 * acted THEN hours_to_act END) AS p90_hours_to_act,
  sum(is_escalated) AS escalated, sum(is_found) AS found, sum(is_not_found) AS not_found,
  CAST(sum(is_found) AS DOUBLE PRECISION) / nullif(sum(is_found) + sum(is_not_found), 0) AS found_share
FROM ranked
GROUP BY district, month, type
