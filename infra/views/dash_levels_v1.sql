CREATE VIEW dash_levels_v1 AS
SELECT s.district, s.night, s.category, s.cell_id, s.state, s.reason, s.level
FROM nights n
CROSS JOIN scores s
WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_latest
