"""A declaration that was wrong at first, in every way that rereading puts right, and deliveries that show it.

Belongs here: the right declaration, the mistakes, what is delivered, what stands. Does not: rereading (the tests of it).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flows.intake.ingest import ingest
from flows.stores import open_context
from tests.helpers.district_folders import COLUMNS, source, write_district
from tests.helpers.packed import workbook
from tests.helpers.town import HEADER, NOW, Town
from transforms.reports.versions import standing

DAY: Final = dt.timedelta(days=1)
_WROTE: Final = f"{HEADER},desk,no,released"


@dataclass(frozen=True)
class Part:
    """What one delivery holds: rows ``first`` to ``last``, of which two thirds are of a ``kind``; ``shift`` moves their days."""

    first: int
    last: int
    kind: str = "theft"
    shift: int = 0

    def rows(self) -> list[list[str]]:
        """Rows of two keys each, a desk, and a release; days to the twelfth read as months as well."""
        return [
            [
                f"id{n}",
                f"{n % 5 + 1:02d}/{(n + self.shift) % 28 + 1:02d}/2025 {n % 24:02d}:30",
                self.kind if n % 3 else "brawl",
                f"113.8{n % 20:02d}",
                f"35.3{n % 20:02d}",
                "ours" if n % 4 else "theirs",
                str(n // 2),
                f"2026-01-{n % 28 + 1:02d} 00:00",
            ]
            for n in range(self.first, self.last)
        ]


PARTS: Final = (Part(0, 60), Part(40, 90, "robbery"), Part(80, 120, shift=3))

RIGHT: Final[dict[str, Any]] = {
    "time_formats": ["%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M"],
    "kinds": {"theft": "theft", "robbery": "robbery", "brawl": "fight"},
    "where": [{"column": "desk", "equals": "ours"}],
    "min_share_of_usual": 0,
    "max_quarantined": 1.0,
}
# What was declared wrongly at first.
WRONG: Final[dict[str, dict[str, Any]]] = {
    "the date order": {"time_formats": ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"]},
    "the time zone": {"timezone": "America/Los_Angeles"},
    "the datum": {"datum": "GCJ-02"},
    "the codelist": {"kinds": {"theft": "robbery", "robbery": "robbery"}},
    "the scope": {"where": [{"column": "desk", "equals": "theirs"}]},
    "a wider scope": {"where": [{"column": "desk", "pattern": "s"}]},
    "the key": {"key": ["no", "kind"], "merge": True},
    "the axes": {"columns": {**COLUMNS, "lon": "y", "lat": "x"}},
    "the release": {"known_at": {"rule": "after_reported", "hours": 1}},
    "the decimal": {"decimal": "."},
    "the sheet": {"sheet": "of last year"},
}
# Of some mistakes the right declaration says more than the others', and so do the files.
SAYS: Final[dict[str, dict[str, Any]]] = {"the decimal": {"decimal": ",", "separator": ";"}, "the sheet": {"sheet": "of this year"}}


def right(mistakes: Iterable[str]) -> dict[str, Any]:
    """What is declared once all of it is right."""
    return {**RIGHT, **{name: value for mistake in mistakes for name, value in SAYS.get(mistake, {}).items()}}


def wrong(mistakes: Iterable[str]) -> dict[str, Any]:
    """What was declared at first."""
    return {**right(mistakes), **{name: value for mistake in mistakes for name, value in WRONG[mistake].items()}}


def written(part: Part, mistakes: Iterable[str]) -> tuple[str, bytes]:
    """The ending and the content of a delivery, in which these mistakes can show."""
    rows = part.rows()
    comma = "the decimal" in mistakes
    if comma:
        rows = [[value.replace(".", ",") if column in {3, 4} else value for column, value in enumerate(row)] for row in rows]
    header = _WROTE.split(",")
    if "the sheet" in mistakes:
        old = [[*row[:2], "brawl", *row[3:]] for row in rows[::2]]
        return "xlsx", workbook(**{"of last year": [header, *old], "of this year": [header, *rows]})
    return "csv", "\n".join([(";" if comma else ",").join(row) for row in (header, *rows)] + [""]).encode()


def deliver(town: Town, mistakes: Iterable[str], parts: Sequence[Part] = PARTS) -> None:
    """Deliver parts day by day, and take each in."""
    for number, part in enumerate(parts):
        ending, content = written(part, mistakes)
        town.deliver(content, f"police_{number}.{ending}")
        ingest(town.context, NOW + number * DAY)


def mend(town: Town, **declared: Any) -> None:
    """Declare the source otherwise, and open the town again."""
    town.context.stores.close()
    write_district(town.folder.parent, "town", source(**declared))
    town.context = open_context("town", town.context.settings)


def stands(town: Town) -> list[tuple[Any, ...]]:
    """What counts, but for how it came."""
    held = standing(town.lake(), town.context.district.released)
    return sorted(held.select("report_id", "kind", "severity", "occurred_on", "part_of_day", "cell_id", "spot", "status").rows())
