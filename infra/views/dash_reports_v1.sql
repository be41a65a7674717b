CREATE VIEW dash_reports_v1 AS
SELECT n.district, n.night, n.is_last_night, c.category, nullif(c.subdistrict, '') AS subdistrict, c.part_of_day, c.discovery, c.reports
FROM dash_nights_v1 n
CROSS JOIN report_counts c
WHERE c.district = n.district AND c.night = n.night AND c.revision = n.revision
