CREATE VIEW dash_audit_v1 AS
WITH parts AS (
  SELECT n.district, n.night, n.revision, n.is_last_night, a.subdistrict, a.before, a.cells, a.households,
    (SELECT sum(r.reports) FROM report_counts r
      WHERE r.district = a.district AND r.night = a.night AND r.revision = a.revision AND r.subdistrict = a.subdistrict) AS reports,
    (SELECT sum(r.reports) FROM report_counts r
      WHERE r.district = a.district AND r.night = a.night AND r.revision = a.revision AND r.subdistrict = a.subdistrict
      AND r.discovery IN ('inspection', 'patrol')) AS by_inspection,
    (SELECT sum(r.reports) FROM report_counts r
      WHERE r.district = a.district AND r.night = a.night AND r.revision = a.revision AND r.subdistrict = a.subdistrict
      AND r.discovery = 'unknown') AS by_unknown,
    (SELECT sum(s.orange + s.red) FROM subdistricts s
      WHERE s.district = a.district AND s.night = a.night AND s.revision = a.revision AND s.subdistrict = a.subdistrict) AS hot,
    (SELECT sum(v.visits) FROM visit_counts v
      WHERE v.district = a.district AND v.night = a.night AND v.revision = a.revision AND v.subdistrict = a.subdistrict) AS visits,
    (SELECT count(*) FROM alert_events e
      WHERE e.district = a.district AND e.night > a.before AND e.night <= a.night AND e.event IN ('opened', 'reopened') AND NOT e.taken_back
      AND e.category IN ('safety', 'public_order', 'stability') AND e.subdistrict = a.subdistrict) AS alerts
  FROM dash_nights_v1 n
  CROSS JOIN subdistricts a
  WHERE a.district = n.district AND a.night = n.night AND a.revision = n.revision AND a.category = 'safety' AND a.subdistrict <> ''
), sums AS (
  SELECT p.*,
    sum(households) OVER (PARTITION BY district, night, is_last_night) AS all_households, sum(hot) OVER (PARTITION BY district, night, is_last_night) AS all_hot,
    sum(visits) OVER (PARTITION BY district, night, is_last_night) AS all_visits, sum(alerts) OVER (PARTITION BY district, night, is_last_night) AS all_alerts
  FROM parts p
)
SELECT district, night, revision, is_last_night, subdistrict, CAST(cells AS INTEGER) AS cells, CAST(households AS INTEGER) AS households,
  CAST(coalesce(reports, 0) AS INTEGER) AS reports,
  CAST(coalesce(by_inspection, 0) AS INTEGER) AS by_inspection, CAST(coalesce(by_unknown, 0) AS INTEGER) AS by_unknown,
  CAST(coalesce(hot, 0) AS INTEGER) AS hot, CAST(coalesce(visits, 0) AS INTEGER) AS visits, CAST(alerts AS INTEGER) AS alerts,
  CAST(households AS DOUBLE PRECISION) / nullif(all_households, 0) AS household_share,
  CAST(coalesce(by_inspection, 0) AS DOUBLE PRECISION) / nullif(reports, 0) AS inspection_share,
  CAST(coalesce(hot, 0) AS DOUBLE PRECISION) / nullif(all_hot, 0) AS hot_share,
  CAST(coalesce(visits, 0) AS DOUBLE PRECISION) / nullif(all_visits, 0) AS visit_share,
  CAST(alerts AS DOUBLE PRECISION) / nullif(all_alerts, 0) AS alert_share
FROM sums
