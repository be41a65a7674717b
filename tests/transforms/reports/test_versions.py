from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.one_night import as_of
from transforms.reports.versions import known, standing, version_hash, without_known
from transforms.schema import REPORTS, VERSIONED

START = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)


# Of which a column says when each version was released.
RELEASED = frozenset({"s"})


def at(n: int) -> dt.datetime:
    return START + dt.timedelta(days=n)


@dataclass(frozen=True)
class Told:
    """One version of one report, as the brute-force model keeps it; times are days since the start."""

    report: str
    kind: str
    status: str
    known: int
    occurred: int = 0
    closed: int | None = None
    contact: int | None = None
    seq: int = 0
    batch: str = "b"
    order: int = 0
    rank: int = 0


def frame(told: list[Told]) -> pl.DataFrame:
    rows = [
        {
            "report_id": t.report,
            "feed": "stability",
            "source": "s",
            "kind": t.kind,
            "status": t.status,
            "known_at": at(t.known),
            "occurred_on": at(t.occurred).date(),
            "reported_on": at(t.occurred).date(),
            "closed_at": None if t.closed is None else at(t.closed),
            "first_contact_at": None if t.contact is None else at(t.contact),
            "recorded_seq": t.seq,
            "order_key": t.order,
            "rank": t.rank,
            "batch_id": t.batch,
        }
        for t in told
    ]
    reports = pl.DataFrame(rows, schema={**REPORTS})
    return reports.with_columns(version_hash(reports))


def seen(told: list[Told], moment: int, seq: int, night: int, released: frozenset[str] = RELEASED) -> set[tuple[Any, ...]]:
    columns = ["report_id", "kind", "status", "closed_at", "first_contact_at"]
    return set(as_of(frame(told), at(moment), seq, at(night), released, "UTC").select(columns).iter_rows())


def precedence(told: Told, released: frozenset[str]) -> tuple[int, ...]:
    """The rule: release where a column rules, then the order of the delivery, the rank in it, the order of entering."""
    return (told.known if released else 0, told.order, told.rank, told.seq)


def modelled(told: list[Told], moment: int, seq: int, night: int, released: frozenset[str] = RELEASED) -> set[tuple[Any, ...]]:
    """What `as_of` should say, one report at a time."""
    answer = set()
    for report in {t.report for t in told}:
        current: Told | None = None
        for t in told:
            newer = current is None or precedence(t, released) > precedence(current, released)
            if t.report == report and t.known <= moment and t.seq <= seq and newer:
                current = t
        if current is None or current.status == "withdrawn" or current.occurred >= night:
            continue
        closed_before = current.closed is not None and current.closed < night
        status = current.status if current.closed is None or closed_before else "open"
        contact = current.contact if current.contact is not None and current.contact < night else None
        closed = at(current.closed) if closed_before and current.closed is not None else None
        answer.add((report, current.kind, status, closed, None if contact is None else at(contact)))
    return answer


@st.composite
def histories(draw: st.DrawFn) -> list[list[Told]]:
    """Batches in the order of recording; a batch tells of a report once, and may be an import with an old ``known``."""
    batches = []
    for seq in range(1, draw(st.integers(1, 6)) + 1):
        # An older delivery may enter later.
        batch, order = [], draw(st.integers(0, 3))
        for report in draw(st.sets(st.sampled_from("pqr"), min_size=1)):
            status = draw(st.sampled_from(["open", "closed", "withdrawn"]))
            batch.append(
                Told(
                    report,
                    draw(st.sampled_from("AB")),
                    status,
                    known=draw(st.integers(0, 12)),
                    occurred=draw(st.integers(0, 6)),
                    closed=draw(st.integers(0, 12)) if status == "closed" else None,
                    contact=draw(st.none() | st.integers(0, 12)),
                    seq=seq,
                    batch=f"b{seq}",
                    order=order,
                    rank=draw(st.integers(0, 2)),
                )
            )
        batches.append(batch)
    return batches


def recorded(batches: list[list[Told]]) -> list[Told]:
    """The lake after the batches came in, each through ``without_known``."""
    lake: list[Told] = []
    for batch in batches:
        # The model's order of rows is kept: hashes find them again.
        fresh = set(without_known(frame(batch), frame(lake), RELEASED).select("report_id", "known_at").iter_rows())
        lake += [t for t in batch if (t.report, at(t.known)) in fresh]
    return lake


@given(histories(), st.integers(0, 13), st.integers(0, 7), st.integers(0, 13), st.sampled_from([RELEASED, frozenset[str]()]))
def test_which_version_stands_is_one_rule(batches: list[list[Told]], moment: int, seq: int, night: int, released: frozenset[str]) -> None:
    told = [t for batch in batches for t in batch]
    assert seen(told, moment, seq, night, released) == modelled(told, moment, seq, night, released)


def test_an_older_state_that_arrives_late_does_not_overrule_a_newer_one() -> None:
    told = [Told("p", "new", "open", known=1, seq=1, order=2), Told("p", "old", "open", known=1, seq=2, order=1)]
    assert standing(frame(told), frozenset())["kind"].to_list() == ["new"]
    # Where the sender says when it released each, that decides and not the delivery.
    assert standing(frame([told[0], replace(told[1], known=3)]), RELEASED)["kind"].to_list() == ["old"]


def test_of_two_releases_within_one_hour_the_delivery_decides_and_within_it_the_rank() -> None:
    told = [Told("p", "A", "open", known=1, seq=1, order=1, rank=9), Told("p", "B", "open", known=1, seq=1, order=2, rank=0)]
    assert standing(frame(told), RELEASED)["kind"].to_list() == ["B"]
    assert standing(frame([told[1], replace(told[1], kind="C", rank=1)]), RELEASED)["kind"].to_list() == ["C"]


@given(histories(), st.integers(0, 13), st.integers(0, 7), st.integers(0, 13))
def test_reports_that_share_a_hash_are_told_apart(batches: list[list[Told]], moment: int, seq: int, night: int) -> None:
    told = [t for batch in batches for t in batch]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.Expr, "hash", lambda self: self.str.len_bytes().cast(pl.UInt64))
        assert seen(told, moment, seq, night) == modelled(told, moment, seq, night)


@given(histories(), st.integers(0, 13), st.integers(0, 7), st.integers(0, 13))
def test_leaving_out_duplicates_changes_nothing_that_is_seen(batches: list[list[Told]], moment: int, seq: int, night: int) -> None:
    # True at every lake commit: a duplicate says what was already known at its own time. Imports may slip in between two later ones,
    # so each batch is compared with what the versions before it said.
    in_order = [[replace(t, known=n + 1) for t in batch] for n, batch in enumerate(batches)]
    everything = [t for batch in in_order for t in batch]
    assert seen(recorded(in_order), moment, seq, night) == seen(everything, moment, seq, night)


@given(histories(), st.integers(0, 13), st.integers(0, 13), st.data())
def test_later_batches_change_no_earlier_view(batches: list[list[Told]], moment: int, night: int, data: st.DataObject) -> None:
    entered = data.draw(st.integers(0, len(batches)))
    before = recorded(batches[:entered])
    assert seen(recorded(batches), moment, entered, night) == seen(before, moment, entered, night)
    assert recorded(batches)[: len(before)] == before


@given(histories())
def test_the_order_of_rows_does_not_matter(batches: list[list[Told]]) -> None:
    told = [t for batch in batches for t in batch]
    assert standing(frame(told), RELEASED).sort("report_id").equals(standing(frame(told[::-1]), RELEASED).sort("report_id"))


def entered(*kinds_at: tuple[str, int]) -> list[tuple[str, int]]:
    lake = recorded([[Told("p", kind, "open", known=at, seq=n)] for n, (kind, at) in enumerate(kinds_at, start=1)])
    return [(t.kind, t.known) for t in lake]


def test_there_and_back_again_is_three_versions() -> None:
    assert entered(("A", 1), ("B", 2), ("A", 3)) == [("A", 1), ("B", 2), ("A", 3)]


def test_a_version_equal_to_the_latest_is_a_duplicate() -> None:
    assert entered(("A", 1), ("A", 2), ("B", 3), ("B", 3)) == [("A", 1), ("B", 3)]


def test_an_import_is_compared_with_what_was_known_at_its_own_time() -> None:
    # It says at 2 what only came in at 5, so it is news; said again at 3 it is not.
    assert entered(("A", 1), ("B", 5), ("B", 2), ("B", 3)) == [("A", 1), ("B", 5), ("B", 2)]


def test_an_old_version_that_enters_late_is_hidden_from_earlier_commits() -> None:
    told = [Told("p", "A", "open", known=1, seq=1), Told("p", "B", "open", known=2, seq=9)]
    assert [known(frame(told), at(5), seq)["kind"].to_list() for seq in (0, 1, 9)] == [[], ["A"], ["A", "B"]]
    assert standing(known(frame(told), at(5), 9), RELEASED)["kind"].to_list() == ["B"]


def test_of_two_versions_known_at_once_the_later_recorded_counts() -> None:
    told = [Told("p", "A", "open", known=1, seq=2), Told("p", "B", "open", known=1, seq=1)]
    assert standing(frame(told), RELEASED)["kind"].to_list() == ["A"]


def test_a_case_that_closes_after_the_night_began_is_open_in_it() -> None:
    told = [Told("p", "A", "closed", known=9, closed=7, contact=6)]
    assert seen(told, 9, 1, 8) == {("p", "A", "closed", at(7), at(6))}
    assert seen(told, 9, 1, 7) == {("p", "A", "open", None, at(6))}
    assert seen(told, 9, 1, 6) == {("p", "A", "open", None, None)}


def test_a_withdrawn_report_stops_counting_from_then_on() -> None:
    told = [Told("p", "A", "open", known=1, seq=1), Told("p", "A", "withdrawn", known=3, seq=2)]
    assert [len(seen(told, moment, 2, 9)) for moment in (0, 1, 2, 3, 9)] == [0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    "column", ["kind", "status", "occurred_on", "closed_at", "cell_id", "severity", "department", "transfers", "due_at"]
)
def test_a_change_in_what_it_says_is_another_version(column: str) -> None:
    one = frame([Told("p", "A", "open", known=1)])
    other = {"kind": "B", "status": "closed", "severity": 3, "transfers": 1}.get(column, at(30) if column.endswith(("_at", "_on")) else "x")
    changed = one.with_columns(pl.lit(other).cast(REPORTS[column]).alias(column))
    assert version_hash(changed).item() != version_hash(one).item()


def test_arrival_batch_and_order_are_not_part_of_a_version() -> None:
    one = frame([Told("p", "A", "open", known=1)])
    other = frame([Told("q", "A", "open", known=2, seq=4, batch="c", order=3, rank=1)])
    assert version_hash(one).item() == version_hash(other).item()
    # The same in every process and release: stored hashes are compared with new ones.
    assert version_hash(one).item() == -2044435248279560701


def test_a_column_that_says_nothing_changes_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    one = frame([Told("p", "A", "open", known=1)])
    before = version_hash(one).item()
    monkeypatch.setattr("transforms.reports.versions.VERSIONED", ("of_tomorrow", *reversed(VERSIONED)))
    assert version_hash(one.with_columns(of_tomorrow=pl.lit(None, pl.String))).item() == before
    assert version_hash(one.with_columns(of_tomorrow=pl.lit("said"))).item() != before


def test_nothing_arrived_and_nothing_stored_are_no_news_and_all_news() -> None:
    one, none = frame([Told("p", "A", "open", known=1)]), REPORTS.to_frame()
    assert (len(without_known(none, one, RELEASED)), len(without_known(one, none, RELEASED)), len(standing(none, RELEASED))) == (0, 1, 0)


def test_of_versions_that_arrive_together_each_is_compared_with_the_one_before() -> None:
    told = [Told("a", kind, "open", known) for known, kind in enumerate("AABAA", start=1)]
    fresh = without_known(frame(told[::-1]), frame([Told("a", "A", "open", 0)]), RELEASED)
    assert sorted((k - START).days for k in fresh["known_at"]) == [3, 4]
