CREATE VIEW dash_quality_v1 AS
SELECT e.district, e.night, e.evaluated_night, e.category, e.cells, e.left_out, e.expected, e.observed,
  CASE WHEN e.expected > 1.2816 * e.spread THEN e.expected - 1.2816 * e.spread ELSE 0 END AS expected_low,
  e.expected + 1.2816 * e.spread AS expected_high,
  CASE WHEN e.observed BETWEEN e.expected - 1.2816 * e.spread AND e.expected + 1.2816 * e.spread THEN 1 ELSE 0 END AS is_inside,
  e.log_score, e.hit_rate, e.pai
FROM evaluations e
WHERE e.level = 'all'
