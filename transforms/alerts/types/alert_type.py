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

from transforms.district.declaration import AlertRules
from transforms.words import LEVELS, Category, Level, Words

# How high a level is.
RANK: Final = {level.value: k for k, level in enumerate(LEVELS)}


@dataclass(frozen=True)
class Tonight:
    """What a night knows that an alert may be about: ``scores`` is ``SCORES``, ``district_surges`` is ``DISTRICT_SURGES``;
    ``subdistricts`` says in which one each cell lies.
    """

    district: str
    night: dt.date
    scores: pl.DataFrame
    district_surges: pl.DataFrame
    rules: AlertRules
    subdistricts: Mapping[str, str] = field(default_factory=dict)

    @property
    def residents(self) -> pl.DataFrame:
        """The scores of residents' risk; duty performance never opens an alert on a cell."""
        return self.scores.filter(pl.col("category") != Category.POLITICAL.value)


class Seen(NamedTuple):
    """How a subject stands tonight; neither hot nor calm leaves its alert as it is.

    ``kind`` is what it is (``transforms.alerts.alert``), ``subject`` its code; ``level`` is None for a type that knows no levels.
    """

    kind: str
    subject: str
    category: str | None
    hot: bool
    calm: bool
    level: str | None = None


@dataclass(frozen=True)
class AlertType:
    """A type of alert.

    ``words`` are its name, ``line`` is how one reads in a list, with ``{level}`` for the level of those that have one. ``seen`` tells how
    subjects stand tonight: at least those that are hot, and those among the codes it is handed, which have an open alert. ``pace`` is the
    level by whose clocks one without a level is timed.
    """

    code: str
    words: Words
    line: Words
    seen: Callable[[Tonight, Collection[str]], Iterable[Seen]]
    pace: Level = Level.ORANGE
