"""An alert on heavy rain at a gauge and over the district. Invented, to prove that a type of alert is one file.

Belongs here: when one is hot and when calm. Does not: the weather.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from transforms.alerts.alert import DISTRICT
from transforms.alerts.types import AlertType, Seen, Tonight
from transforms.words import Category, Level, Words

# Nights of heavy rain; every other one is dry.
WET: Final = (9, 10)


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    wet = tonight.night.day in WET
    yield Seen("gauge", "gauge_7", None, wet, not wet)
    if wet or tonight.district in watched:
        yield Seen(DISTRICT, tonight.district, Category.SAFETY, wet, not wet, Level.ORANGE)


TYPE: Final = AlertType("rainfall", Words("降雨预警", "rainfall alert"), Words("强降雨，等级{level}", "heavy rain, level {level}"), _seen)
