"""Files of real cities: the draft connects as it stands, and its days are those that plain Polars counts, or it says what is in doubt.

Belongs here: each file whole through the draft. Does not: likenesses of portals (``tests.flows.cli.test_portals``).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from flows.tell.proposal import propose_for
from infra import clock
from infra.districts.drafting import trial
from infra.landing.identity import identify
from infra.landing.scanning import scan
from infra.sources.sample import sample
from infra.sources.table import Table
from tests.helpers.real_data import held
from transforms.clocks.nights import local_day
from transforms.district.source import Source
from transforms.reports.mapping import to_candidates


class Real(NamedTuple):
    """In which column the day stands, how its first characters are read, and the largest share of rows that may be lost with a reason."""

    column: str
    form: str
    lost: float


ISO, US = "%Y-%m-%d", "%m/%d/%Y"
FILES = {
    "boston_311_sample/cases.csv.gz": Real("OPEN_DT", ISO, 0.20),
    "chicago/crimes_2012.parquet": Real("Date", US, 0.02),
    "chicago/crimes_2013.parquet": Real("Date", US, 0.02),
    "chicago/crimes_2014.parquet": Real("Date", US, 0.03),
    "chicago/crimes_2015.parquet": Real("Date", US, 0.06),
    "montgomery_911/911.csv.gz": Real("timeStamp", ISO, 0.03),
    "nyc_council/nycomplaints.parquet": Real("opendate", ISO, 0.50),
    # A tenth are words that mean no kind: requests of a housing authority, defects of streets, postings.
    "san_francisco/cases_311_sample.csv.gz": Real("Opened", ISO, 0.11),
    "san_francisco/crime_2003_2015.parquet": Real("Dates", ISO, 0.03),
    "san_francisco/fire_calls_2017_01.csv.gz": Real("Received DtTm", US, 0.03),
    "san_francisco/fire_calls_2020_04.csv.gz": Real("Received DtTm", US, 0.03),
    "san_francisco/fire_calls_lone_mountain_2009_2018.csv.gz": Real("Received DtTm", US, 0.03),
    "toronto/toronto_mci.parquet": Real("occurrencedate", "%Y/%m/%d", 0.03),
}

# What else lies there, and why nobody connects it.
NO_REPORTS = {
    "README.md": "says what lies there",
    "cap/CAP-v1.2.xsd": "a schema",
    "chicago/iucr_codes.csv": "a codelist, which a source joins",
    "chicago/police_beats.geojson": "zones",
    "san_francisco/neighbourhood_tracts.geojson": "zones",
    "xinxiang/weibin_410703.geojson": "an outline",
}


def test_every_real_file_is_tried_or_named_with_the_reason(real_data: Path) -> None:
    there = {file.relative_to(real_data).as_posix() for file in real_data.rglob("*") if file.is_file()}
    assert there == FILES.keys() | NO_REPORTS.keys()


@pytest.mark.lengthy
@pytest.mark.parametrize("name", FILES)
def test_the_draft_of_a_real_file_connects_and_counts_its_days_as_plain_polars_does(real_data: Path, name: str) -> None:
    real, file = FILES[name], held(real_data / name)
    found, rows = propose_for(file), sample(file).rows
    (block,) = tomllib.loads(found.toml)["sources"]
    source = Source.model_validate(block)
    assert real.column in source.columns.of("occurred_at")
    assert len(found.reports) == 3
    # Every row that is lost is told with its reason.
    lost = sum(int(said.partition(" ")[0].replace(",", "")) for said in found.unsure if "would be lost" in said)
    assert lost <= real.lost * len(rows), found.unsure
    columns = list(dict.fromkeys(source.needed_columns))
    zone = block["columns"].get("zone")
    folder = trial(found.district, found.toml, rows[zone].drop_nulls().unique().to_list() if zone else [])
    batch = scan(Table(rows.select(columns), []), name, source, identify(b"", b"k"), b"k")
    made = to_candidates(batch.rows, source, folder.district, clock.now(), folder.zones_named_by(source))
    days = made.select(day=local_day("occurred_at", source.timezone or folder.district.timezone)).drop_nulls()
    desk = pl.col(block["where"][0]["column"]).str.starts_with(block["where"][0]["prefix"]) if "where" in block else pl.lit(value=True)
    kept = rows.filter(desk).select(pl.col(columns).str.strip_chars())
    plain = kept if source.rows == "each" else kept.unique()
    told = plain.select(day=pl.col(real.column).str.slice(0, 10).str.to_date(real.form, strict=False)).drop_nulls()
    assert dict(days.group_by("day").len().iter_rows()) == dict(told.group_by("day").len().iter_rows())


@pytest.mark.lengthy
@pytest.mark.parametrize("name", [n for n in FILES if "fire_calls" in n])
def test_calls_with_a_row_for_each_unit_are_merged_by_their_incident(real_data: Path, name: str) -> None:
    (block,) = tomllib.loads(propose_for(held(real_data / name)).toml)["sources"]
    assert (block["key"], block["merge"]) == (["Incident Number"], True)
