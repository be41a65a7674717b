CREATE VIEW dash_subdistrict_surges_v1 AS
SELECT s.district, s.night, s.category, s.subdistrict, s.surge, s.series AS surge_series, s.days AS surge_days
FROM district_surges s
JOIN nights n ON n.district = s.district AND n.night = s.night AND n.revision = s.revision
WHERE n.is_latest AND s.subdistrict <> '' AND s.surge IN ('watch', 'red')
