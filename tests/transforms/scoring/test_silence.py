from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers import pasts as usual
from tests.helpers.made import DAYS, FIRST, N, around, span
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.forecast import Forecast, Setting, forecast
from transforms.scoring.model import SeriesModel
from transforms.scoring.silence import Heard, LastHeard
from transforms.scoring.surge import surge_tests
from transforms.scoring.surges import each_its_own, night_surges
from transforms.words import Category, Surge

DAY = dt.timedelta(days=1)
# The western half of the cells has one source, the eastern another.
HALVES = (np.arange(N) >= N // 2).astype(np.int64)


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    patterns, days = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    share = draw(st.lists(st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=days, max_size=days), min_size=patterns, max_size=patterns))
    return Exposure(np.arange(6, dtype=np.int64) % patterns, np.array(share))


@given(exposures(), st.data())
def test_each_cell_is_last_heard_of_on_its_last_day_with_exposure(exposure: Exposure, data: st.DataObject) -> None:
    days = exposure.share.shape[1]
    origins = np.array(data.draw(st.lists(st.integers(0, days), min_size=1, max_size=4)))
    heard = LastHeard.before(exposure, origins)
    assert (np.diff(heard.columns) > 0).all()
    for k, origin in enumerate(origins):
        ends = [max((d + 1 for d in range(origin) if row[d] > 0), default=0) for row in exposure.share]
        assert heard.feed[k] == max(ends)
        assert heard.columns[heard.place[:, k]].tolist() == [ends[p] or max(ends) for p in exposure.pattern]
    values = np.arange(6 * len(heard.columns)).reshape(1, 6, -1)
    assert (heard.of_cells(values)[0] == np.take_along_axis(values[0], heard.place, axis=1)).all()


@given(exposures())
def test_a_feed_is_heard_of_from_its_first_day_to_its_last(exposure: Exposure) -> None:
    days = [FIRST + k * DAY for k in range(exposure.share.shape[1])]
    seen = [d for d, column in zip(days, exposure.share.T, strict=True) if column.any()]
    assert Heard.of(exposure, days) == (Heard(seen[0], seen[-1] + DAY) if seen else None)


def halves(silent: int) -> Exposure:
    """Everything observed, but nothing of the eastern half in the last days."""
    share = np.ones((2, DAYS))
    share[1, DAYS - silent :] = 0
    return Exposure(HALVES, share)


def ahead(past: Past, model: SeriesModel, origin: int, holidays: dict[dt.date, str] | None = None) -> Forecast:
    return forecast(model, past, Setting(span(past.counts.shape[1]), holidays or {}, around()), np.array([origin]), 7)


@pytest.mark.parametrize("silent", [1, 9, 20])
def test_of_a_silent_feed_only_the_season_ahead_moves(silent: int) -> None:
    heard = DAYS - silent
    holed = usual.seen_through(usual.missing(heard, DAYS), usual.world(3))
    model = fit_model(holed.before(heard), span(heard), {}, 7, around())
    calm = replace(model, season=replace(model.season, holidays={**model.season.holidays, "holiday": -0.5}))
    feast = {FIRST + (DAYS + k) * DAY: "holiday" for k in range(3)}
    last, tonight = (ahead(holed, calm, origin, feast) for origin in (heard, DAYS))
    assert (last.level == tonight.level).all()
    assert tonight.mean == pytest.approx(last.mean / last.offset * tonight.offset, rel=1e-12)
    assert tonight.offset[0] < 0.9 * ahead(holed, calm, DAYS).offset[0]


@pytest.mark.parametrize("silent", [1, 9, 20])
def test_where_one_source_of_several_falls_silent_its_cells_stand_still_and_the_others_move_on(silent: int) -> None:
    heard, whole = DAYS - silent, usual.world(4)
    holed = usual.seen_through(halves(silent), whole)
    model = fit_model(whole.before(heard), span(heard), {}, 7, around())
    tonight, last = ahead(holed, model, DAYS), ahead(whole, model, heard)
    east = HALVES == 1
    assert tonight.mean[east] == pytest.approx(last.mean[east] / last.offset * tonight.offset, rel=1e-9)
    assert (tonight.mean[~east] != last.mean[~east]).all()
    assert tonight.parts.sum(axis=0) == pytest.approx(tonight.mean, rel=1e-9)


def busy() -> tuple[Past, int, int]:
    """Two weeks of an event a day in one cell of each half, before the last 20 days."""
    past = usual.world(5, rate=0.02)
    west, east = N // 4, 3 * N // 4
    counts = past.counts.copy()
    counts[[west, east], DAYS - 34 : DAYS - 20] += 1
    return replace(past, counts=counts), west, east


def test_a_surge_ends_where_it_is_heard_to_end_and_lasts_where_nothing_is_heard() -> None:
    past, west, east = busy()
    holed = usual.seen_through(halves(20), past)
    model = fit_model(past.before(DAYS - 40), span(DAYS - 40), {}, 7, around())
    assert model.surge is not None
    season = model.season.factor(span(DAYS), {})

    def words(which: NDArray[np.int64]) -> list[int]:
        assert model.surge is not None
        tests = [surge_tests([model.surge], [holed.before(end)], [season[:end]], around())[0] for end in (DAYS - 20, DAYS)]
        frame = night_surges({Category.SAFETY: {"fire": each_its_own(tests, which)}}).cells[Category.SAFETY]
        return [k for k, word in enumerate(frame["surge"]) if word == Surge.RED]

    heard = LastHeard.before(holed.exposure, np.array([DAYS]))
    assert heard.columns.tolist() == [DAYS - 20, DAYS]
    assert words(heard.place[:, 0]) == [east]
    assert words(np.zeros(N, dtype=np.int64)) == [west, east]
    # Too long ago to be tested at all.
    assert words(heard.place[:, 0] - 1) == [west]
