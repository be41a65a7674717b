CREATE VIEW dash_shared_levels_v1 AS
SELECT n.district, n.night, s.category, s.cell_id, s.level
FROM nights n
CROSS JOIN scores s
WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_latest AND CAST(julianday(n.night) + 0.5 AS INTEGER) % 7 = 0 AND s.category <> 'political' AND s.level IS NOT NULL
