CREATE VIEW dash_department_measures_v1 AS
SELECT n.district, n.night, n.is_last_night, m.department, m.measure, m.tag, m.side,
  m.n AS measured, m.value, m.lower AS value_low, m.upper AS value_high,
  m.n_before AS measured_last_year, m.value_before AS value_last_year,
  m.lower_before AS value_low_last_year, m.upper_before AS value_high_last_year
FROM dash_nights_v1 n
CROSS JOIN duty_measures m
WHERE m.district = n.district AND m.night = n.night AND m.revision = n.revision
