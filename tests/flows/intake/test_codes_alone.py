"""A district of codes without geometry, from files to the brief: New York's council districts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.replay import replay
from flows.stores import open_context
from flows.tell.brief import write_brief
from infra.settings import Settings
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.nights.scores import scores_of
from tests.helpers.district_folders import write_district
from tests.helpers.homes import settle
from tests.helpers.real_data import held
from transforms.district.codes import is_cell_code

NIGHT = dt.date(2024, 1, 8)
# Kinds that are forecast: what a council hears of is taken for disputes here, for the ground is what this is about.
KINDS = {"Housing*": "dispute_housing", "HOUSING*": "dispute_housing", "Transportation": "dispute_parking", "*": "dispute_other"}


def test_council_districts_without_geometry_are_scored_and_replayed(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = held(real_data / "nyc_council" / "nycomplaints.parquet")
    complaints = pl.read_parquet(file).filter(pl.col("opendate").is_between(dt.date(2023, 7, 1), NIGHT, closed="left"))
    names = complaints["council_dist"].drop_nulls().unique().sort()
    # A name without a digit is no code, and stands for one.
    given = {name: name if is_cell_code(name) else f"N{number}" for number, name in enumerate(names)}
    source = {
        "code": "council",
        "feed": "stability",
        "files": ["in/*.parquet"],
        "time_formats": ["%Y-%m-%d"],
        "known_at": {"rule": "after_reported", "hours": 24},
        "key": ["unique_key"],
        "undeclared": "ignore",
        "kinds": KINDS,
        "zones": {name: code for name, code in given.items() if name != code},
        "columns": {"occurred_at": "opendate", "kind": "complaint_type", "zone": "council_dist", "closed_at": "closedate"},
    }
    grid = {"kind": "zones", "file": "cells.csv"}
    folder = write_district(tmp_path / "districts", "nyc", source, grid=grid, timezone="America/New_York", calendar="US-NY")
    # A complaint without a district lies nowhere, one without a type is no kind.
    expected = complaints.filter(pl.col("council_dist").is_not_null(), pl.col("complaint_type").is_not_null()).height
    assert expected > 5000
    complaints.write_parquet(folder / "in" / "half_a_year.parquet")
    pl.DataFrame({"cell_id": list(given.values()), "name": names}).write_csv(folder / "cells.csv")
    settle(monkeypatch, tmp_path)
    context = open_context("nyc", Settings())
    try:
        now = dt.datetime(2024, 1, 8, 10, tzinfo=dt.UTC)
        (record,) = ingest(context, now)
        assert record.state == "stored", record.warnings
        assert record.delivered == len(complaints) == record.accepted + record.duplicate + record.quarantined + record.merged
        assert record.accepted == expected
        run_night(context, RunTerms(NIGHT, now, None, "nightly", "nightly", "first"))
        scores = scores_of(context.warehouse, NIGHT).filter(pl.col("category") == "stability")
        assert scores["cell_id"].sort().to_list() == sorted(given.values())
        assert scores["state"].unique().to_list() == ["scored"]
        # Without places there are no neighbours to borrow from: what is not the cell's own is the district's.
        assert scores["expected_harm"].min() > 0  # type: ignore[operator]
        assert replay(context, NIGHT).identical
        text = Path(str(write_brief(context, NIGHT))).read_text("utf-8")
        assert names[0] in text
    finally:
        context.stores.close()
