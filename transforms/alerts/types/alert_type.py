"""What a type of alert is: its words, and how its subjects stand on a night.

Belongs here: the types of a type's file. Does not: any type (the files beside this one, one each), what follows from how a subject stands
(``transforms.alerts.events``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import polars as pl

from transforms.alerts.heard import Heard
from transforms.alerts.past import Past
from transforms.district.declaration import AlertRules
from transforms.schema import DUTY
from transforms.words import LEVELS, Category, Level, Words

# How high a level is.
RANK: Final = {level.value: k for k, level in enumerate(LEVELS)}


@dataclass(frozen=True)
class Tonight:
    """What a night knows that an alert may be about: ``scores`` is ``SCORES``, ``district_surges`` is ``DISTRICT_SURGES``;
    ``subdistricts`` says in which one each cell lies, ``premises`` in which one those of the register do, ``past`` what earlier nights were
    like; ``duty`` is ``DUTY``, ``sources`` say how each stands, and ``heard`` what the feeds tell of places that have alerts.
    """

    district: str
    night: dt.date
    scores: pl.DataFrame
    district_surges: pl.DataFrame
    rules: AlertRules
    subdistricts: Mapping[str, str] = field(default_factory=dict)
    past: Past = field(default_factory=Past)
    duty: pl.DataFrame = field(default_factory=DUTY.to_frame)
    sources: tuple[SourceStands, ...] = ()
    heard: Heard = field(default_factory=Heard)
    premises: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def residents(self) -> pl.DataFrame:
        """The scores of residents' risk; duty performance never opens an alert on a cell."""
        return self.scores.filter(pl.col("category") != Category.POLITICAL.value)

    @property
    def inhibited(self) -> frozenset[str]:
        """The categories in which nothing new opens, because a source that they hang on is silent: what is high there is high of old,
        and what looks unanswered may only not have been heard."""
        return frozenset().union(*(stands.categories for stands in self.sources if stands.silent))


class SourceStands(NamedTuple):
    """How a source stands: silent, heard of lately, with a delivery that stands refused; the categories that hang on it."""

    source: str
    silent: bool
    speaks: bool
    refused: bool
    categories: frozenset[str] = frozenset()


class Seen(NamedTuple):
    """How a subject stands tonight; neither hot nor calm leaves its alert as it is.

    ``kind`` is what it is (``transforms.alerts.alert``), ``subject`` its code; ``level`` is None for a type that knows no levels. What is
    hot opens an alert where it is ``news``, and brings one back where it is ``sure``; what is ``chronic`` does neither, and ends the one it
    has. ``calmed_on`` is, where a type looks back, the last night on which it was calm, or the first that can know of what it is hot for.
    The first by ``rank`` are told one by one. ``place`` is the subdistrict of what is no cell and lies in one. What is ``anew`` comes back
    also where its alert is settled and waits to calm down.
    """

    kind: str
    subject: str
    category: str | None
    hot: bool
    calm: bool
    level: str | None = None
    news: bool = True
    sure: bool = True
    chronic: bool = False
    calmed_on: dt.date | None = None
    rank: float = 0.0
    place: str | None = None
    anew: bool = False


@dataclass(frozen=True)
class AlertType:
    """A type of alert.

    ``words`` are its name, ``line`` is how one reads in a list, with ``{level}`` for the level of those that have one. ``seen`` tells how
    subjects stand tonight: at least those that are hot, and those among the codes it is handed, which have an open alert. ``pace`` is the
    level by whose clocks one without a level is timed. Those of a type that is ``budgeted`` are told one by one up to a number a night.
    Where a source is silent, nothing opens of those that are ``inferred`` from what it sends; what it said stays said.
    """

    code: str
    words: Words
    line: Words
    seen: Callable[[Tonight, Collection[str]], Iterable[Seen]]
    pace: Level = Level.ORANGE
    budgeted: bool = True
    inferred: bool = True
