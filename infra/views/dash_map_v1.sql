CREATE VIEW dash_map_v1 AS
SELECT n.district, n.night, n.revision, s.category, s.cell_id, c.name AS cell_name, c.subdistrict, c.households, s.state, s.reason, s.level,
  CASE s.level WHEN 'blue' THEN 0 WHEN 'yellow' THEN 1 WHEN 'orange' THEN 2 WHEN 'red' THEN 3 END AS level_rank,
  b.level AS level_before,
  CASE WHEN s.enough_reports THEN s.score END AS score,
  CASE WHEN s.surge IN ('watch', 'red') THEN s.surge END AS surge,
  CASE WHEN s.surge IN ('watch', 'red') THEN s.surge_series END AS surge_series,
  c.lon, c.lat, c.outline
FROM nights n
JOIN district_versions v ON v.district = n.district AND v.version = n.district_version
CROSS JOIN scores s
LEFT JOIN cells c ON c.district = n.district AND c.generation = v.cells_digest AND c.cell_id = s.cell_id
LEFT JOIN nights p ON p.district = n.district AND p.is_latest
  AND p.night = (SELECT max(q.night) FROM nights q WHERE q.district = n.district AND q.is_latest AND q.night < n.night)
LEFT JOIN scores b ON b.district = p.district AND b.night = p.night AND b.revision = p.revision
  AND b.category = s.category AND b.cell_id = s.cell_id
WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_latest
  AND n.night = (SELECT max(m.night) FROM nights m WHERE m.district = n.district AND m.is_latest)
