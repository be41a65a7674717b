"""What a run keeps of its night, and that what older versions kept still reads."""

from __future__ import annotations

import json

import polars as pl

from transforms.schema import ALERT_EVENTS, DISTRICT_SURGES, DUTY, SCORES
from transforms.schema.night import NightSummary
from transforms.schema.plain import plain, read_back
from transforms.schema.told import Found, Told
from transforms.scoring.frozen import Frozen
from transforms.scoring.risk import NightScores
from transforms.scoring.summary import summarise
from transforms.words import Category, Event, Level, State, Surge

CHECKS = {"scores": Told(24, (Found("level_jump", "level", 3, 0.4),))}
# As a run of the first release stored it, with its sorted keys.
STORED = """{"against_last_year": {"political": null, "safety": 1.4166666666666665}, "checks": {"scores": {"checks": 24, "found": []}},
"district_surges": ["theft"], "subdistrict_surges": [], "events": {"calm": 8, "ended": 1, "opened": 2, "reopened": 1},
"levels": {"safety": {"blue": 4, "learning": 1}}, "live": false, "not_scored": {"safety": {"not_covered": 565}},
"series_shares": {"political": {}, "safety": {"fire_building": 1.0}},
"surges": {"none": 576, "watch": 1}}"""


def scores(*rows: tuple[str, State, str | None, str | None, str | None]) -> pl.DataFrame:
    named = [dict(zip(("category", "state", "reason", "level", "surge"), row, strict=True)) for row in rows]
    return pl.DataFrame([dict.fromkeys(SCORES) | {"cell_id": f"c{n}"} | row for n, row in enumerate(named)], schema=SCORES)


def test_cells_are_counted_by_how_they_stand_and_why_they_do_not() -> None:
    rows = scores(
        ("safety", State.SCORED, None, "red", "red"),
        ("safety", State.SCORED, None, "red", "none"),
        ("safety", State.LEARNING, None, None, "none"),
        ("safety", State.NOT_SCORED, "stale", None, None),
        ("stability", State.NOT_SCORED, "no_series", None, None),
    )
    rising = pl.DataFrame(
        [
            ("theft", "", "public_order", "red", 0.0, 7, 9.0, 3.0),
            ("fire", "", "safety", "none", 1.0, 7, 1.0, 1.0),
            ("noise", "north", "stability", "red", 0.0, 7, 9.0, 3.0),
            ("noise", "south", "stability", "watch", 1e-4, 7, 9.0, 3.0),
        ],
        DISTRICT_SURGES,
        orient="row",
    )
    events = pl.DataFrame([{"event": e} for e in ("opened", "reopened", "ended", "calm")], ALERT_EVENTS)
    result = NightScores(rows, rising, DUTY.to_frame(), Frozen(), {Category.SAFETY: 0.18}, {Category.SAFETY: {"fire": 1.0}}, {})
    made = summarise(result, events, CHECKS, live=True)
    assert made.cells(Category.SAFETY, Level.RED) == 2
    assert made.cells(Category.SAFETY, State.LEARNING) == 1
    assert made.cells(Category.STABILITY, Level.BLUE) == 0
    assert made.not_scored == {Category.SAFETY: {"stale": 1}, Category.STABILITY: {"no_series": 1}}
    assert (made.opened, made.ended) == (2, 1)
    assert made.surges == {Surge.NONE: 2, Surge.RED: 1}
    assert made.district_surges == ("theft",)
    assert made.subdistrict_surges == (("noise", "north"),)
    assert read_back(NightSummary, json.loads(json.dumps(plain(made)))) == made


def test_what_an_older_version_stored_reads_and_says_the_same() -> None:
    stored = json.loads(STORED)
    read = read_back(NightSummary, stored)
    assert read.levels == {Category.SAFETY: {Level.BLUE: 4, State.LEARNING: 1}}
    assert (read.opened, read.ended, read.events[Event.CALM]) == (3, 1, 8)
    assert plain(read) == stored | {"totals": {}}
    assert read_back(NightSummary, {}) == NightSummary()
