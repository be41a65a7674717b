"""Files of deletions: each row names a report that is no more, by its key alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.intake.reread import reread
from tests.helpers.district_folders import source
from tests.helpers.town import HEADER, NOW, Town, row, table
from transforms.reports.versions import standing

DAY = dt.timedelta(days=1)
KEY = HEADER.split(",")[0]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    declared = source(min_share_of_usual=0, deletions=["in/deleted_*.csv"])
    made = Town(tmp_path, f"sqlite:///{tmp_path / 'w.db'}", declared)
    yield made
    made.context.stores.close()


def deleted(*numbers: int) -> bytes:
    return "\n".join([f"why,{KEY}", *(f"double,{row(n).split(',')[0]}" for n in numbers), ""]).encode()


def stands(town: Town) -> int:
    return len(standing(town.lake(), town.context.district.released))


def test_what_a_file_of_deletions_names_counts_no_more_until_it_is_delivered_anew(town: Town) -> None:
    town.take(table(*map(row, range(1, 21))), "police_2025-03-01.csv")
    record = town.take(deleted(3, 4, 99), "deleted_2025-03-02.csv", NOW + DAY)
    assert (record.state, record.delivered, record.out_of_scope, record.withdrawn) == ("stored", 3, 3, 2)
    assert stands(town) == 18
    town.balance()
    town.take(table(row(3)), "police_2025-03-03.csv", NOW + 2 * DAY)
    assert stands(town) == 19
    # One that was made before that says nothing about it.
    town.take(deleted(3, 5), "deleted_2025-03-02b.csv", NOW + 3 * DAY)
    assert stands(town) == 18


def test_deletions_are_read_again_with_everything_else(town: Town) -> None:
    town.take(table(*map(row, range(1, 21))), "police_2025-03-01.csv")
    town.take(deleted(3, 4), "deleted_2025-03-02.csv", NOW + DAY)
    done = reread(town.context, "police", "mended", NOW + 2 * DAY)
    assert (done.deliveries, done.added, done.changed, done.withdrawn) == (2, 0, 0, 0)
    assert stands(town) == 18
