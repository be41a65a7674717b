"""What lasts of a report: local days and the part of the day, clocks to five minutes or to days, a spot for a point.

Belongs here: what is cut off before a report is kept. Does not: reading it (``mapping``), its cell (``locating``), hashing what is left
(``versions``).

A clock keeps five minutes where it counts hours, by a rule or because the source's due date has a time: in Boston one breach in seven
lies within the last day. Otherwise it keeps days, as moments at which the local day begins: closed on the day it is due is in time.
Sensitive kinds keep their subdistrict and whole days, and have no spot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.clocks.zones import local_to_utc, utc_to_local
from transforms.reports.delivery import Delivery
from transforms.reports.spots import spots
from transforms.schema import CLOCKS, UTC
from transforms.words import LocatedBy, PartOfDay

CLOCK_MINUTES: Final = "5m"
SUBDISTRICT: Final = "sub:"


@dataclass(frozen=True)
class Ground:
    """What the place says: the district's time zone, the subdistrict of each cell, the kinds that are sensitive, the secret for spots."""

    zone: str
    subdistricts: Mapping[str, str]
    sensitive: frozenset[str]
    spot_key: bytes = field(repr=False)

    @property
    def hidden_cells(self) -> list[str]:
        """Where reports of sensitive kinds stand."""
        return [f"{SUBDISTRICT}{code}" for code in sorted(set(self.subdistricts.values()))]


def coarsened(located: pl.DataFrame, ground: Ground, delivery: Delivery) -> pl.DataFrame:
    """Located candidates with what lasts of them, row by row: days, part of the day, clocks, spot, cell, ``known_at`` by its rule.

    Args:
        located: schema ``CANDIDATES`` with ``cell_id`` and ``located_by``.
        ground: of the district.
        delivery: the batch; a date alone is midnight by the clock of its source.
    """
    sensitive = pl.col("kind").is_in(sorted(ground.sensitive)).fill_null(value=False)
    days = located.select(
        occurred=utc_to_local(pl.col("occurred_at"), ground.zone),
        date_alone=utc_to_local(pl.col("occurred_at"), delivery.source.timezone or ground.zone).dt.time() == dt.time(),
        reported_on=utc_to_local(pl.col("reported_at"), ground.zone).dt.date(),
        hidden=sensitive,
    ).with_columns(occurred_on=pl.col("occurred").dt.date())
    at_point = located["located_by"] == LocatedBy.POINT.value
    point = at_point & ~days["hidden"]
    lon, lat = (located[c].set(~point, None) for c in ("lon", "lat"))
    return located.with_columns(
        days["occurred_on"],
        days["reported_on"],
        days.select(part_of_day=_part_of_day(pl.col("occurred"), pl.col("hidden") | pl.col("date_alone"))).to_series(),
        spots(lon, lat, located["cell_id"], days["occurred_on"], ground.spot_key),
        clock_from="reported_at",
    ).with_columns(
        *_clocks(located, ground.zone, sensitive),
        known_at=_known_at(delivery.landed_at, ground.zone, sensitive),
        cell_id=pl.when(sensitive)
        .then(pl.lit(SUBDISTRICT) + pl.col("cell_id").replace_strict(dict(ground.subdistricts), default=None, return_dtype=pl.String))
        .otherwise("cell_id"),
    )


def known_since(candidates: pl.DataFrame, ground: Ground, delivery: Delivery) -> pl.DataFrame:
    """Candidates with the ``known_at`` that lasts."""
    sensitive = pl.col("kind").is_in(sorted(ground.sensitive)).fill_null(value=False)
    return candidates.with_columns(known_at=_known_at(delivery.landed_at, ground.zone, sensitive))


def _part_of_day(local: pl.Expr, unknown: pl.Expr) -> pl.Expr:
    """Six hours each; unknown of sensitive kinds, and at exactly midnight, which systems write where they know the day alone."""
    parts = [p.value for p in (PartOfDay.NIGHT, PartOfDay.MORNING, PartOfDay.AFTERNOON, PartOfDay.EVENING)]
    told = (local.dt.hour() // 6).cast(pl.Int64).replace_strict(dict(enumerate(parts)), return_dtype=pl.String)
    return pl.when(unknown | local.is_null()).then(pl.lit(PartOfDay.UNKNOWN.value)).otherwise(told)


def _clocks(located: pl.DataFrame, zone: str, sensitive: pl.Expr) -> list[pl.Expr]:
    """The clocks' columns as they are kept; those in which nothing stands are left as they are."""
    by_the_hour = pl.col("by_the_hour").fill_null(value=False) & ~sensitive
    some = [c for c in CLOCKS if c == "clock_from" or located[c].null_count() < len(located)]
    fine, coarse = located.select(fine=by_the_hour.any(), coarse=(~by_the_hour).any()).row(0) if len(located) else (False, False)

    def kept(column: str) -> pl.Expr:
        minutes = pl.col(column).dt.truncate(CLOCK_MINUTES)
        days = local_to_utc(utc_to_local(pl.col(column), zone).dt.truncate("1d"), zone)
        return minutes if not coarse else days if not fine else pl.when(by_the_hour).then(minutes).otherwise(days)

    return [kept(c).alias(c) for c in some]


def _known_at(landed_at: dt.datetime, zone: str, sensitive: pl.Expr) -> pl.Expr:
    """When a version could first have been used, up to the hour, of sensitive kinds to the day; not past its landing because of that."""
    exact = pl.col("known_at")
    hour = (exact + dt.timedelta(hours=1, microseconds=-1)).dt.truncate("1h")
    local = utc_to_local(exact, zone)
    day = local_to_utc((local + dt.timedelta(days=1, microseconds=-1)).dt.truncate("1d"), zone)
    landed = pl.lit(landed_at).cast(UTC)
    rounded = pl.when(sensitive).then(day).otherwise(hour)
    return pl.when(exact <= landed).then(pl.min_horizontal(rounded, landed)).otherwise(rounded)
