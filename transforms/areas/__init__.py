"""A night summed over subdistricts: what dashboards read where a figure spans nights, so that nobody scans the scores of years.

Belongs here: sums over the cells of a night, and counts of the reports and visits of its last 28 days. Does not: events expected
(``transforms.scoring.totals``), duty, which is per subdistrict from the beginning (``transforms.duty``).
"""
