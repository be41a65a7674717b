"""A declaration mended after the first run: what stands is what a home would hold that had the right one from the start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.reread import reread
from flows.stores import open_context
from flows.tell.readings import ReadOtherwise, read_otherwise
from infra.errors import SifangError
from tests.helpers.district_folders import COLUMNS, source, write_district
from tests.helpers.town import HEADER, NOW, Town
from transforms.reports.versions import standing

DAY = dt.timedelta(days=1)
WROTE = f"{HEADER},desk,no,released"
Make = Callable[..., Town]


def delivered(first: int, last: int, kind: str = "theft", shift: int = 0) -> str:
    """Rows of two keys each, a desk, and a release; days to the twelfth read as months as well."""
    rows = []
    for n in range(first, last):
        day = f"{n % 5 + 1:02d}/{(n + shift) % 28 + 1:02d}/2025 {n % 24:02d}:30"
        place = f"113.8{n % 20:02d},35.3{n % 20:02d}"
        rows.append(
            f"id{n},{day},{kind if n % 3 else 'brawl'},{place},{'ours' if n % 4 else 'theirs'},{n // 2},2026-01-{n % 28 + 1:02d} 00:00"
        )
    return "\n".join([WROTE, *rows, ""])


RIGHT: dict[str, Any] = {
    "time_formats": ["%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M"],
    "kinds": {"theft": "theft", "robbery": "robbery", "brawl": "fight"},
    "where": [{"column": "desk", "equals": "ours"}],
    "min_share_of_usual": 0,
    "max_quarantined": 1.0,
}
# What was declared wrongly at first.
WRONG: dict[str, dict[str, Any]] = {
    "the date order": {"time_formats": ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"]},
    "the time zone": {"timezone": "America/Los_Angeles"},
    "the datum": {"datum": "GCJ-02"},
    "the codelist": {"kinds": {"theft": "robbery", "robbery": "robbery"}},
    "the scope": {"where": [{"column": "desk", "equals": "theirs"}]},
    "a wider scope": {"where": [{"column": "desk", "pattern": "s"}]},
    "the key": {"key": ["no", "kind"], "merge": True},
    "the axes": {"columns": {**COLUMNS, "lon": "y", "lat": "x"}},
    "the release": {"known_at": {"rule": "after_reported", "hours": 1}},
}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    towns: list[Town] = []

    def made(name: str, **changes: Any) -> Town:
        town = Town(tmp_path / name, f"sqlite:///{tmp_path / name}.db", source(**{**RIGHT, **changes}))
        towns.append(town)
        return town

    yield made
    for town in towns:
        town.context.stores.close()


def otherwise(town: Town) -> tuple[ReadOtherwise, ...]:
    return read_otherwise(town.context.warehouse, town.context.folder)


def mend(town: Town, **changes: Any) -> None:
    town.context.stores.close()
    write_district(town.folder.parent, "town", source(**{**RIGHT, **changes}))
    town.context = open_context("town", town.context.settings)


def deliver(town: Town) -> None:
    for number, content in enumerate((delivered(0, 60), delivered(40, 90, "robbery"), delivered(80, 120, shift=3))):
        town.deliver(content, f"police_{number}.csv")
        ingest(town.context, NOW + number * DAY)


def stands(town: Town) -> list[tuple[Any, ...]]:
    """What counts, but for how it came."""
    held = standing(town.lake(), town.context.district.released)
    return sorted(held.select("report_id", "kind", "severity", "occurred_on", "part_of_day", "cell_id", "spot", "status").rows())


@pytest.mark.parametrize("what", WRONG)
def test_what_stands_is_what_the_right_declaration_would_have_made(make: Make, what: str) -> None:
    right, wrong = make("right"), make("wrong", **WRONG[what])
    for town in (right, wrong):
        deliver(town)
    before = wrong.lake()
    last = int(before["recorded_seq"].max() or 0)  # type: ignore[arg-type]
    if what != "the release":
        assert stands(wrong) != stands(right)
    mend(wrong)
    # What was refused as a whole is taken in by the next night.
    ingest(wrong.context, NOW + 5 * DAY)
    told = reread(wrong.context, "police", "mended", NOW + 6 * DAY, dry_run=True)
    assert wrong.lake().filter(pl.col("recorded_seq") <= last).height == len(before)
    done = reread(wrong.context, "police", "mended", NOW + 6 * DAY)
    assert stands(wrong) == stands(right)
    assert (done.gone, done.left, done.unusable) == (0, 0, 0)
    assert otherwise(wrong) == ()
    # Nothing that an earlier night reads has changed.
    after = wrong.lake()
    assert after.filter(pl.col("recorded_seq") <= last).equals(before)
    wrong.balance()
    again = reread(wrong.context, "police", "mended", NOW + 7 * DAY)
    assert (again.added, again.changed, again.withdrawn) == (0, 0, 0)
    assert told.deliveries == done.deliveries


def test_batches_that_were_read_otherwise_are_named_and_what_reads_alike_is_not(make: Make) -> None:
    town = make("town", **WRONG["the date order"])
    deliver(town)
    assert otherwise(town) == ()
    mend(town, **WRONG["the date order"], max_quarantined=0.9, delivery="event")
    assert otherwise(town) == ()
    mend(town)
    assert otherwise(town) == (ReadOtherwise("police", 3),)


def test_a_delivery_that_has_gone_is_counted_and_what_it_told_of_is_left(make: Make) -> None:
    town = make("town", **WRONG["the codelist"])
    deliver(town)
    (town.folder / "in" / "police_1.csv").unlink()
    before = dict.fromkeys(r[0] for r in stands(town))
    mend(town)
    done = reread(town.context, "police", "mended", NOW + 6 * DAY)
    assert (done.deliveries, done.gone) == (2, 1)
    assert done.left > 0
    # Nobody is withdrawn whom a delivery that has gone may have told of.
    assert before.keys() <= {r[0] for r in stands(town)}
    town.balance()


@pytest.mark.parametrize("what", ["the date order", "the codelist", "the scope", "the key"])
def test_of_deliveries_of_everything_what_vanished_stays_gone(make: Make, what: str) -> None:
    whole = {"content": "whole"}
    right, wrong = make("right", **whole), make("wrong", **whole, **WRONG[what])
    for town in (right, wrong):
        for number, content in enumerate((delivered(0, 60), delivered(2, 62), delivered(4, 60, "robbery"))):
            town.deliver(content, f"police_{number}.csv")
            ingest(town.context, NOW + number * DAY)
    assert len(stands(right)) < len(standing(right.lake().filter(pl.col("status") != "withdrawn"), frozenset()))
    mend(wrong, **whole)
    ingest(wrong.context, NOW + 5 * DAY)
    reread(wrong.context, "police", "mended", NOW + 6 * DAY)
    assert stands(wrong) == stands(right)


def test_an_unknown_source_is_refused(make: Make) -> None:
    with pytest.raises(SifangError, match="Its sources: police"):
        reread(make("town").context, "polcie", "mended", NOW)
