"""Two sources of one feed that tell of different kinds: what one keeps to itself the other does not make quiet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import made
from tests.helpers.made import cells, district, events, known_days, reports, source
from tests.helpers.one_night import panel_of
from transforms.alerts.types.source import source_stands
from transforms.backtest.evaluation import evaluate
from transforms.backtest.record import ALL
from transforms.district.declaration import District
from transforms.panel.panel import Panel
from transforms.panel.unheard import uncounted, unheard
from transforms.scoring.category.expected import expected
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.surges import surge_tests_of
from transforms.scoring.category.view import CategoryView, scorable
from transforms.scoring.fitted import fit_day
from transforms.scoring.frozen import Frozen
from transforms.scoring.rests_on import rests_on
from transforms.scoring.risk import NightScores, score_night
from transforms.words import Category

DAY = dt.timedelta(days=1)
# Deep in a quarter, so that what began in it has no reference.
NIGHT = dt.date(2025, 6, 4)
DAYS = 400
ORDER = Category.PUBLIC_ORDER
WEST = [[(112.9, 34.9), (113.0074, 34.9), (113.0074, 35.1), (112.9, 35.1)]]
OTHERS = [source("fire", "fire_hazard"), source("hotline", "stability")]


def declared(**of_robbery: Any) -> District:
    """Thefts come from one source and assaults from another."""
    mapped = source("order", "public_order", kinds={"盗窃": "theft"})
    return district(sources=[mapped, source("robbery", "public_order", kinds={"殴打": "assault"}, **of_robbery), *OTHERS])


def sample(first: dt.date = NIGHT - DAYS * DAY, more: float = 1.0) -> pl.DataFrame:
    cell = np.random.default_rng(5).gamma(0.8, 1.0, (16, 1))
    begun = (NIGHT - first).days
    thefts = events("theft", np.broadcast_to(cell * 0.2 * more, (16, DAYS)), NIGHT - DAYS * DAY, 1, cells())
    assaults = events("assault", np.broadcast_to(cell[::-1] * 0.1, (16, begun)), first, 2, cells())
    return reports([*thefts, *({**row, "source": "robbery"} for row in assaults)])


def known(robbery: dt.date = NIGHT, order: dt.date = NIGHT, since: dt.date = NIGHT - DAYS * DAY) -> pl.DataFrame:
    """Every source on every day; two of them until a date, one since another."""
    first = NIGHT - DAYS * DAY
    rest = known_days(first, NIGHT - DAY, ("fire", "hotline"))
    return pl.concat([rest, known_days(first, order - DAY, ("order",)), known_days(since, robbery - DAY, ("robbery",))]).sort(
        "source", "day"
    )


def seen(days: pl.DataFrame, some: District | None = None, rows: pl.DataFrame | None = None) -> Panel:
    return panel_of(sample() if rows is None else rows, days, some or declared(), cells(), NIGHT)


def night(days: pl.DataFrame, some: District | None = None, rows: pl.DataFrame | None = None, measure: Frozen | None = None) -> NightScores:
    some, rows = some or declared(), sample() if rows is None else rows
    return score_night(seen(days, some, rows), rows, some, {}, measure)


def states(result: NightScores, category: Category = ORDER) -> dict[tuple[str, str | None], int]:
    counted = result.scores.filter(category=category.value).group_by("state", "reason").len()
    return {(state, reason): number for state, reason, number in counted.iter_rows()}


def test_a_series_is_told_by_the_sources_that_map_to_its_kinds() -> None:
    some = declared()
    assert some.told_by == {"fire": {"fire"}, "theft": {"order"}, "violence": {"robbery"}, "dispute": {"hotline"}}
    assert some.standing_by(Category.SAFETY) == {"fire"}
    # One that maps no words may deliver any kind of its feed, and a kind for the rest is told as well.
    assert district(sources=[source("order", "public_order"), *some.sources[1:]]).told_by["violence"] == {"order", "robbery"}
    rest = source("order", "public_order", kinds={"盗窃": "theft"}, kind="assault")
    assert district(sources=[rest, *some.sources[1:]]).told_by["violence"] == {"order", "robbery"}
    panel = seen(known(robbery=NIGHT - 9 * DAY))
    assert (panel.observed("violence").share[:, -9:] == 0).all()
    assert (panel.observed("theft").share == 1).all()
    assert (panel.exposure["public_order"].share == 1).all()


@pytest.mark.parametrize("words", [{"盗窃": "theft", "殴打": "assault"}, {}])
def test_of_sources_that_map_the_same_kinds_each_series_has_the_exposure_of_its_feed(words: dict[str, str]) -> None:
    some = district(sources=[source(code, "public_order", kinds=words) for code in ("order", "robbery")] + OTHERS)
    panel = seen(known(robbery=NIGHT - 9 * DAY), some)
    assert all(panel.observed(code) is panel.exposure["public_order"] for code in ("theft", "violence"))
    assert states(night(known(robbery=NIGHT - 40 * DAY), some)) == {("scored", None): 16}


def _violence(days: pl.DataFrame, some: District, rows: pl.DataFrame, monday: dt.date) -> list[float]:
    view = CategoryView(seen(days, some, rows), rows, some, ORDER, {})
    of_series = expected(view, fitted(view, monday), [NIGHT])
    return [float(mean) for mean in of_series[[s.code for s in view.series].index("violence")].mean[:, 0]]


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.25, 4.0]))
def test_what_one_source_tells_changes_nothing_of_what_another_is_expected_to(robbery: int, order: int, more: float) -> None:
    """However long either is silent and however much the other brings: no report of thefts says how many assaults there were."""
    days, rows, some = known(NIGHT - robbery * DAY, NIGHT - order * DAY), sample(more=more), declared()
    monday = fit_day(scorable(seen(days, some, rows), some)[ORDER])
    alone = district(sources=[s for s in some.sources if s.code != "order"])
    together = _violence(days, some, rows, monday)
    assert together == _violence(days, alone, rows, monday)
    # As when it was last heard of: no number of days without a word makes it quiet.
    assert together == pytest.approx(_violence(known(), some, rows, monday), rel=0.5)


@pytest.mark.parametrize(("silent", "expected"), [(0, ("scored", None)), (20, ("scored", None)), (21, ("not_scored", "stale"))])
def test_a_category_has_no_score_once_one_of_its_sources_was_silent_for_too_long(silent: int, expected: tuple[str, str | None]) -> None:
    result = night(known(robbery=NIGHT - silent * DAY))
    assert states(result) == {expected: 16}
    assert states(result, Category.STABILITY) == {("scored", None): 16}


def test_a_silent_source_is_named_with_its_series_while_the_others_of_its_category_speak() -> None:
    last, some = NIGHT - 10 * DAY, declared()
    (one,) = unheard(some, known(robbery=last), NIGHT)
    assert (one.category, one.series, one.sources, one.last_day) == (ORDER, ("violence",), ("robbery",), last - DAY)
    assert one.said(some).en == f"some series: nothing heard since {last - DAY} from robbery, which is not none"
    assert unheard(some, known(robbery=NIGHT - 2 * DAY), NIGHT) == []
    # Where nobody speaks the whole category is silent, and that is told already.
    assert unheard(some, known(robbery=last, order=last), NIGHT) == []
    ended = declared(coverage={"until": last - DAY})
    assert unheard(ended, known(robbery=last), NIGHT) == []


def test_where_one_source_covers_a_part_the_rest_has_no_score() -> None:
    result = night(known(), declared(coverage={"area": WEST}))
    assert states(result) == {("scored", None): 8, ("not_scored", "not_covered"): 8}
    scored = result.scores.filter(category=ORDER.value, state="scored")
    assert set(scored["cell_id"]) == set(cells()["cell_id"][:8])


def test_what_a_score_rests_on_is_the_least_that_one_of_its_sources_brought() -> None:
    rows, some = sample(), declared()
    panel = seen(known(robbery=NIGHT - 14 * DAY))
    view = type("V", (), {"panel": panel, "reports": rows})()
    found = rests_on(view, some, ORDER, "c0000", numbers=True)
    assert found.exposure_28_days == pytest.approx(0.5)
    assert found.last_day_observed == NIGHT - 15 * DAY


def test_a_surge_of_a_silent_source_lasts_as_long_as_it_may_be_scored() -> None:
    burst = NIGHT - 12 * DAY
    hours = [{"kind": "assault", "cell_id": "c0303", "occurred_at": made.at(burst - k * DAY, h)} for k in (1, 2) for h in range(12)]
    rows = pl.concat([sample(), reports([{**one, "source": "robbery"} for one in hours])])
    for silent, there in ((12, True), (21, False)):
        some, days = declared(), known(robbery=burst - (silent - 12) * DAY)
        view = CategoryView(seen(days, some, rows), rows, some, ORDER, {})
        tests = surge_tests_of(view, fitted(view, fit_day(view.heard)))
        assert ("violence" in tests) is there
        assert "theft" in tests


def test_nothing_new_opens_in_what_hangs_on_a_silent_source_and_nothing_else_waits_for_it() -> None:
    gone = known(robbery=NIGHT - 9 * DAY).vstack(known_days(NIGHT - 9 * DAY, NIGHT - DAY, ("robbery",), share=0.0))
    states_of = gone.with_columns(state=pl.when(pl.col("share_arrived") > 0).then(pl.lit("ok")).otherwise(pl.lit("missing")))
    stands = {s.source: s for s in source_stands(declared(), states_of, NIGHT, ())}
    assert stands["robbery"].silent
    assert stands["robbery"].categories == {ORDER.value}
    # What tells of no series and of nothing that stands open is missed by no category.
    drugs = district(sources=[source("raids", "public_order", kinds={"毒": "drugs"}), *declared().sources])
    assert {s.source: s.categories for s in source_stands(drugs, states_of, NIGHT, ())}["raids"] == frozenset()


def test_a_series_whose_source_is_new_counts_from_the_freeze_that_knows_it() -> None:
    since = NIGHT - 30 * DAY
    rows = sample(since)
    result = night(known(since=since), rows=rows)
    assert states(result) == {("scored", None): 16}
    assert [*result.series_shares[ORDER]] == ["theft"]
    assert uncounted(declared(), result.series_shares[ORDER], ORDER) == ("violence",)
    # It is forecast all the same, and the scores are those of the rest.
    assert "violence" in result.frozen.models[ORDER].series
    alone = district(sources=[s for s in declared().sources if s.code != "robbery"])
    before = night(known(since=since), alone, rows.filter(pl.col("source") != "robbery"))
    assert result.scores.filter(category=ORDER.value)["score"].equals(before.scores.filter(category=ORDER.value)["score"])
    old = night(known())
    assert [*old.series_shares[ORDER]] == ["theft", "violence"]
    assert uncounted(declared(), old.series_shares[ORDER], ORDER) == ()


def test_a_night_goes_on_with_models_that_were_fitted_before_a_source_delivered_its_past() -> None:
    """Its files came on a Wednesday with all their history; the week's models are of Monday."""
    before = night(known(since=NIGHT - DAYS * DAY), rows=sample().filter(pl.col("source") != "robbery"))
    models = before.frozen.models[ORDER]
    without = {code: model for code, model in models.series.items() if code != "violence"}
    monday = Frozen({ORDER: type(models)(ORDER, models.frozen_on, without)}, {ORDER: before.frozen.references[ORDER]})
    result = night(known(), measure=monday)
    assert [*result.series_shares[ORDER]] == ["theft"]


def test_a_source_that_ended_as_declared_leaves_with_the_next_freeze_and_makes_nothing_stale() -> None:
    for until, counts in ((dt.date(2025, 4, 10), ["theft", "violence"]), (dt.date(2025, 3, 20), ["theft"])):
        result = night(known(robbery=until + DAY), declared(coverage={"until": until}))
        assert states(result) == {("scored", None): 16}
        assert [*result.series_shares[ORDER]] == counts
    # Of a category of which all have ended nothing is known any more.
    until = dt.date(2025, 3, 20)
    gone = district(sources=[s.model_copy(update={"coverage": s.coverage.model_copy(update={"until": until})}) for s in declared().sources])
    assert states(night(known(robbery=until + DAY, order=until + DAY), gone)) == {("not_scored", "stale"): 16}


def test_a_night_is_graded_by_the_series_that_counted_in_it_where_all_of_them_were_seen() -> None:
    origin = NIGHT - 14 * DAY
    for days, some, graded in (
        (known(), declared(), True),
        (known(robbery=origin), declared(), False),
        (known(since=NIGHT - 30 * DAY), declared(), True),
    ):
        rows = sample(NIGHT - 30 * DAY) if graded and days.filter(source="robbery").height < DAYS else sample()
        told = night(days, some, rows)
        found = evaluate(told.scores, seen(days, some, rows), some, origin, 1).filter(level=ALL, category=ORDER.value)
        assert (len(found) == 1) == graded
        if graded:
            window = rows.filter(pl.col("occurred_on").is_between(origin, origin + 6 * DAY), pl.col("feed") == "public_order")
            counted = window if days.height > 4 * DAYS - 30 else window.filter(kind="theft")
            assert found["observed"].item() == len(counted)
