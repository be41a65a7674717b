CREATE VIEW dash_visits_v1 AS
SELECT n.district, n.night, n.is_last_night, nullif(c.subdistrict, '') AS subdistrict, c.chosen, nullif(c.outcome, '') AS outcome,
  CASE WHEN c.outcome IN ('fixed', 'referred') THEN 1 ELSE 0 END AS is_found,
  CASE WHEN c.outcome IN ('nothing_found', 'data_error', 'not_ours') THEN 1 ELSE 0 END AS is_not_found, c.visits
FROM dash_nights_v1 n
CROSS JOIN visit_counts c
WHERE c.district = n.district AND c.night = n.night AND c.revision = n.revision
