CREATE VIEW dash_nights_v1 AS
SELECT n.district, n.night, n.revision, n.as_of, n.published_at, n.mode, n.run_id, v.cells_digest AS grid,
  CASE WHEN n.night = (SELECT max(m.night) FROM nights m WHERE m.district = n.district AND m.is_latest) THEN 1 ELSE 0 END AS is_last_night
FROM nights n
JOIN district_versions v ON v.district = n.district AND v.version = n.district_version
WHERE n.is_latest
