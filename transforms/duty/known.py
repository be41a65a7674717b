"""The clocks that a night knows: of feeds heard of lately, at the departments that a district declares.

Belongs here: until when each feed's clocks are known, and what is declared of departments. Does not: one row for each clock
(``transforms.duty.clocks``), shares (``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.nights import day_start
from transforms.district.declaration import CategorySettings, District
from transforms.duty.clocks import Offices, clocks_of
from transforms.duty.further import Declared, further_clocks
from transforms.panel.panel import Panel
from transforms.scoring.silence import Heard
from transforms.words import Category
from transforms.words.feeds import FEEDS


def heard_and_stale(panel: Panel, district: District) -> tuple[dict[str, dt.datetime], dict[str, dt.datetime]]:
    """The moment (UTC) until which the clocks of each feed are known: of feeds heard of lately, and of those silent for too long.

    A feed whose sources have all ended, as declared, is not silent: its clocks run out.
    """
    stale_after = district.categories.get(Category.POLITICAL, CategorySettings()).stale_after_days
    lately: dict[str, dt.datetime] = {}
    stale: dict[str, dt.datetime] = {}
    for feed in FEEDS:
        heard = Heard.of(panel.exposure[feed], panel.days) if feed in panel.exposure else None
        goes_on = any(s.coverage.until is None or s.coverage.until >= panel.night for s in district.sources if s.feed == feed)
        until = heard.until if heard and goes_on else panel.night
        (stale if (panel.night - until).days >= stale_after else lately)[feed] = day_start(until, district.zone)
    return lately, stale


@dataclass(frozen=True)
class Grounds:
    """What clocks are counted on beside the reports: moved deadlines as they were first ``promised`` (``transforms.reports.versions``), and
    the calendar where a clock of the district asks which days are worked."""

    promised: pl.DataFrame | None = None
    calendar: Calendar | None = None


def known_clocks(
    panel: Panel, reports: pl.DataFrame, district: District, grounds: Grounds, until: Mapping[str, dt.datetime]
) -> pl.DataFrame:
    """The clocks of some feeds, schema ``CLOCKS``, as of the moments until which each feed is known.

    Raises:
        ValueError: a clock asks for the calendar, and there is none.
    """
    # No cell shows a number that a sensitive report had a part in, and self-made cases do not brighten a department's share.
    hidden = [k.code for k in district.kinds.values() if k.sensitive or k.officer_initiated]
    small = [d.code for d in district.departments.values() if d.one_person]
    offices = Offices(district.timezone, hidden, small)
    deadlines = clocks_of(reports, panel.cells, until, offices, grounds.promised)
    if not district.further_clocks:
        return deadlines
    further = further_clocks(reports, panel.cells, until, offices, Declared(district, grounds.calendar), deadlines)
    return pl.concat([deadlines, further])
