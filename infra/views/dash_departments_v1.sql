CREATE VIEW dash_departments_v1 AS
SELECT n.district, n.night, n.is_last_night, d.department, d.subdistrict, d.clocks, d.breached,
  d.share AS missed_share, d.lower AS missed_share_low, d.upper AS missed_share_high, 1 - d.share AS kept_share, d.level,
  d.overdue, d.ghosts, d.overdue_days, d.reopens, d.unconfirmed, d.last_moment, d.handed_on
FROM dash_nights_v1 n
CROSS JOIN duty d
WHERE d.district = n.district AND d.night = n.night AND d.revision = n.revision
