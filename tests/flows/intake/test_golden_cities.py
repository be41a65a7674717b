"""What real cities deliver, rebuilt small (``tests/golden/cities``): right counts, or a plain word about what is wrong.

Belongs here: each case through the real road, with the value that is right. Does not: the families that they stand for, which are
property tests beside what they are about.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra.warehouse.batches import BatchRecord
from tests.helpers.homes import settle
from transforms.reports.versions import standing

CASES = Path(__file__).parents[2] / "golden" / "cities"
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Expected:
    """The reports that stand, how many are closed, their first and last day; what the batches say, by reason code."""

    standing: int
    first: dt.date
    last: dt.date
    closed: int = 0
    said: frozenset[str] = field(default_factory=frozenset)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


EXPECTED = {
    "files_name_order": Expected(40, day("2024-03-01"), day("2024-03-12"), closed=40),
}


@contextmanager
def opened(case: str, root: Path, patch: pytest.MonkeyPatch, **changes: str) -> Iterator[Context]:
    """A copy of a case, its declaration changed where ``changes`` says so, opened."""
    settle(patch, root)
    folder = shutil.copytree(CASES / case, root / "districts" / case)
    file = folder / "district.toml"
    told = file.read_text("utf-8")
    for old, new in changes.items():
        assert old in told
        told = told.replace(old, new)
    file.write_text(told, "utf-8")
    context = open_context(case)
    try:
        yield context
    finally:
        context.stores.close()


def stands(context: Context) -> pl.DataFrame:
    (source,) = context.district.sources
    return standing(context.lake.versions().collect(), source.released)


def said_of(records: list[BatchRecord]) -> set[str]:
    return {notice.reason for record in records for notice in record.warnings}


@pytest.mark.parametrize("case", EXPECTED)
def test_a_case_comes_to_the_right_counts(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = EXPECTED[case]
    with opened(case, tmp_path, monkeypatch) as context:
        records = ingest(context, NOW)
        assert {r.state for r in records} == {"stored"}
        assert all(r.delivered == r.accepted + r.merged + r.duplicate + r.quarantined + r.out_of_scope for r in records)
        found = stands(context)
        assert len(found) == expected.standing
        assert (found["occurred_on"].min(), found["occurred_on"].max()) == (expected.first, expected.last)
        assert int((found["status"] == "closed").sum()) == expected.closed
        assert expected.said <= said_of(records)


def test_an_older_state_that_arrives_after_a_newer_one_does_not_overrule_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("files_name_order", tmp_path, monkeypatch) as context:
        older = tmp_path / "districts" / "files_name_order" / "data" / "week_9.csv"
        told = older.read_bytes()
        older.unlink()
        ingest(context, NOW)
        older.write_bytes(told)
        (late,) = ingest(context, NOW + dt.timedelta(days=1))
        assert (late.accepted, late.duplicate) == (0, 40)
        assert "delivery_late" in said_of([late])
        assert stands(context)["status"].to_list() == ["closed"] * 40
