CREATE VIEW dash_surges_v1 AS
SELECT s.district, s.night, s.category, s.cell_id, s.surge, s.surge_series, s.surge_days, s.surge_area
FROM nights n
CROSS JOIN scores s
WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_latest AND s.surge IN ('watch', 'red')
