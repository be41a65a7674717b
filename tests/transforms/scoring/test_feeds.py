"""A category that two feeds reach: each series by its own feed's exposure, a cell scored where both see it, nothing for one unheard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from tests.helpers import made
from tests.helpers.invented import water_leak
from tests.helpers.made import at, cells, district, events, known_days, reports, source
from tests.helpers.one_night import panel_of
from transforms.backtest.evaluation import evaluate
from transforms.backtest.record import ALL
from transforms.panel.panel import Exposure, Panel
from transforms.scoring.category.view import CategoryView, scorable, unviewed
from transforms.scoring.risk import NightScores, score_night
from transforms.words import Category
from transforms.words.feeds import FEEDS

DAY = dt.timedelta(days=1)
NIGHT = dt.date(2025, 6, 4)
DAYS = 200
WEST = [[(112.9, 34.9), (113.0074, 34.9), (113.0074, 35.1), (112.9, 35.1)]]
ROWS = {"fire_building": 0.02, "theft": 0.2, "burst": 0.05}


@pytest.fixture(autouse=True)
def water(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The made district, with an invented feed beside that of fires."""
    monkeypatch.setitem(made.FEEDS, "water", "water_leak")
    monkeypatch.setitem(made.KINDS, "burst", {"feed": "water_leak", "series": "burst"})
    monkeypatch.setitem(made.SERIES, "burst", ("safety", 4.0))
    with FEEDS.including(water_leak.FEED):
        yield


def sample(**rates: float) -> pl.DataFrame:
    cell = np.random.default_rng(5).gamma(0.8, 1.0, (16, 1))
    rows: list[dict[str, Any]] = []
    for number, (kind, rate) in enumerate((ROWS | rates).items()):
        rows += events(kind, np.broadcast_to(cell * rate, (16, DAYS)), NIGHT - DAYS * DAY, number, cells())
    return reports(rows)


def known(**until: dt.date) -> pl.DataFrame:
    """Every source on every day; those named only until a date."""
    frames = [known_days(NIGHT - DAYS * DAY, until.get(s, NIGHT) - DAY, (s,)) for s in made.FEEDS]
    return pl.concat(frames)


def seen(days: pl.DataFrame | None = None, rows: pl.DataFrame | None = None, **changes: Any) -> tuple[NightScores, Panel]:
    some, found = district(**changes), sample() if rows is None else rows
    panel = panel_of(found, known() if days is None else days, some, cells(), NIGHT)
    return score_night(panel, found, some, {}), panel


def states(result: NightScores) -> dict[tuple[str, str | None], int]:
    counted = result.scores.filter(category="safety").group_by("state", "reason").len()
    return {(state, reason): number for state, reason, number in counted.iter_rows()}


def test_a_feed_that_was_never_heard_of_changes_nothing() -> None:
    quiet = [source(code, feed) for code, feed in made.FEEDS.items() if code != "water"]
    with_it, _ = seen(rows=sample(burst=0.0), sources=quiet)
    kinds = {c: k for c, k in district().kinds.items() if k.feed != "water_leak"}
    series = {c: s for c, s in district().series.items() if c != "burst"}
    without, _ = seen(rows=sample(burst=0.0), sources=quiet, kinds=kinds, series=series)
    assert with_it.scores.equals(without.scores)
    assert with_it.series_shares == without.series_shares


def test_each_series_has_the_exposure_of_its_own_feed_and_none_of_the_others_company() -> None:
    sources = [source(c, f, **({"coverage": {"area": WEST}} if c == "fire" else {})) for c, f in made.FEEDS.items()]
    some, found = district(sources=sources), sample()
    panel = panel_of(found, known(), some, cells(), NIGHT)
    view = CategoryView(panel, found, some, Category.SAFETY, {})
    assert [s.code for s in view.series] == ["fire", "burst"]
    assert view.pasts["fire"].exposure is panel.exposure["fire_hazard"]
    assert view.pasts["burst"].exposure is panel.exposure["water_leak"]
    # Events outside the coverage of their own feed do not count, though the other feed sees the cell.
    assert panel.counts["fire"][8:].sum() == 0
    assert panel.counts["burst"][8:].sum() > 0
    assert (view.exposure.at(slice(None)) == 1).all()


def test_a_cell_is_scored_where_both_feeds_see_it() -> None:
    covered = {"coverage": {"area": WEST}}
    one, _ = seen(sources=[source(c, f, **(covered if c == "fire" else {})) for c, f in made.FEEDS.items()])
    assert states(one) == {("scored", None): 8, ("not_scored", "not_covered"): 8}
    both, _ = seen(sources=[source(c, f, **(covered if c in {"fire", "water"} else {})) for c, f in made.FEEDS.items()])
    assert states(both) == {("scored", None): 8, ("not_scored", "not_covered"): 8}
    assert 0 < one.series_shares[Category.SAFETY]["burst"] < 1


@pytest.mark.parametrize(
    ("silent", "expected"),
    [(("order",), ("scored", None)), (("water",), ("not_scored", "stale")), (("fire", "water"), ("not_scored", "stale"))],
)
def test_a_category_is_stale_when_one_of_its_feeds_is_silent(silent: tuple[str, ...], expected: tuple[str, str | None]) -> None:
    result, _ = seen(known(**dict.fromkeys(silent, NIGHT - 25 * DAY)))
    assert states(result) == {expected: 16}


def test_a_category_is_declared_by_any_feed_that_brings_a_series_or_stock() -> None:
    some = district()
    assert some.scored_feeds(Category.SAFETY) == ["fire_hazard", "water_leak"]
    assert some.scored_feeds(Category.POLITICAL) == []
    assert unviewed(some, Category.SAFETY) == "not_covered"
    assert unviewed(district(kinds={}, series={}), Category.SAFETY) == "no_series"
    assert unviewed(district(sources=[source("order", "public_order")]), Category.SAFETY) == "no_source"
    # Kinds that are only counted declare nothing.
    counted = {c: k.model_copy(update={"series": None, "standing": False}) for c, k in some.kinds.items() if k.feed == "water_leak"}
    assert district(kinds={**counted}, series={}).scored_feeds(Category.SAFETY) == []
    found = sample()
    assert set(scorable(panel_of(found, known(), some, cells(), NIGHT), some)) == {*Category} - {Category.POLITICAL}


def test_a_series_has_one_feed() -> None:
    kinds = district().kinds
    mixed = {**kinds, "burst": kinds["burst"].model_copy(update={"series": "fire"})}
    with pytest.raises(ValidationError, match="series 'fire' has kinds of the feeds fire_hazard, water_leak; a series has one feed"):
        district(kinds=mixed)


def test_a_feed_without_a_last_year_says_nothing_of_the_trend() -> None:
    rows = [{"kind": "fire_building", "occurred_at": at(NIGHT - k * DAY)} for k in range(1, 29)]
    rows += [{"kind": "fire_building", "occurred_at": at(NIGHT - (364 + k) * DAY)} for k in range(1, 29, 2)]
    rows += [{"kind": "burst", "occurred_at": at(NIGHT - k * DAY)} for k in range(1, 29)]
    long = known_days(NIGHT - 420 * DAY, NIGHT - DAY, ("fire", "order", "hotline"))
    result, _ = seen(pl.concat([long, known_days(NIGHT - 40 * DAY, NIGHT - DAY, ("water",))]), reports(rows))
    assert result.against_last_year[Category.SAFETY] == pytest.approx(1.0)


def test_a_forecast_is_graded_where_all_that_it_forecast_could_be_seen() -> None:
    origin = NIGHT - 14 * DAY
    night, _ = seen()
    late = known().filter((pl.col("source") != "water") | (pl.col("day") < origin))
    for days, graded in ((known(), True), (late, False)):
        panel = panel_of(sample(), days, district(), cells(), NIGHT)
        found = evaluate(night.scores, panel, district(), origin, 1).filter(level=ALL, category="safety")
        assert (len(found) == 1) == graded


def test_the_best_of_several_exposures() -> None:
    one = Exposure(np.array([0, 0, 1]), np.array([[1.0, 0.5], [0.0, 0.0]]))
    two = Exposure(np.array([0, 1, 1]), np.array([[0.2, 0.9], [0.0, 1.0]]))
    assert Exposure.best([one]) is one
    best = Exposure.best([one, two])
    assert best.at(slice(None)).tolist() == [[1.0, 0.9], [1.0, 1.0], [0.0, 1.0]]
    assert len(best.share) == 3
