CREATE VIEW dash_source_days_v1 AS
SELECT n.district, n.night, s.source, s.day, s.state, s.reports, s.share_arrived
FROM dash_nights_v1 n
JOIN source_days s ON s.district = n.district AND s.night = n.night AND s.revision = n.revision
WHERE n.is_last_night = 1
