"""Declarations of real cities that were mended, and corrections that leave, rebuilt small: what stands is what should.

Belongs here: the cases of ``tests/golden/cities`` that end in a rereading or a withdrawal. Does not: rereading in every other way
(``test_reread``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.reread import reread
from flows.stores import Context, open_context
from flows.tell.readings import read_otherwise
from tests.helpers.golden_cities import NOW, opened, stands

DAY = dt.timedelta(days=1)


@contextmanager
def mended(root: Path, case: str, old: str, new: str) -> Iterator[Context]:
    """The same home under a declaration that was put right."""
    file = root / "districts" / case / "district.toml"
    told = file.read_text("utf-8")
    assert old in told
    file.write_text(told.replace(old, new), "utf-8")
    context = open_context(case)
    try:
        yield context
    finally:
        context.stores.close()


def test_days_and_months_that_were_exchanged_are_put_right_by_a_rereading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = "mended_date_order"
    with opened(case, tmp_path, monkeypatch) as context:
        ingest(context, NOW)
        assert stands(context)["occurred_on"].dt.month().n_unique() == 11
    with mended(tmp_path, case, "%m/%d/%Y", "%d/%m/%Y") as context:
        assert [r.batches for r in read_otherwise(context.warehouse, context.folder)] == [1]
        reread(context, case, "mended", NOW + DAY)
        days = stands(context)["occurred_on"]
        assert (len(days), days.min(), days.max()) == (96, dt.date(2026, 9, 1), dt.date(2026, 11, 12))
        assert read_otherwise(context.warehouse, context.folder) == ()


def test_files_of_which_no_row_is_in_scope_are_refused_until_the_filter_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = "all_out_of_scope"
    with opened(case, tmp_path, monkeypatch) as context:
        records = ingest(context, NOW)
        assert [r.reason for r in records] == [None] * 8 + ["scope_empty"] * 3
        assert len(stands(context)) == 93
    with mended(tmp_path, case, 'prefix = "Fire: "', 'pattern = "^(Fire: |FIRE - )"') as context:
        assert [r.accepted for r in ingest(context, NOW + DAY)] == [14, 11, 10]
        assert len(stands(context)) == 128


def test_a_report_whose_corrected_place_lies_outside_counts_here_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = "moved_outside"
    with opened(case, tmp_path, monkeypatch) as context:
        second = tmp_path / "districts" / case / "data" / "u11_moved_outside_2.csv"
        told = second.read_bytes()
        second.unlink()
        ingest(context, NOW)
        assert len(stands(context)) == 20
        second.write_bytes(told)
        (record,) = ingest(context, NOW + DAY)
        assert (record.quarantined, record.withdrawn) == (1, 1)
        assert len(stands(context)) == 19
        # What was withdrawn is still there to replay an earlier night by.
        assert len(context.lake.versions().filter(pl.col("known_at") < NOW + DAY).collect()) == 20
