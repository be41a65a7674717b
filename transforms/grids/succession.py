"""Zones that follow one another: which are in force on a night, and where the reports of the others count.

Belongs here: nights in force, whether a grid goes on, shares of former zones, apportioning reports. Does not: reading zones
(``transforms.grids.zones``), counting (``transforms.panel.panel``).

A report keeps the cell it was given: the one in force on the day it happened, or the one its source names. On a night, the report of a
zone that has ended counts for the zones after it, by the shares they declare, and the report of a zone that has not begun for those before
it, in proportion to the same shares. Shares are whole millionths, so that sums come out the same in whatever order they are made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.grids.faults import Fault
from transforms.grids.zones import Zone, in_force

WHOLE = 1_000_000
PARTS, MAIN = "~parts", "~main"
_DAY = dt.timedelta(days=1)
_TOLERANCE = 1e-6

# For each former zone its shares, in millionths, of the zones in force; empty where none follows.
Former = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Succession:
    """All zones that were, are or will be in force."""

    zones: Sequence[Zone]

    @property
    def is_fixed(self) -> bool:
        """Whether every zone is in force on every night."""
        return all(z.valid_from is None and z.valid_to is None for z in self.zones)

    @cached_property
    def _by_code(self) -> dict[str, Zone]:
        return {z.cell_id: z for z in self.zones}

    @cached_property
    def _heirs(self) -> dict[str, dict[str, float]]:
        """For each zone that others follow, their shares of it."""
        heirs: dict[str, dict[str, float]] = {}
        for zone in self.zones:
            for code, share in zone.predecessors.items():
                heirs.setdefault(code, {})[zone.cell_id] = share
        return heirs

    @cached_property
    def beginnings(self) -> list[dt.date]:
        """The first night of each set of zones, oldest first; the first set has always been in force."""
        changes = {z.valid_from for z in self.zones if z.valid_from} | {z.valid_to + _DAY for z in self.zones if z.valid_to}
        return [dt.date.min, *sorted(changes)]

    def on(self, night: dt.date) -> list[str]:
        """The zones in force on a night, sorted."""
        return sorted(z.cell_id for z in self.zones if in_force(z, night))

    def former(self, night: dt.date, *, named: bool) -> dict[str, dict[str, int]]:
        """Where the reports of every zone that is not in force on ``night`` count.

        Zones that have not begun are among them only where sources name zones (``named``): a point never lies in one, and zones declared
        for later must not change the nights before.
        """
        resolved: dict[str, dict[str, float]] = {}

        def resolve(code: str) -> dict[str, float]:
            if code not in resolved:
                zone = self._by_code[code]
                if in_force(zone, night):
                    resolved[code] = {code: 1.0}
                elif zone.valid_from is not None and night < zone.valid_from:
                    total = sum(zone.predecessors.values())
                    resolved[code] = _mixed({p: share / total for p, share in zone.predecessors.items()}, resolve)
                else:
                    resolved[code] = _mixed(self._heirs.get(code, {}), resolve)
            return resolved[code]

        absent = [z for z in self.zones if not in_force(z, night) and (named or (z.valid_to is not None and z.valid_to < night))]
        return {code: _millionths(resolve(code)) for code in sorted(z.cell_id for z in absent)}

    def faults(self) -> list[Fault]:
        """What is wrong between zones and those before them."""
        if not self.zones:
            return []
        empty = [d for d in self.beginnings if not self.on(d)]
        when = ", ".join("the beginning" if d == dt.date.min else str(d) for d in empty)
        says, remedy = f"has no zone in force from {when} on", "leave out valid_from of the first zones, and valid_to of the last"
        gaps = [Fault("versions", "the file", says, remedy)] if empty else []
        return [f for z in self.zones for f in (*self._of_predecessors(z), *self._of_shares(z))] + gaps

    def _of_predecessors(self, zone: Zone) -> Iterator[Fault]:
        for code in sorted(zone.predecessors):
            before = self._by_code.get(code)
            if before is None:
                says, remedy = f"follows {code}, which is no zone of the file", "keep former zones in the file, with their valid_to"
                yield Fault("versions", zone.cell_id, says, remedy)
            elif before.valid_to is None or zone.valid_from != before.valid_to + _DAY:
                says = f"begins on {zone.valid_from}, but {code}, which it follows, ends on {before.valid_to}"
                yield Fault("versions", zone.cell_id, says, "let it begin on the day after")

    def _of_shares(self, zone: Zone) -> Iterator[Fault]:
        shares = self._heirs.get(zone.cell_id, {}).values()
        if shares and abs(sum(shares) - 1) > _TOLERANCE:
            says = f"is shared out to {sum(shares):g} among the zones that follow it"
            yield Fault("versions", zone.cell_id, says, "let its shares add up to 1")
        if zone.valid_to and not shares:
            says = f"ends on {zone.valid_to}, and no zone follows it"
            remedy = "its past counts nowhere from then on; make it a predecessor, unless its ground left the district"
            yield Fault("versions", zone.cell_id, says, remedy, stops=False)


def goes_on(then: pl.DataFrame, now: pl.DataFrame, zones: Succession, night: dt.date) -> bool:
    """Whether the cells of a night are still those of the district: every one as it was drawn, and no other that was in force then.

    Args:
        then: the cells that the night was scored on, schema ``CELLS``.
        now: all cells of the district, of every time.
        zones: its zones, which say when each is in force.
        night: the night.
    """
    drawn, stand = (set(cells.select("cell_id", "outline").iter_rows()) for cells in (then, now))
    begun_later = {z.cell_id for z in zones.zones if z.valid_from}
    ended_before = {z.cell_id for z in zones.zones if z.valid_to and z.valid_to < night}
    return not drawn - stand and not {code for code, _ in stand - drawn} - begun_later - ended_before


def _mixed(shares: Mapping[str, float], resolve: Callable[[str], dict[str, float]]) -> dict[str, float]:
    """Shares of shares."""
    mixed: dict[str, float] = {}
    for code in sorted(shares):
        for target, share in resolve(code).items():
            mixed[target] = mixed.get(target, 0.0) + shares[code] * share
    return mixed


def _millionths(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares as whole millionths that add up to one; what rounding leaves goes to the largest."""
    parts = {code: round(share * WHOLE) for code, share in sorted(shares.items())}
    if parts:
        largest = max(parts, key=lambda code: (parts[code], code))
        parts[largest] += WHOLE - sum(parts.values())
    return parts


def apportion(reports: pl.DataFrame, former: Former) -> pl.DataFrame:
    """Reports with the cells in force: one of a former zone becomes one row per zone after it, with its share.

    Args:
        reports: schema ``REPORTS``.
        former: of the night; where it is empty, reports stay as they are.

    Returns:
        ``REPORTS`` and, where anything is apportioned, ``PARTS`` (millionths of the report) and ``MAIN`` (true in exactly one of its rows,
        that of the largest share). What lies in a zone that nothing follows is left out.
    """
    if not former:
        return reports
    rows = [
        (old, new, parts, new == max(shares, key=lambda code: (shares[code], code)))
        for old, shares in former.items()
        for new, parts in shares.items()
    ]
    schema = {"cell_id": pl.String, "new": pl.String, PARTS: pl.Int64, MAIN: pl.Boolean}
    moved = reports.join(pl.DataFrame(rows, schema=schema, orient="row"), on="cell_id").with_columns(cell_id="new").drop("new")
    stayed = reports.filter(~pl.col("cell_id").is_in(list(former))).with_columns(
        pl.lit(WHOLE, pl.Int64).alias(PARTS), pl.lit(value=True).alias(MAIN)
    )
    return pl.concat([stayed, moved])


def parts(reports: pl.DataFrame) -> list[pl.Expr]:
    """The millionths of each report, where reports were apportioned; nothing where each counts whole."""
    return [pl.col(PARTS)] if PARTS in reports.columns else []


def share(reports: pl.DataFrame) -> pl.Expr:
    """How much of each report counts in its cell, in (0, 1]."""
    return pl.col(PARTS) / WHOLE if PARTS in reports.columns else pl.lit(1.0)


def once(reports: pl.DataFrame) -> pl.DataFrame:
    """Each report once, in the cell of its largest share: for what cannot be divided, such as a clock."""
    return reports.filter(MAIN) if MAIN in reports.columns else reports
