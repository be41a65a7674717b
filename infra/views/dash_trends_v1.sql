CREATE VIEW dash_trends_v1 AS
WITH compared AS (
  SELECT n.is_last_night, a.*,
    b.expected_harm AS harm_before, b.expected_events AS events_before, b.expected_events_low AS low_before,
    b.expected_events_high AS high_before, b.scored AS scored_before, b.reference_version AS reference_before,
    y.expected_harm AS harm_last_year, y.expected_events AS events_last_year, y.expected_events_low AS low_last_year,
    y.expected_events_high AS high_last_year, y.scored AS scored_last_year
  FROM dash_nights_v1 n
  CROSS JOIN subdistricts a
  LEFT JOIN nights p ON p.district = a.district AND p.night = a.before AND p.is_latest
  LEFT JOIN subdistricts b ON b.district = p.district AND b.night = p.night AND b.revision = p.revision
    AND b.category = a.category AND b.subdistrict = a.subdistrict
  LEFT JOIN nights q ON q.district = a.district AND q.night = a.last_year AND q.is_latest
  LEFT JOIN subdistricts y ON y.district = q.district AND y.night = q.night AND y.revision = q.revision
    AND y.category = a.category AND y.subdistrict = a.subdistrict
  WHERE a.district = n.district AND a.night = n.night AND a.revision = n.revision
)
SELECT district, night, revision, is_last_night, category, nullif(subdistrict, '') AS subdistrict,
  CASE WHEN subdistrict = '' THEN 1 ELSE 0 END AS is_whole, cells, scored, learning, not_scored, blue, yellow, orange, red,
  households, expected_harm, open_stock_harm, 1000 * expected_harm / nullif(households, 0) AS harm_per_1000_households,
  expected_events, expected_events_low, expected_events_high,
  harm_before, expected_harm / nullif(harm_before, 0) - 1 AS change,
  CASE
    WHEN expected_harm IS NULL OR harm_before IS NULL OR scored <> scored_before OR coalesce(events_before, 0) = 0 THEN 'unsure'
    WHEN expected_harm > harm_before * high_before / events_before THEN 'rising'
    WHEN expected_harm < harm_before * low_before / events_before THEN 'falling'
    WHEN abs(expected_harm - harm_before) <= 0.1 * harm_before THEN 'steady'
    ELSE 'unsure'
  END AS trend,
  harm_last_year, expected_harm / nullif(harm_last_year, 0) - 1 AS change_last_year,
  CASE
    WHEN expected_harm IS NULL OR harm_last_year IS NULL OR scored <> scored_last_year OR coalesce(events_last_year, 0) = 0 THEN 'unsure'
    WHEN expected_harm > harm_last_year * high_last_year / events_last_year THEN 'rising'
    WHEN expected_harm < harm_last_year * low_last_year / events_last_year THEN 'falling'
    WHEN abs(expected_harm - harm_last_year) <= 0.1 * harm_last_year THEN 'steady'
    ELSE 'unsure'
  END AS trend_last_year,
  reference_version, CASE WHEN reference_version <> reference_before THEN 1 ELSE 0 END AS is_new_reference,
  reports, reports_before, reports_last_year, by_residents, by_residents_before, by_residents_last_year,
  observed AS observed_share, observed_before AS observed_share_before, observed_last_year AS observed_share_last_year,
  CASE WHEN observed >= 0.25 AND observed_before >= 0.25 AND reports_before > 0
    THEN reports / observed / (reports_before / observed_before) - 1 END AS reports_change,
  CASE WHEN observed >= 0.25 AND observed_last_year >= 0.25 AND reports_last_year > 0
    THEN reports / observed / (reports_last_year / observed_last_year) - 1 END AS reports_change_last_year
FROM compared
