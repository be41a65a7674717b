"""A proposed declaration tried on the very rows that it was proposed from: three of them as reports, and what would be lost.

Belongs here: reading the block back, and walking the rows as far as no check is asked. Does not: proposing
(``transforms.workshop.proposal``), checks, which take seconds to import (``flows.intake.rehearsal``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl
from pydantic import ValidationError

from infra import clock
from infra.districts.drafting import trial
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.landing.identity import identify
from infra.landing.scanning import scan
from infra.sources.table import Table, UnusableFile
from transforms.clocks.nights import local_day
from transforms.district.source import Source
from transforms.reports.locating import in_cells
from transforms.reports.mapping import to_candidates
from transforms.words.counting import many
from transforms.words.reasons import REASONS
from transforms.workshop.proposal.draft import Sample
from transforms.workshop.proposal.propose import Proposal

# Nothing of it is kept, so any key tells rows apart as well as the district's own.
_ANY_KEY: Final = b"trial"


@dataclass(frozen=True)
class AsReport:
    """One row as the report that it would be: its local day, its kind and its cell, by their codes."""

    day: str
    kind: str
    cell: str


@dataclass(frozen=True)
class Tried:
    """What became of the rows: how many there are, some of them as reports, and how many would be lost, by reason code; ``refusal`` is set
    where the block does not load as it stands or the file would be refused."""

    rows: int
    reports: tuple[AsReport, ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    refusal: str | None = None

    @property
    def said(self) -> Iterator[str]:
        """What of it is to be doubted, a sentence each."""
        if self.refusal is not None:
            yield f"as it stands this does not connect: {self.refusal}"
        for reason, rows in self.lost:
            yield f"{many(rows, 'row')} of {self.rows} would be lost: {REASONS[reason].words.en}"


def tried(proposal: Proposal, sample: Sample, folder: DistrictFolder | None) -> Tried:
    """Try a proposal on its sample, in the district if there is one, else in one of the lines that are proposed for it."""
    rows = len(sample.rows)
    try:
        (block,) = tomllib.loads(proposal.toml)["sources"]
        zone = block["columns"].get("zone")
        codes = sample.rows[zone].drop_nulls().unique().sort().to_list() if zone else []
        folder = folder or trial(proposal.district, proposal.toml, codes)
        source = Source.model_validate(block)
        return _walked(source, folder, sample.rows)
    except SifangError as error:
        return Tried(rows, refusal=" ".join(str(error).split()))
    except UnusableFile as refusal:
        return Tried(rows, refusal=f"{REASONS[refusal.reason].words.en} ({refusal.detail})")
    except ValidationError as error:
        # What it says of a value shows the value.
        return Tried(rows, refusal=str(error.errors()[0]["msg"]))


def _walked(source: Source, folder: DistrictFolder, rows: pl.DataFrame) -> Tried:
    columns = [c for c in source.needed_columns if c in rows.columns]
    patient = source.model_copy(update={"undeclared": "ignore"})
    batch = scan(Table(rows.select(columns), []), "sample", patient, identify(b"", _ANY_KEY), _ANY_KEY)
    zones, district = folder.zones_named_by(source), folder.district
    found = to_candidates(batch.rows, source, district, clock.now(), zones, folder.calendar_of_clocks)
    placed = in_cells(found, folder.cell_ids, district.timezone, folder.cells_of_premises)
    no_time, no_kind = pl.col("occurred_at").is_null(), pl.col("kind").is_null()
    no_place = pl.col("zone").is_null() & pl.col("premises").is_null() & (pl.col("lon").is_null() | pl.col("lat").is_null())
    given = pl.col("zone_given") | pl.col("place_given")
    why = (
        pl.when(no_time)
        .then(pl.when("occurred_given").then(pl.lit("time_unreadable")).otherwise(pl.lit("time_missing")))
        .when(no_kind)
        .then(pl.when("kind_given").then(pl.lit("kind_unknown")).otherwise(pl.lit("kind_missing")))
        .when(no_place)
        .then(pl.when(given).then(pl.lit("zone_unknown" if zones else "coordinates_impossible")).otherwise(pl.lit("coordinates_missing")))
        .when(pl.col("cell_id").is_null())
        .then(pl.lit("outside_district"))
    )
    judged = placed.with_columns(why=why, day=local_day("occurred_at", district.timezone))
    lost = pl.concat([judged.select("why").drop_nulls(), batch.personal.select(why="reason")])
    counted = lost.group_by("why").len().sort("len", "why", descending=[True, False])
    hidden = [k.code for k in district.kinds.values() if k.sensitive]
    good = judged.filter(pl.col("why").is_null(), ~pl.col("kind").is_in(hidden)).sort("day", "row")
    shown = good.gather([n for n in (0, len(good) // 2, len(good) - 1) if n >= 0]) if len(good) else good
    told = shown.select("day", "kind", "cell_id").unique(maintain_order=True).iter_rows()
    return Tried(len(rows), tuple(AsReport(str(day), kind, cell) for day, kind, cell in told), tuple(counted.iter_rows()))
