CREATE VIEW dash_levels_v1 AS
SELECT s.district, s.night, s.category, s.cell_id, s.state, s.reason, s.level
FROM scores s
JOIN nights n ON n.district = s.district AND n.night = s.night AND n.revision = s.revision
WHERE n.is_latest
