CREATE VIEW dash_surges_v1 AS
SELECT s.district, s.night, s.category, s.cell_id, s.surge, s.surge_series, s.surge_days, s.surge_area
FROM scores s
JOIN nights n ON n.district = s.district AND n.night = s.night AND n.revision = s.revision
WHERE n.is_latest AND s.surge IN ('watch', 'red')
