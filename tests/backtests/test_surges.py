"""What the surge tests find in Chicago when events are added, how often they speak, and how often they do where nothing is wrong.

One command prints the table: ``pytest tests/backtests/test_surges.py -m lengthy``. Real nights are of 13 weeks of 2015, quiet ones are
drawn from the rates of the same city; six series are judged together. Events are added to one series within 14 days: in one cell, or
strewn over a cell and its ring. Cells are a random sample of those that ever held a report of any series, hot or not, and each is judged
against a night without the other additions. *Found* is a night after one of the 14 days on which the cell or one of its ring is told; a
place that is on the watch list anyhow is not sampled.

Two rules of the night are measured, *red* (Benjamini–Hochberg) and *watch* (p < 0.001), red with other values of q, and the threshold
that would have spent a budget of one new episode per night and 1,000 cells on 13 weeks of the year before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tests.backtests.city import WORDS, City, Nights, chicago, fit, quiet, spliced
from tests.helpers.real_data import held
from transforms.scoring.model import SeriesModel
from transforms.scoring.surge import LAG_DAYS, MIN_VOICES
from transforms.scoring.surges import FALSE_DISCOVERIES, WATCH, benjamini_hochberg

pytestmark = pytest.mark.lengthy

Array = NDArray[np.float64]
# From the p-values of a night to the largest that is told.
Rule = Callable[[Array, int], float]

NIGHTS = 91
BUDGET_FROM, FROM = dt.date(2014, 3, 3), dt.date(2015, 3, 2)
QUIET_FROM, QUIET_DRAWS = dt.date(2014, 1, 13), 8
# Events added, and whether over a block of 3 × 3.
ADDITIONS = ((4, False), (6, False), (8, False), (12, True))
PLACES_PER_SERIES = 40
PLACES = PLACES_PER_SERIES * len(WORDS)
# p-values above this decide nothing: that would take hundreds of discoveries in a night.
SMALL = 0.02
MISSED = LAG_DAYS + 1
RED = f"BH q {FALSE_DISCOVERIES}"


def discoveries(q: float) -> Rule:
    """Benjamini–Hochberg among ``tests`` p-values of which the small ones are given; never more than the watch list."""
    return lambda small, tests: min(benjamini_hochberg(small, q * len(small) / tests), float(np.nextafter(WATCH, 0)))


def below(threshold: float) -> Rule:
    return lambda _, __: float(np.nextafter(threshold, 0))


@dataclass(frozen=True)
class Addition:
    """One place with events added: the smallest p-value of it and its ring, and the largest told by each rule, per night."""

    series: str
    p: Array
    limits: dict[str, Array]
    fourth: int

    def delay(self, rule: str) -> int:
        """Nights until it was told, 15 when it never was."""
        told = np.flatnonzero(self.p <= self.limits[rule])
        return int(told[0]) + 1 if len(told) else MISSED


@dataclass(frozen=True)
class Measured:
    """Per rule: new episodes on real nights and told cells on quiet ones, per night and 1,000 cells; found shares and median delays.

    ``found`` and ``delay`` are by the number of events added; ``fourth`` is the median night on which the fourth of them had come, which
    the evidence floor waits for where nothing else happens; ``by_series`` are the shares found as red.
    """

    episodes: dict[str, float]
    quiet: dict[str, float]
    found: dict[str, dict[int, float]]
    delay: dict[str, dict[int, float]]
    fourth: dict[int, float]
    by_series: dict[int, dict[str, float]]

    @property
    def budget(self) -> str:
        """The rule whose threshold was set on the year before."""
        return next(rule for rule in self.found if rule.startswith("budget"))


def told(p: Array, rule: Rule) -> NDArray[np.bool_]:
    """Which cells a rule tells in any series, shape (nights, cells), for p-values of shape (series, nights, cells)."""
    limits = np.array([rule(night[night < SMALL], night.size) for night in p.transpose(1, 0, 2)])
    return np.asarray((p <= limits[None, :, None]).any(axis=0))


def new_episodes(p: Array, rule: Rule) -> float:
    """Cells that are told and were not on the night before, per night and 1,000 cells."""
    every = told(p, rule)
    return float((every[1:] & ~every[:-1]).sum() / every[1:].size * 1000)


def threshold_of_budget(p: Array) -> float:
    """The largest threshold that tells at most one new episode per night and 1,000 cells."""
    tried = np.geomspace(1e-6, SMALL, 200)
    return float(max(t for t in tried if new_episodes(p, below(t)) <= 1))


def add_events(nights: Nights, rules: dict[str, Rule], events: int, block: bool, rng: np.random.Generator) -> list[Addition]:
    city, tests = nights.city, nights.p[:, 0].size
    ring = city.neighbours.ring
    lived_in = np.flatnonzero(sum(c[:, : nights.columns[0]].sum(axis=1) for c in city.counts.values()))
    made: list[Addition] = []
    for number, series in enumerate(nights.series):
        while len(made) < (number + 1) * PLACES_PER_SERIES:
            cell, first = int(rng.choice(lived_in)), int(rng.integers(0, NIGHTS - LAG_DAYS))
            around = ring[[cell]].indices
            if (nights.p[number, first : first + LAG_DAYS + 1][:, around] < WATCH).any():
                continue
            where, when = rng.choice(around, events) if block else np.full(events, cell), rng.integers(0, LAG_DAYS, events)
            least, limits = [], []
            for day, (near, p) in enumerate(nights.with_events(series, cell, first, where, when), start=1):
                night = nights.p[:, first + day].copy()
                night[number, near] = p
                small = night[night < SMALL]
                least.append(p[np.isin(near, around)].min())
                limits.append([rule(small, tests) for rule in rules.values()])
            by_rule = dict(zip(rules, np.array(limits).T, strict=True))
            made.append(Addition(series, np.array(least), by_rule, int(np.sort(when)[MIN_VOICES - 1]) + 1))
    return made


def quiet_nights(city: City, models: dict[str, SeriesModel]) -> Array:
    """p-values of nights on which nothing is wrong: a fortnight apart, so that no two of them saw the same days."""
    rng = np.random.default_rng(1)
    calm, start = quiet(city, models, rng), city.column(QUIET_FROM)
    fitted, columns = fit(calm, start), np.arange(start + LAG_DAYS, len(city.days) + 1, LAG_DAYS)
    return np.concatenate([Nights(spliced(calm, quiet(city, models, rng), start), columns, fitted).p for _ in range(QUIET_DRAWS)], axis=1)


@pytest.fixture(scope="module")
def city(real_data: Path) -> City:
    held(real_data / "chicago" / "crimes_2015.parquet")
    return chicago(real_data / "chicago")


@pytest.fixture(scope="module")
def nights(city: City) -> Nights:
    column = city.column(FROM)
    with threadpool_limits(limits=1):
        return Nights(city, column + np.arange(NIGHTS), fit(city, column))


@pytest.fixture(scope="module")
def measured(city: City, nights: Nights) -> Measured:
    column, before = city.column(FROM), city.column(BUDGET_FROM)
    with threadpool_limits(limits=1):
        budget = threshold_of_budget(Nights(city, before + np.arange(NIGHTS), fit(city, before)).p)
        calm = quiet_nights(city, fit(city, column))
        rules = {
            **{f"BH q {q}": discoveries(q) for q in (0.05, 0.1, FALSE_DISCOVERIES, 0.2, 0.4)},
            "watch": below(WATCH),
            f"budget, p < {budget:.1e}": below(budget),
        }
        rng = np.random.default_rng(2)
        added = {events: add_events(nights, rules, events, block, rng) for events, block in ADDITIONS}
    delays = {r: {k: np.array([a.delay(r) for a in of]) for k, of in added.items()} for r in rules}
    return Measured(
        {r: new_episodes(nights.p, rule) for r, rule in rules.items()},
        {r: float(told(calm, rule).mean() * 1000) for r, rule in rules.items()},
        {r: {k: float((d < MISSED).mean()) for k, d in of.items()} for r, of in delays.items()},
        {r: {k: float(np.median(d)) for k, d in of.items()} for r, of in delays.items()},
        {k: float(np.median([a.fourth for a in of])) for k, of in added.items()},
        {k: {s: float(np.mean([a.delay(RED) < MISSED for a in of if a.series == s])) for s in nights.series} for k, of in added.items()},
    )


def test_a_place_is_tested_alone_as_it_is_in_its_city(nights: Nights) -> None:
    nothing = np.empty(0, dtype=np.int64)
    for series, cell in ((0, 700), (2, 1200), (4, 2000)):
        for day, (near, p) in enumerate(nights.with_events(nights.series[series], cell, 20, nothing, nothing), start=1):
            around = nights.city.neighbours.ring[[cell]].indices
            assert p[np.isin(near, around)] == pytest.approx(nights.p[series, 20 + day, around], rel=1e-9)


def test_what_surges_find_in_chicago(measured: Measured, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n\n| rule | new on real nights | on quiet nights | +4 | +6 | +8 | 3×3 +12 | delay +6 | delay +8 |")
        print("|---|---|---|---|---|---|---|---|---|")
        for rule in measured.episodes:
            found = " | ".join(f"{measured.found[rule][k]:.3f}" for k, _ in ADDITIONS)
            delays = " | ".join(f"{measured.delay[rule][k]:.1f}" for k in (6, 8))
            print(f"| {rule} | {measured.episodes[rule]:.2f} | {measured.quiet[rule]:.4f} | {found} | {delays} |")
        print("| fourth event | | | | | | | " + " | ".join(f"{measured.fourth[k]:.1f}" for k in (6, 8)) + " |\n")
        for events, of in measured.by_series.items():
            print(f"+{events} found as red: " + ", ".join(f"{series} {found:.2f}" for series, found in of.items()))


def test_red_surges_are_rare_and_rarer_where_nothing_is_wrong(measured: Measured) -> None:
    assert measured.episodes[RED] <= 0.5
    assert measured.quiet[RED] <= 0.02
    # Judged with fifteen thousand others, four events are not enough in every second place.
    assert measured.found[RED][6] >= 0.75
    assert measured.found[RED][8] >= 0.88


def test_what_the_budget_of_one_new_episode_buys(measured: Measured) -> None:
    rule = measured.budget
    assert measured.episodes[rule] <= 1
    for events, least in {4: 0.75, 6: 0.9, 8: 0.97, 12: 0.95}.items():
        # To one standard error of so many places.
        assert measured.found[rule][events] >= least - (least * (1 - least) / PLACES) ** 0.5
    assert measured.delay[rule][6] <= 8
    # Sooner than the fourth event only where others happen anyway: no surge rests on less evidence.
    assert measured.delay[rule][8] <= measured.fourth[8]
