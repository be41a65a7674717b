"""What checks said is kept in one order, whoever said it first."""

from __future__ import annotations

from transforms.reports.checked import Checked
from transforms.reports.measures import Measures
from transforms.schema.plain import plain, read_back
from transforms.schema.told import Found, Told

A, B, C = Found("kind_unknown", "kind", 3), Found("point_pile", "lon", 9, 0.4), Found("no_rows", None, 0)


def test_findings_are_kept_by_reason_and_column_in_whatever_order_they_came() -> None:
    assert Told.of(4, [B, A, C]) == Told.of(4, [C, B, A]) == Told(4, (A, C, B))


def test_what_further_checks_say_is_added_and_the_measures_stay() -> None:
    measures = Measures(3, 1.0, None, 1, {}, {}, {"theft": 3}, {}, 0, 0, 0, 3, 3)
    said = Checked(60, (B,), measures).and_also(Told(7, (A,)))
    assert said == Checked(67, (A, B), measures)
    assert read_back(Checked, plain(said)) == said
