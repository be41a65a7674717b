CREATE VIEW dash_top_cells_v1 AS
WITH ranked AS (
  SELECT s.district, s.night, s.revision, s.category, s.cell_id, s.level, s.score, s.enough_reports, s.surge, v.cells_digest,
    s.from_long_run, s.from_recent, s.from_neighbours, s.from_other_series, s.from_district, s.from_open_stock,
    row_number() OVER (PARTITION BY s.district, s.category ORDER BY s.score DESC, s.expected_harm DESC, s.cell_id) AS turn
  FROM nights n
  JOIN district_versions v ON v.district = n.district AND v.version = n.district_version
  CROSS JOIN scores s
  WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_latest AND n.night = (SELECT max(m.night) FROM nights m WHERE m.district = n.district AND m.is_latest)
    AND s.level IS NOT NULL AND s.category <> 'political'
), top AS (
  SELECT * FROM ranked WHERE turn <= 10
), parts AS (
  SELECT district, category, cell_id, 'long_run' AS cause, 1 AS place, from_long_run AS part FROM top
  UNION ALL SELECT district, category, cell_id, 'recent', 2, from_recent FROM top
  UNION ALL SELECT district, category, cell_id, 'neighbours', 3, from_neighbours FROM top
  UNION ALL SELECT district, category, cell_id, 'other_series', 4, from_other_series FROM top
  UNION ALL SELECT district, category, cell_id, 'district', 5, from_district FROM top
  UNION ALL SELECT district, category, cell_id, 'open_stock', 6, from_open_stock FROM top
), shares AS (
  SELECT district, category, cell_id, cause, place, part, sum(part) OVER (PARTITION BY district, category, cell_id) AS whole
  FROM parts
  WHERE part > 0
), causes AS (
  SELECT district, category, cell_id, cause, row_number() OVER (PARTITION BY district, category, cell_id ORDER BY part DESC, place) AS place
  FROM shares
  WHERE part >= 0.1 * whole
), named AS (
  SELECT district, category, cell_id,
    max(CASE WHEN place = 1 THEN cause END) AS first_cause,
    max(CASE WHEN place = 2 THEN cause END) AS second_cause,
    max(CASE WHEN place = 3 THEN cause END) AS third_cause
  FROM causes
  GROUP BY district, category, cell_id
)
SELECT t.district, t.night, t.revision, t.category, t.turn, t.cell_id, c.name AS cell_name, c.subdistrict, t.level,
  CASE WHEN t.enough_reports THEN t.score END AS score,
  CASE WHEN t.surge IN ('watch', 'red') THEN t.surge END AS surge,
  d.first_cause, d.second_cause, d.third_cause
FROM top t
LEFT JOIN cells c ON c.district = t.district AND c.generation = t.cells_digest AND c.cell_id = t.cell_id
LEFT JOIN named d ON d.district = t.district AND d.category = t.category AND d.cell_id = t.cell_id
