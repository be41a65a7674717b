CREATE VIEW dash_department_parts_v1 AS
SELECT n.district, n.night, n.is_last_night, d.department, d.subdistrict, d.clocks, d.share AS missed_share,
  d.late AS late_share, d.overdue_now AS overdue_now_share, d.unanswered AS unanswered_share, d.reopened AS reopened_share,
  d.passed_on AS passed_on_share, d.likely_late AS likely_late_share, d.borrowed AS borrowed_share
FROM dash_nights_v1 n
CROSS JOIN duty d
WHERE d.district = n.district AND d.night = n.night AND d.revision = n.revision
