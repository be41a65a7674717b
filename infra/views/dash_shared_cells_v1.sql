CREATE VIEW dash_shared_cells_v1 AS
SELECT n.district, n.night, c.cell_id, c.name AS cell_name, c.subdistrict, c.lon, c.lat, c.outline
FROM dash_nights_v1 n
CROSS JOIN cells c
WHERE c.district = n.district AND c.generation = n.grid AND n.is_last_night = 1
