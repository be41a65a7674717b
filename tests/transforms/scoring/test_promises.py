"""What a whole night promises, models and surges included: nothing of the future, no level lost with a feed, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import scored as usual
from tests.helpers.made import at, cells, district, known_days, reports, source
from tests.helpers.one_night import as_of, panel_of
from transforms.schema import SCORES
from transforms.scoring.risk import NightScores, score_night
from transforms.words import CONTRIBUTIONS, LEVELS, Category, Surge

NIGHT, DAY = usual.NIGHT, dt.timedelta(days=1)
EARLIER = NIGHT - 30 * DAY
SURGING = "c0102"
SEED_VARIABLE = "PYTHONHASHSEED"


@lru_cache(maxsize=1)
def versions() -> pl.DataFrame:
    """What is known on ``NIGHT``: each report as it was first told, and once more when its case closed; a surge before ``EARLIER``."""
    surge = [{"kind": "assault", "cell_id": SURGING, "occurred_at": at(EARLIER - (k + 1) * DAY)} for k in range(12)]
    rows = [*usual.sample(), *surge]
    first = [{**row, "report_id": f"r{k:06d}", "closed_at": None} for k, row in enumerate(rows)]
    closed = [
        {**row, "report_id": f"r{k:06d}", "known_at": row["closed_at"] + dt.timedelta(hours=1)}
        for k, row in enumerate(rows)
        if row.get("closed_at")
    ]
    return reports(first + closed)


def night_of(told: pl.DataFrame, night: dt.date = EARLIER) -> NightScores:
    """The scores of a night that looks at four in the morning."""
    known = as_of(told, at(night, 4), 1, at(night, 0)).sort("report_id")
    days = known_days(NIGHT - 420 * DAY, night - DAY)
    return score_night(panel_of(known, days, district(), cells(), night), known, district(), {})


def digest(night: NightScores) -> str:
    """Of every byte that a night stores."""
    frames = [f.write_ipc(None).getvalue() for f in (night.scores, night.district_surges, night.duty)]
    models = [repr(frozen.payload()).encode() for frozen in night.frozen.all()]
    return hashlib.blake2b(b"".join(frames + models)).hexdigest()


@lru_cache(maxsize=1)
def with_all() -> NightScores:
    return night_of(versions())


def later() -> pl.Series:
    return versions().with_row_index("row").filter(pl.col("known_at") > at(EARLIER, 4))["row"]


def test_the_night_has_a_surge_and_a_future() -> None:
    surges = with_all().scores.filter(pl.col("surge") == Surge.RED)
    assert surges.select("category", "cell_id").rows() == [("public_order", SURGING)]
    assert len(later()) > 300


@settings(max_examples=6)
@given(st.randoms(use_true_random=False), st.floats(0, 1))
def test_removing_any_report_of_the_future_changes_nothing(random: Any, share: float) -> None:
    future = later().to_list()
    removed = set(random.sample(future, max(1, round(share * len(future)))))
    kept = versions().with_row_index("row").filter(~pl.col("row").is_in(sorted(removed))).drop("row")
    assert len(kept) == len(versions()) - len(removed)
    assert digest(night_of(kept)) == digest(with_all())


def test_a_night_is_the_same_to_the_byte_in_another_process() -> None:
    code = f"from {__name__} import digest, with_all; print(digest(with_all()))"
    other = {**os.environ, SEED_VARIABLE: "7"}
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=other)
    assert again.stdout.strip() == digest(with_all())


def test_contributions_add_up() -> None:
    told = with_all().scores.filter((pl.col("state") == "scored") & (pl.col("category") != "political"))
    assert len(told) == 48
    assert (told.select(pl.sum_horizontal(CONTRIBUTIONS)).to_series() - told["expected_harm"]).abs().max() <= 1e-9  # type: ignore[operator]


OTHERS = {"public_order": ("fire", "hotline"), "safety": ("hotline", "order"), "stability": ("fire", "order")}


@lru_cache(maxsize=1)
def before_silence() -> NightScores:
    return usual.night(usual.with_surge())


@lru_cache(maxsize=32)
def after_silence(category: str, silent: int) -> NightScores:
    """The night ``silent`` days later: the category's feed has said nothing since, the others that nothing happened."""
    night = NIGHT + silent * DAY
    days = pl.concat([known_days(NIGHT - 420 * DAY, NIGHT - DAY), known_days(NIGHT, night - DAY, OTHERS[category])])
    return usual.night(usual.with_surge(), days=days, when=night)


def both(category: str, silent: int) -> pl.DataFrame:
    own = pl.col("category") == category
    return before_silence().scores.filter(own).join(after_silence(category, silent).scores.filter(own), on="cell_id", suffix="_after")


@pytest.mark.parametrize("silent", range(1, 21))
def test_a_feed_that_falls_silent_is_forecast_as_it_was_last_heard_of(silent: int) -> None:
    """No holiday is ahead, and the week ahead holds each weekday once whatever its first: so not even the season moves anything."""
    after = after_silence("public_order", silent)
    # Up to three Mondays lie in between, and each would be a refit.
    for kept in ("models", "references"):
        then, now = (getattr(n.frozen, kept)[Category.PUBLIC_ORDER] for n in (before_silence(), after))
        assert now.payload() == then.payload()
    pairs = both("public_order", silent)
    assert pairs.filter(pl.col("surge") == Surge.RED)["cell_id"].to_list() == [SURGING]
    for column in ("state", "level", "surge", "surge_p"):
        assert pairs[f"{column}_after"].equals(pairs[column])
    for column in ("expected_harm", "harm_low", "harm_high", "score"):
        assert pairs[f"{column}_after"].to_list() == pytest.approx(pairs[column].to_list(), rel=1e-9)


def test_a_quarter_that_begins_in_silence_brings_no_other_reference() -> None:
    heard, night = dt.date(2025, 6, 20), dt.date(2025, 7, 8)
    known = known_days(NIGHT - 420 * DAY, heard - DAY)
    last = usual.night(usual.sample(), days=known, when=heard)
    days = pl.concat([known, known_days(heard, night - DAY, OTHERS["public_order"])])
    silent = usual.night(usual.sample(), days=days, when=night)
    own = pl.col("category") == "public_order"
    assert silent.scores.filter(own)["level"].equals(last.scores.filter(own)["level"])
    frozen = {category.value: reference.frozen_on for category, reference in silent.frozen.references.items()}
    assert frozen == {"public_order": dt.date(2025, 4, 1), "safety": dt.date(2025, 7, 1), "stability": dt.date(2025, 7, 1)}
    assert last.frozen.references[Category.PUBLIC_ORDER].model_id == silent.frozen.references[Category.PUBLIC_ORDER].model_id


@pytest.mark.parametrize("category", list(OTHERS))
@pytest.mark.parametrize("silent", [1, 6, 13, 20])
def test_a_feed_that_falls_silent_lowers_no_level(category: str, silent: int) -> None:
    pairs = both(category, silent)
    assert pairs["state_after"].unique().to_list() == ["scored"]
    # Open cases grow older, and that is all that happens.
    assert (pairs["open_stock_after"] >= pairs["open_stock"]).all()
    assert (pairs["score_after"] >= pairs["score"] - 1e-9).all()
    for was, now in pairs.select("level", "level_after").iter_rows():
        assert LEVELS.index(now) >= LEVELS.index(was)


@pytest.mark.parametrize("silent", [1, 13, 20, 21])
def test_where_one_source_of_a_feed_falls_silent_its_cells_keep_their_surge_until_they_are_stale(silent: int) -> None:
    halves = {"west": (112.9, 113.0074), "east": (113.0074, 113.1)}
    areas = {code: [[(a, 34.9), (b, 34.9), (b, 35.1), (a, 35.1)]] for code, (a, b) in halves.items()}
    some = district(sources=[source(code, "public_order", coverage={"area": area}) for code, area in areas.items()])
    surges = [{"kind": "assault", "cell_id": c, "occurred_at": at(NIGHT - (k + 1) * DAY)} for c in (SURGING, "c0302") for k in range(14)]
    rows = [*usual.sample(), *surges]
    known, night = known_days(NIGHT - 420 * DAY, NIGHT - DAY, ("east", "west")), NIGHT + silent * DAY
    after = usual.night(rows, some, days=pl.concat([known, known_days(NIGHT, night - DAY, ("east",))]), when=night)
    own = after.scores.filter(pl.col("category") == "public_order")
    red = own.filter(pl.col("surge") == Surge.RED)["cell_id"].to_list()
    stale = own.filter(pl.col("reason") == "stale")["cell_id"].to_list()
    if silent < 21:
        assert SURGING in red
        assert stale == []
    else:
        assert red == []
        assert stale == [c for c in own["cell_id"] if c < "c02"]
    assert ("c0302" in red) == (silent == 1)


@pytest.mark.parametrize("silent", [1, 6, 13, 20, 21, 30])
def test_no_share_of_missed_clocks_falls_with_the_feed_that_tells_of_them(silent: int) -> None:
    own = pl.col("category") == "political"
    was, now = (night.scores.filter(own) for night in (before_silence(), after_silence("stability", silent)))
    assert was["level"].null_count() == 0
    if silent < 21:
        assert now.equals(was)
    else:
        assert now.select("state", "reason", "level").unique().rows() == [("not_scored", "stale", None)]


@pytest.mark.parametrize("silent", [21, 30])
def test_a_feed_that_is_silent_for_too_long_has_no_level(silent: int) -> None:
    pairs = both("public_order", silent)
    assert pairs.select("state_after", "reason_after", "level_after").unique().rows() == [("not_scored", "stale", None)]


@pytest.mark.slow
def test_a_month_without_a_feed_leaves_the_other_categories_as_they_are() -> None:
    rows = list(usual.sample())
    whole = usual.night(rows).scores
    days = pl.concat([known_days(NIGHT - 420 * DAY, NIGHT - 31 * DAY), known_days(NIGHT - 30 * DAY, NIGHT - DAY, ("fire", "hotline"))])
    gone = usual.night([r for r in rows if r["kind"] not in {"theft", "assault"} or r["occurred_at"] < at(NIGHT - 30 * DAY, 0)], days=days)
    others = pl.col("category") != "public_order"
    assert gone.scores.filter(others).select(SCORES.names()).equals(whole.filter(others))
    assert gone.scores.filter(~others)["reason"].unique().to_list() == ["stale"]
