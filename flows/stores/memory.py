"""What the nights of one command share, so that none of them reads, counts or fits again what another one has.

Belongs here: one slot per thing that is remembered, and forgetting. Does not: making what the slots hold (``flows.nights.look``,
``flows.nights.frozen``).
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import polars as pl

    from transforms.grids.datum_check import Habit
    from transforms.grids.neighbours import Neighbours
    from transforms.panel.known import Known, View
    from transforms.scoring.frozen import Made, Need

Key = TypeVar("Key")
Value = TypeVar("Value")

# A backfill asks for its night, for one Monday seven times and for one quarter ninety times; for older nights it never asks again.
VIEWS_KEPT = 3
# Today's district, and the one of the nights at work where those are others.
DISTRICTS_KEPT = 2


class Moment(NamedTuple):
    """What was known when: at ``as_of`` by lake commit ``lake_seq``."""

    as_of: dt.datetime
    lake_seq: int


class Looked(NamedTuple):
    """A night, seen from a moment."""

    night: dt.date
    moment: Moment


class LakeRead(NamedTuple):
    """Every version in the lake, and every visit, both in schema ``REPORTS``, as of its commit ``sequence``."""

    sequence: int
    versions: pl.DataFrame
    visits: pl.DataFrame


class Lying(NamedTuple):
    """Where the reports of some batches lie."""

    batches: frozenset[str]
    habit: Habit


@dataclass
class OfDistrict:
    """What is remembered of one version of the district; every key names all that its value depends on beside that version.

    ``known`` is what was counted for all nights that look from the same moment; ``views`` are the last nights seen; ``trainings`` digests
    of what something frozen on a night would be made from; ``made`` the models and references made, by what and from which training;
    ``lying`` is where the reports of sources lay when they were last looked up.
    """

    known: tuple[Moment, Known] | None = None
    views: OrderedDict[Looked, View] = field(default_factory=OrderedDict)
    trainings: dict[Looked, str] = field(default_factory=dict)
    made: dict[tuple[Need, str], Made] = field(default_factory=dict)
    neighbours: Neighbours | None = None
    lying: dict[frozenset[str], Lying] = field(default_factory=dict)


@dataclass
class Memory:
    """What is remembered of a district.

    ``lake`` is the lake as it was last read; ``stored`` the models and references read from the warehouse, by the name that is their
    content; the rest belongs to a version of the district (``of``).
    """

    lake: LakeRead | None = None
    stored: dict[str, Made] = field(default_factory=dict)
    _districts: OrderedDict[str, OfDistrict] = field(default_factory=OrderedDict)

    def of(self, version: str) -> OfDistrict:
        """What is remembered of one version of the district."""
        return recalled(self._districts, version, OfDistrict, DISTRICTS_KEPT)

    def forget(self) -> None:
        """Empty every slot."""
        self.lake = None
        self.stored.clear()
        self._districts.clear()


def recalled(kept: OrderedDict[Key, Value], key: Key, make: Callable[[], Value], most: int) -> Value:
    """What is kept under a key, made now where it is not; of more than ``most`` the one that was longest not asked for goes."""
    if key not in kept:
        value = make()
        while len(kept) >= most:
            kept.popitem(last=False)
        kept[key] = value
    kept.move_to_end(key)
    return kept[key]
