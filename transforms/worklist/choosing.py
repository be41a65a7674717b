"""The list of a day: so many places, each with why and when to go, in the order in which to go.

Belongs here: how many of what, and in which order. Does not: what speaks for a place (``transforms.worklist.errands``), the draw
(``transforms.worklist.drawing``).

Errands take turns, so that no heap of one hides another; what they leave over goes to the places of which most is expected. A place that
somebody was sent to rests. Places drawn at random stand evenly among the others, so that a team that does not come to the end of its list
leaves out as many of these as of those.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from itertools import zip_longest
from typing import Final

import polars as pl

from transforms.schema import WORK_LIST, require_schema
from transforms.words import Category, Chosen, Errand
from transforms.worklist.drawing import drawn
from transforms.worklist.errands import Evening, Place, covered, errands
from transforms.worklist.hours import parts_of_day

# Where nobody was for a year, nobody ever was.
NEVER_DAYS: Final = 365


def work_list(evening: Evening) -> pl.DataFrame:
    """The list of a night, schema ``WORK_LIST``; the same from the same, in whatever order it is handed in."""
    looked = evening.looked_on()
    number = evening.rules.visits_per_day
    by_chance = round(number * evening.rules.random_share)
    speaking = {errand: [place for place in places if _rested(place, looked, evening.night)] for errand, places in errands(evening).items()}
    listed = _dealt(speaking, number - by_chance)
    pool = [cell for cell in covered(evening) if cell not in listed and _age(looked.get(cell), evening.night) > evening.rules.rest_days]
    weights = {cell: float(min(_age(looked.get(cell), evening.night), NEVER_DAYS)) for cell in pool}
    order = _among(list(listed), drawn(weights, by_chance, evening.seed))
    hours = parts_of_day(evening.reports, _feeds(evening, listed, order), evening.night)
    rows = [
        {
            "turn": turn,
            "cell_id": cell,
            "chosen": (Chosen.LISTED if cell in listed else Chosen.RANDOM).value,
            "errands": " ".join(errand.value for errand, _ in listed.get(cell, [(Errand.RANDOM, None)])),
            "category": listed[cell][0][1] if cell in listed else None,
            "part_of_day": hours.get(cell),
            "looked_on": looked.get(cell),
        }
        for turn, cell in enumerate(order, start=1)
    ]
    return require_schema(pl.DataFrame(rows, WORK_LIST), WORK_LIST, "work list")


def _age(looked_on: dt.date | None, night: dt.date) -> int:
    return NEVER_DAYS if looked_on is None else (night - looked_on).days


def _rested(place: Place, looked: Mapping[str, dt.date], night: dt.date) -> bool:
    return _age(looked.get(place.cell), night) > place.rest_days


def _dealt(speaking: Mapping[Errand, list[Place]], number: int) -> dict[str, list[tuple[Errand, str]]]:
    """So many places in turns, each with every errand that speaks for it and the category of that; the first is whose turn it was."""
    turns = zip_longest(*(places for errand, places in speaking.items() if errand is not Errand.HIGH))
    order = [place for turn in turns for place in turn if place is not None] + list(speaking.get(Errand.HIGH, []))
    wanted = list(dict.fromkeys(place.cell for place in order))[:number]
    why: dict[str, list[tuple[Errand, str]]] = {cell: [] for cell in wanted}
    for errand, places in speaking.items():
        for place in places:
            if place.cell in why and not (errand is Errand.HIGH and why[place.cell]):
                why[place.cell].append((errand, place.category))
    return why


def _among(listed: list[str], by_chance: list[str]) -> list[str]:
    """The second evenly among the first."""
    order = list(listed)
    for k, cell in enumerate(by_chance):
        order.insert(int((k + 0.5) * (len(listed) + len(by_chance)) / len(by_chance)), cell)
    return order


def _feeds(evening: Evening, listed: Mapping[str, list[tuple[Errand, str]]], order: Collection[str]) -> dict[str, frozenset[str]]:
    """For each place the feeds of what speaks for it; of one drawn at random, all."""
    of_category = {c: frozenset(evening.district.scored_feeds(Category(c))) for c in evening.residents["category"].unique()}
    every = frozenset().union(*of_category.values())
    return {cell: frozenset().union(*(of_category.get(c, every) for _, c in listed[cell])) if cell in listed else every for cell in order}
