"""Sources that tell a month or a week: what is of one stands on its last day, and no night counts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.helpers.district_folders import source
from tests.helpers.town import NOW, Town, row, table
from transforms.district.source import Source
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known

Make = Callable[..., Town]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    towns: list[Town] = []

    def made(**declared: Any) -> Town:
        towns.append(Town(tmp_path, f"sqlite:///{tmp_path / 'w.db'}", source(min_share_of_usual=0, **declared)))
        return towns[-1]

    yield made
    for town in towns:
        town.context.stores.close()


@pytest.mark.parametrize(
    ("precision", "form", "written", "stands"),
    [
        ("month", "%Y-%m", "2025-02", dt.date(2025, 2, 28)),
        ("month", "%Y年%m月", "2025年2月", dt.date(2025, 2, 28)),
        ("month", "%b %Y", "febrero 2025", dt.date(2025, 2, 28)),
        ("month", "%Y-%m-%d", "2025-02-01", dt.date(2025, 2, 28)),
        ("week", "%G-W%V", "2025-W09", dt.date(2025, 3, 2)),
        ("week", "%Y-%m-%d", "2025-02-24", dt.date(2025, 3, 2)),
    ],
)
def test_it_stands_on_the_last_day(make: Make, precision: str, form: str, written: str, stands: dt.date) -> None:
    town = make(precision=precision, time_formats=[form])
    record = town.take(table(*(row(n, time=written) for n in range(20))))
    assert (record.state, record.accepted) == ("stored", 20)
    lake = town.lake()
    assert lake.select("occurred_on", "precision").unique().rows() == [(stands, precision)]


def test_a_format_without_a_day_needs_the_word_and_a_month_has_no_other_times() -> None:
    with pytest.raises(ValidationError, match="tells no day"):
        Source.model_validate(source(time_formats=["%Y-%m"]))
    with pytest.raises(ValidationError, match="only 'occurred_at' is read"):
        Source.model_validate(source(precision="month", columns={"occurred_at": "time", "closed_at": "end", "kind": "kind", "zone": "z"}))


@pytest.mark.parametrize(("precision", "seen"), [("day", 20), ("month", 0)])
def test_no_night_counts_what_is_told_by_the_month(make: Make, precision: str, seen: int) -> None:
    town = make(precision=precision, time_formats=["%Y-%m-%d"])
    town.take(table(*(row(n, time="2025-02-01") for n in range(20))))
    cells = town.context.folder.cells
    neighbours = Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
    view = Known(town.lake(), NOW + dt.timedelta(days=1), 99, town.context.district, cells, {}, neighbours).on(dt.date(2025, 3, 5))
    assert len(view.reports) == seen
    assert sum(counts.sum() for counts in view.panel.counts.values()) == seen
