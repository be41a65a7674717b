CREATE VIEW dash_work_list_v1 AS
SELECT w.district, w.night, w.turn, w.cell_id, c.name AS cell_name, c.subdistrict, w.chosen, w.errands, w.category, w.part_of_day, w.looked_on,
  CASE WHEN n.night = (SELECT max(m.night) FROM nights m WHERE m.district = n.district AND m.is_latest) THEN 1 ELSE 0 END AS is_last_night
FROM nights n
JOIN district_versions v ON v.district = n.district AND v.version = n.district_version
CROSS JOIN work_list w
LEFT JOIN cells c ON c.district = w.district AND c.generation = v.cells_digest AND c.cell_id = w.cell_id
WHERE w.district = n.district AND w.night = n.night AND w.revision = n.revision AND n.retracted_at IS NULL
