CREATE VIEW dash_source_days_v1 AS
SELECT n.district, n.night, s.source, s.day, s.state, s.reports, s.share_arrived
FROM dash_nights_v1 n
CROSS JOIN source_days s
WHERE s.district = n.district AND s.night = n.night AND s.revision = n.revision AND n.is_last_night = 1
