"""What a district declares: grid, sources, kinds, series, categories, clocks, rosters. One folder on disk becomes one ``District`` here.

Belongs here: the shape of the configuration and every rule about it that needs no file. Does not: one source
(``transforms.district.source``), reading the folder (``infra.districts.folder``), which also resolves the files named here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from transforms.alerts.routing import Receiver, Route
from transforms.clocks.calendar import DayIs, require_changes
from transforms.clocks.roster import Roster
from transforms.clocks.rules import CLOCK_SETS, MET_BY, AlertClock, Clock, ClockSet, wrong_clocks
from transforms.district.codes import Code, FeedCode, Strict, Subdistrict
from transforms.district.patterns import Pattern
from transforms.district.premises import Premises
from transforms.district.source import Source, Zone
from transforms.district.telling import sources_of_kinds, sources_of_series
from transforms.district.work import WorkRules
from transforms.grids.kinds import Grid
from transforms.words import Category, DutyClock, Words
from transforms.words.feeds import FEEDS
from transforms.words.refusals import CLOCKS_ONLY
from transforms.words.refused import refuse

MAX_WEIGHT_SPAN = 30.0


class Kind(Strict):
    """A code of what happened. ``series`` is what it is forecast with; ``standing`` kinds count as open stock until closed.

    ``parent`` is the class it belongs to, itself a kind that a source may deliver where it tells no more; nothing is inherited from it.
    """

    code: Code
    feed: FeedCode
    series: Code | None = None
    parent: Code | None = None
    standing: bool = False
    severity: int = Field(2, ge=1, le=4)
    officer_initiated: bool = False
    sensitive: bool = False
    name_zh: str
    name_en: str

    @model_validator(mode="after")
    def _about_areas(self) -> Self:
        refuse(f"{self.code} {self.name_zh} {self.name_en}", "kind")
        if self.series and (self.officer_initiated or self.sensitive):
            raise ValueError("officer-initiated and sensitive kinds take no series: they never enter a score of a cell")
        if self.code == CLOCKS_ONLY and (self.series or self.standing):
            raise ValueError(f"{CLOCKS_ONLY!r} carries clocks alone: it takes no series and is never standing")
        return self


class Department(Strict):
    """A department with duties, as a code: what a source calls it may be the name of a person, and is never kept."""

    code: Code
    name_zh: str
    name_en: str
    # Whose work would be told from that of a department of one: it is pooled with its like.
    one_person: bool = False

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)


class Series(Strict):
    """Kinds forecast together. ``weight`` is the harm of one event, ``reason`` why; the span over all series is at most 1 : 30.

    ``escalates`` names it as what disputes left overdue may turn into (民转刑): how many of them a cell holds is then tried as a predictor.
    """

    code: Code
    category: Literal[Category.SAFETY, Category.PUBLIC_ORDER, Category.STABILITY]
    weight: float = Field(gt=0)
    escalates: bool = False
    name_zh: str
    name_en: str
    reason: str = ""

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)

    @model_validator(mode="after")
    def _about_areas(self) -> Self:
        refuse(f"{self.code} {self.name_zh} {self.name_en}", "series")
        return self


class CategorySettings(Strict):
    """How a category turns into harm. ``stock_weight`` is the harm per horizon of one open case of severity 1 at its deadline."""

    stock_weight: float = Field(0.0, ge=0)
    stale_after_days: int = Field(21, ge=1)


class Duty(Strict):
    """Absolute levels of ``political`` on the lower 80 % bound of the share breached."""

    yellow: float = Field(0.10, gt=0, lt=1)
    orange: float = Field(0.20, gt=0, lt=1)
    red: float = Field(0.35, gt=0, lt=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.yellow < self.orange < self.red:
            raise ValueError("the levels must rise: yellow < orange < red")
        return self


class AlertRules(Strict):
    """When a level alert begins and ends, and how long people have for it. ``exit_score`` below the entering score keeps a cell from
    flickering. A cell opens one that was hot for ``confirm_nights`` in a row, was not always so, and whose harm is ``surprise`` times its
    usual one, as the whole district is against its own. Of those that open in a night so many of a subdistrict, and of the district, are
    told one by one. ``clocks`` change those that ship, one by one. Nobody may have an alert wait longer than ``longest_wait_days``; one of
    which nothing is heard for ``expires_days`` expires.
    """

    enter: Literal["orange", "red"] = "orange"
    exit_score: float = Field(92.0, gt=0, lt=100)
    calm_nights: int = Field(3, ge=1)
    reopen_nights: int = Field(7, ge=1)
    clocks: list[AlertClock] = Field([])
    confirm_nights: int = Field(2, ge=1, le=7)
    surprise: float = Field(1.3, ge=1, le=5)
    budget_subdistrict: int = Field(3, ge=1)
    budget_district: int = Field(10, ge=1)
    longest_wait_days: int = Field(30, ge=1, le=180)
    expires_days: int = Field(60, ge=7, le=365)


class District(Strict):
    """A whole district, as one immutable value. Build it with ``infra.districts.folder.load``."""

    code: Code
    name_zh: str
    name_en: str
    timezone: Zone
    cutoff: dt.time = dt.time(5, 0)
    calendar: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    calendar_days: dict[str, DayIs] = Field({})
    rosters: list[Roster] = Field([])
    synthetic: bool = False
    horizon_days: int = Field(7, ge=1, le=28)
    history_days: int = Field(1460, ge=56)
    catch_up: int = Field(14, ge=0, le=60)
    grid: Grid
    subdistricts: list[Subdistrict] = Field([])
    sources: list[Source] = Field(min_length=1)
    kinds: dict[str, Kind] = Field({})
    series: dict[str, Series] = Field({})
    departments: dict[str, Department] = Field({})
    premises: dict[str, Premises] = Field({})
    ticket: Pattern = "[A-Z]{2,5}-[0-9]{1,6}"
    clocks: list[Clock] = Field([])
    clock_sets: list[ClockSet] = Field([])
    categories: dict[Category, CategorySettings] = Field({})
    duty: Duty = Duty()
    alerts: AlertRules = AlertRules()
    worklist: WorkRules | None = None
    receivers: list[Receiver] = Field([])
    routes: list[Route] = Field([])

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.timezone)

    def source(self, code: str) -> Source:
        """The source with this code. Raises ``KeyError`` when there is none."""
        return {s.code: s for s in self.sources}[code]

    @property
    def released(self) -> frozenset[str]:
        """The sources of which a column says when each version was released."""
        return frozenset().union(*(s.released for s in self.sources))

    @property
    def report_clocks(self) -> list[Clock]:
        """Its clocks of reports, then those of the sets that it takes: of two that are for the same reports its own rules."""
        return self.clocks + [c for name in self.clock_sets for c in CLOCK_SETS[name] if c.kind is None or c.kind in self.kinds]

    @property
    def deadlines(self) -> list[Clock]:
        """Those by which a report without a deadline gets one when it is read."""
        return [clock for clock in self.report_clocks if clock.clock is DutyClock.DEADLINE]

    @property
    def further_clocks(self) -> list[Clock]:
        """Those of other duties, which each night counts anew."""
        return [clock for clock in self.report_clocks if clock.clock is not DutyClock.DEADLINE]

    @property
    def told_kinds(self) -> dict[str, frozenset[str]]:
        """The kinds that some source tells of, each with the sources that do: what no source tells of is not known to be nothing."""
        return sources_of_kinds(self.sources, self.kinds)

    @property
    def told_series(self) -> dict[str, str]:
        """The feed of each series of which some source tells."""
        told = self.told_by
        return {code: self.feed_of(code) for code in self.series if code in told}

    @property
    def told_by(self) -> dict[str, frozenset[str]]:
        """The sources of each series of which any tells: those that one of its kinds may come from, and no other of its feed."""
        told = sources_of_series(self.sources, self.kinds)
        return {code: told[code] for code in self.series if code in told}

    def standing_by(self, category: Category) -> frozenset[str]:
        """The sources of the kinds that stand until closed and are part of a category's harm."""
        standing = [k.code for k in self.kinds.values() if k.standing and FEEDS[k.feed].category == category]
        told = self.told_kinds
        return frozenset().union(*(told.get(code, ()) for code in standing))

    def series_of(self, category: Category) -> list[Series]:
        """The series of one category, in the order they were declared."""
        return [s for s in self.series.values() if s.category == category]

    def feeds_of(self, category: Category) -> set[str]:
        """The feeds whose kinds may reach this category: those that feed it, for ``political`` the clocks of all."""
        return {feed.code for feed in FEEDS.values() if category in {feed.category, Category.POLITICAL}}

    def feed_of(self, series: str) -> str:
        """The feed whose kinds are forecast together in a series; of one without kinds, the first that feeds its category."""
        named = next((k.feed for k in self.kinds.values() if k.series == series), None)
        return named or next(feed.code for feed in FEEDS.values() if feed.category == self.series[series].category)

    def scored_feeds(self, category: Category) -> list[str]:
        """The feeds that bring something to score a category by: a series, or kinds that stand until closed, of which a source tells."""
        told, series = self.told_kinds, self.told_series
        forecast = {series[s.code] for s in self.series_of(category) if s.code in series}
        standing = {k.feed for k in self.kinds.values() if k.standing and k.code in told}
        return [code for code, feed in FEEDS.items() if feed.category == category and code in forecast | standing]

    @field_validator("calendar_days")
    @classmethod
    def _days(cls, changes: dict[str, DayIs]) -> dict[str, DayIs]:
        require_changes(changes)
        return changes

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        codes = [s.code for s in self.sources]
        problems += [f"source code {c!r} stands twice" for c in sorted({c for c in codes if codes.count(c) > 1})]
        areas = [s.code for s in self.subdistricts]
        problems += [f"subdistrict code {c!r} stands twice" for c in sorted({c for c in areas if areas.count(c) > 1})]
        problems += [
            f"kind {k.code!r} names the series {k.series!r}, which is declared nowhere"
            for k in self.kinds.values()
            if k.series and k.series not in self.series
        ]
        problems += [
            f"kind {k.code!r} of feed {k.feed} names the series {k.series!r} of category {self.series[k.series].category}"
            for k in self.kinds.values()
            if k.series in self.series and FEEDS[k.feed].category != self.series[k.series].category
        ]
        feeds = {s: sorted({k.feed for k in self.kinds.values() if k.series == s}) for s in self.series}
        problems += [f"series {s!r} has kinds of the feeds {', '.join(f)}; a series has one feed" for s, f in feeds.items() if len(f) > 1]
        problems += _wrong_parents(self.kinds)
        problems += [*wrong_clocks(self.report_clocks, self.alerts.clocks, self.rosters), *_untold_clocks(self.clocks, self.sources)]
        for clock in self.clocks:
            if clock.department is not None and clock.department not in self.departments:
                problems.append(f"a clock names the department {clock.department!r}, which is not declared; write it into departments.csv")
            if clock.kind is None:
                continue
            if clock.kind not in self.kinds:
                problems.append(f"a clock names the kind {clock.kind!r}, which is in no codelist")
            elif self.kinds[clock.kind].feed != clock.feed:
                problems.append(f"a clock of feed {clock.feed} names {clock.kind!r}, a kind of feed {self.kinds[clock.kind].feed}")
        for source in self.sources:
            targets = {*source.kinds.values(), *([source.kind] if source.kind else [])}
            problems += [
                f"source {source.code!r} maps to the kind {t!r}, which is in no codelist; {_instead(t, source.feed, self.kinds)}"
                for t in sorted(targets - self.kinds.keys())
            ]
            problems += [
                f"source {source.code!r} of feed {source.feed} maps to {t!r}, a kind of feed {self.kinds[t].feed}"
                for t in sorted(targets & self.kinds.keys())
                if self.kinds[t].feed != source.feed
            ]
            problems += [
                f"source {source.code!r} names the department {t!r}, which is not declared; write it into departments.csv"
                for t in sorted(source.department_codes - self.departments.keys())
            ]
        weights = [s.weight for s in self.series.values()]
        if weights and max(weights) > MAX_WEIGHT_SPAN * min(weights):
            problems.append(f"series weights span 1 : {max(weights) / min(weights):.0f}; at most 1 : {MAX_WEIGHT_SPAN:.0f} is allowed")
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _untold_clocks(clocks: Iterable[Clock], sources: Iterable[Source]) -> list[str]:
    """Clocks that nobody could be seen to keep, because no source of their feed tells when."""
    told = {(source.feed, clock) for source in sources for clock, column in MET_BY.items() if source.columns.of(column)}
    lacking = {(c.feed, c.clock): None for c in clocks if c.clock in MET_BY and (c.feed, c.clock) not in told}
    return [
        f"a clock {clock.value!r} of feed {feed} can be kept by nobody: declare the column {MET_BY[clock]} of one of its sources"
        for feed, clock in lacking
    ]


def _instead(code: str, feed: str, kinds: Mapping[str, Kind]) -> str:
    """The kinds of a feed that are spelt nearly so; where none is, all of them."""
    codes = [k.code for k in kinds.values() if k.feed == feed]
    return f"its feed has: {', '.join(get_close_matches(code, codes, cutoff=0.7) or codes)}"


def _wrong_parents(kinds: dict[str, Kind]) -> list[str]:
    """Parents that are no kind or of another feed, and circles of parents, each circle once."""
    problems = []
    circles: set[frozenset[str]] = set()
    for kind in kinds.values():
        parent = kinds.get(kind.parent or "")
        if kind.parent is not None and parent is None:
            problems.append(f"kind {kind.code!r} names the parent {kind.parent!r}, which is in no codelist")
        elif parent is not None and parent.feed != kind.feed:
            problems.append(f"kind {kind.code!r} of feed {kind.feed} names the parent {parent.code!r} of feed {parent.feed}")
        line = [kind.code]
        while (above := kinds[line[-1]].parent) in kinds and above not in line:
            line.append(str(above))
        if above in line:
            circle = line[line.index(str(above)) :]
            if frozenset(circle) not in circles:
                problems.append(f"these kinds are each other's parents: {' → '.join([*circle, circle[0]])}")
            circles.add(frozenset(circle))
    return problems
