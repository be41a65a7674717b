"""What rows that waited come to, once their batch was judged again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from transforms.reports.checked import Said
from transforms.reports.corrections import LEAVING
from transforms.reports.waiting import Again, Resolution
from transforms.reports.walked import Walked
from transforms.schema import QUARANTINED

Reasons = Mapping[int, str]


def set_aside(reasons: Reasons) -> pl.DataFrame:
    return pl.DataFrame([(row, reason, "kind") for row, reason in reasons.items()], schema=QUARANTINED, orient="row")


def again(keys: Sequence[str], waited: Reasons, *, rejected: Reasons, outside: Reasons, chosen: Sequence[int]) -> Again:
    """A batch whose rows 1, 2 … have these keys; rows of one key are one incident, of which the first that passes stands for all."""
    rows = pl.DataFrame({"row": list(range(1, len(keys) + 1)), "key_hash": list(keys), "kind": "theft"})
    lost = {keys[row - 1] for row in outside}
    inside = dict.fromkeys(k for n, k in enumerate(keys, 1) if n not in rejected and k not in lost)
    first = dt.date(2025, 3, 1)
    occurred = [first + dt.timedelta(days=n) for n in range(len(inside))]
    schema = {"report_id": pl.String, "occurred_on": pl.Date, "recorded_seq": pl.Int64}
    versions = pl.DataFrame({"report_id": list(inside), "occurred_on": occurred, "recorded_seq": [1] * len(inside)}, schema=schema)
    walked = Walked(rows, set_aside(rejected), set_aside(outside), LEAVING.to_frame(), 0, versions, Said())
    return Again("b", walked, set_aside(waited), pl.Series(chosen, dtype=pl.Int64))


def come_to(
    keys: Sequence[str],
    waited: Reasons,
    *,
    rejected: Reasons | None = None,
    outside: Reasons | None = None,
    chosen: Sequence[int] | None = None,
    known: Sequence[str] = (),
) -> tuple[Resolution, list[str]]:
    """What the rows come to, and which versions were to enter; the lake holds the ``known`` ones already."""
    one = again(keys, waited, rejected=rejected or {}, outside=outside or {}, chosen=list(waited) if chosen is None else chosen)
    entering = one.entering()
    entered = entering.filter(~pl.col("report_id").is_in(list(known)))
    return one.resolved(entered), entering["report_id"].to_list()


def counts(resolution: Resolution) -> tuple[int, int, int]:
    assert resolution.accepted + resolution.merged + resolution.duplicate == len(resolution.resolved)
    return resolution.accepted, resolution.merged, resolution.duplicate


def test_a_row_that_passes_now_is_accepted_and_the_others_of_the_batch_are_left_alone() -> None:
    found, entering = come_to("abc", {2: "kind_unknown"})
    assert (counts(found), found.resolved, entering) == ((1, 0, 0), (2,), ["b"])
    assert (found.first_day, found.last_day) == (dt.date(2025, 3, 2), dt.date(2025, 3, 2))
    assert found.still.is_empty()


def test_a_row_that_says_nothing_new_is_a_duplicate() -> None:
    assert counts(come_to("ab", {2: "kind_unknown"}, known="b")[0]) == (0, 0, 1)


def test_a_row_that_completes_an_incident_is_merged_into_it_and_the_incident_enters_anew() -> None:
    found, entering = come_to("aab", {2: "kind_unknown"})
    assert (counts(found), entering) == ((0, 1, 0), ["a"])


def test_of_an_incident_that_waited_as_a_whole_one_row_stands_for_the_rest() -> None:
    assert counts(come_to("aab", {1: "key_conflict", 2: "key_conflict"})[0]) == (1, 1, 0)


@pytest.mark.parametrize("waits", [1, 2])
def test_an_incident_that_lay_outside_counts_once_it_lies_inside(waits: int) -> None:
    # Its other rows were merged away before, and are counted as such already.
    assert counts(come_to("aa", {waits: "outside_district"})[0]) == (1, 0, 0)


def test_only_chosen_rows_are_let_in_though_others_would_pass() -> None:
    found, entering = come_to("ab", {1: "kind_unknown", 2: "time_missing"}, chosen=[1])
    assert (found.resolved, entering) == ((1,), ["a"])
    assert found.still.rows() == [(2, "time_missing", "kind")]


def test_a_row_goes_on_waiting_for_what_was_found_now() -> None:
    found, entering = come_to("abc", {1: "kind_unknown", 2: "kind_unknown"}, rejected={1: "time_order"}, outside={2: "outside_district"})
    assert (found.resolved, entering) == ((), [])
    assert (found.first_day, found.last_day) == (None, None)
    assert sorted(found.still.rows()) == [(1, "time_order", "kind"), (2, "outside_district", "kind")]


def test_a_row_that_fails_now_and_never_waited_is_not_set_aside_again() -> None:
    found, _ = come_to("abc", {1: "kind_unknown"}, rejected={3: "time_order"})
    assert (found.resolved, len(found.still)) == ((1,), 0)


def test_that_a_row_not_chosen_lies_outside_now_is_not_asked() -> None:
    found, _ = come_to("ab", {1: "kind_unknown", 2: "time_missing"}, outside={2: "outside_district"}, chosen=[1])
    assert found.still.rows() == [(2, "time_missing", "kind")]
