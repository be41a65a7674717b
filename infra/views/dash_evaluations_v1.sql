CREATE VIEW dash_evaluations_v1 AS
SELECT e.district, e.night, e.evaluated_night, e.category, e.cells, e.left_out, e.expected, e.observed, e.log_score, e.hit_rate, e.pai
FROM evaluations e
WHERE e.level = 'all'
