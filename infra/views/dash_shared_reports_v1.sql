CREATE VIEW dash_shared_reports_v1 AS
WITH weighed AS (
  SELECT a.district, a.night, a.category, a.subdistrict, a.reports,
    sum(CASE WHEN a.reports < 5 THEN 1 ELSE 0 END) OVER (PARTITION BY a.district, a.night, a.category) AS small,
    row_number() OVER (
      PARTITION BY a.district, a.night, a.category, CASE WHEN a.reports < 5 THEN 1 ELSE 0 END
      ORDER BY a.reports, a.subdistrict) AS turn
  FROM nights n
  CROSS JOIN subdistricts a
  WHERE a.district = n.district AND a.night = n.night AND a.revision = n.revision AND n.is_latest AND CAST(julianday(n.night) + 0.5 AS INTEGER) % 28 = 0 AND a.subdistrict <> ''
)
SELECT district, night, category, subdistrict,
  CASE WHEN reports < 5 OR (small = 1 AND turn = 1) THEN NULL ELSE (reports + 2) / 5 * 5 END AS about_reports
FROM weighed
