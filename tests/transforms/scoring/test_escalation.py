from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.helpers.made import SERIES, at, cells, district, known_days, panel, reports
from transforms.district.declaration import District, Series
from transforms.scoring.escalation import LEAST_GAIN, overdue_disputes, shifted
from transforms.scoring.features import Part
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.forecast import Forecast
from transforms.scoring.risk import NightScores, score_night
from transforms.scoring.sizes import Sizes
from transforms.words import CONTRIBUTIONS, Category

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)
DAYS = 420
SIDE = 6
IDS = cells(SIDE)["cell_id"].to_list()


def declared(*, escalates: bool = True) -> District:
    series = {
        c: {"code": c, "category": category, "weight": w, "name_zh": "某列", "name_en": "some series"}
        for c, (category, w) in SERIES.items()
    }
    series["violence"]["escalates"] = escalates
    return district(series={c: Series.model_validate(s) for c, s in series.items()})


@lru_cache(maxsize=4)
def world(effect: float, seed: int = 3) -> tuple[dict[str, Any], ...]:
    """Disputes that stay overdue for two to ten weeks in places that come and go; each brings ``effect`` assaults a day to its cell."""
    rng = np.random.default_rng(seed)
    first = NIGHT - DAYS * DAY
    rows: list[dict[str, Any]] = []
    overdue = np.zeros((len(IDS), DAYS))
    for _ in range(260):
        cell, begin, length = int(rng.integers(len(IDS))), int(rng.integers(-40, DAYS)), int(rng.integers(14, 70))
        opened = first + (begin - 10) * DAY
        closed = at(first + (begin + length) * DAY, 1)
        rows.append(
            {
                "kind": "dispute",
                "cell_id": IDS[cell],
                "occurred_at": at(opened),
                "due_at": at(first + begin * DAY, 0) - dt.timedelta(hours=1),
                "closed_at": closed if closed < at(NIGHT, 0) else None,
            }
        )
        overdue[cell, max(begin, 0) : max(begin + length, 0)] += 1
    rate = 0.03 + effect * overdue
    for cell, day in zip(*np.nonzero(drawn := rng.poisson(rate)), strict=True):
        rows += int(drawn[cell, day]) * [
            {"kind": "assault", "cell_id": IDS[int(cell)], "occurred_at": at(first + int(day) * DAY), "closed_at": None}
        ]
    return tuple(rows)


def scored(rows: Any, some: District, night: dt.date = NIGHT, days: pl.DataFrame | None = None) -> NightScores:
    found = reports([r for r in rows if r["occurred_at"] < at(night, 0)])
    known = known_days(NIGHT - (DAYS + 60) * DAY, night - DAY) if days is None else days
    return score_night(panel(found, known, night, some, cells(SIDE)), found, some, {})


@lru_cache(maxsize=4)
def night(effect: float, *, escalates: bool = True) -> NightScores:
    return scored(world(effect), declared(escalates=escalates))


def model(found: NightScores) -> CategoryModel:
    return found.frozen.models[Category.PUBLIC_ORDER]


def order(found: NightScores) -> pl.DataFrame:
    return found.scores.filter(pl.col("category") == "public_order").sort("cell_id")


def test_planted_escalation_is_found_and_its_weight_is_stored() -> None:
    found = model(night(0.08))
    assert 0.05 < found.escalation["violence"] <= 0.5
    assert set(found.escalation) == {"violence"}
    assert CategoryModel.from_payload(found.payload()).escalation == found.escalation


def test_it_moves_violence_to_where_disputes_are_overdue_and_adds_up() -> None:
    own, without = order(night(0.08)), order(night(0.08, escalates=False))
    parts = own.select(pl.sum_horizontal(CONTRIBUTIONS)).to_series()
    assert (parts - own["expected_harm"]).abs().max() == pytest.approx(0, abs=1e-9)
    assert own["expected_harm"].sum() == pytest.approx(without["expected_harm"].sum())
    rows = [r for r in world(0.08) if r["kind"] == "dispute"]
    number = overdue_disputes(reports(rows), declared(), cells(SIDE).sort("cell_id"), [at(NIGHT, 0)])[:, 0]
    gained = (own["other_series"] - without["other_series"]).to_numpy()
    assert number.max() > 0
    assert (gained[number == 0] <= 1e-9).all()
    assert (gained[number > 0] > 0).all()
    assert np.corrcoef(gained, number)[0, 1] > 0.99


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_where_nothing_escalates_it_is_as_if_it_were_not_there(seed: int) -> None:
    rows = world(0.0, seed)
    found = scored(rows, declared())
    assert model(found).escalation == {"violence": 0.0}
    assert found.scores.equals(scored(rows, declared(escalates=False)).scores)


def test_what_is_not_declared_is_not_tried() -> None:
    assert model(night(0.08, escalates=False)).escalation == {}


def test_what_nobody_watches_or_nothing_stands_in_loses_nothing() -> None:
    parts = np.zeros((len(Part), 4, 2))
    parts[0], parts[1, 3] = [[2.0, 2.0], [1.0, 1.0], [1.0, 1.0], [4.0, 4.0]], np.nan
    made = Forecast(parts, parts.sum(axis=0), np.ones(2), np.ones(2), Sizes(1.0))
    # At the first origin two disputes stand in the second cell; at the other one none does. No stability source covers the third cell.
    overdue, covered = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), np.array([True, True, False, True])
    found = shifted(made, overdue, covered, 0.2)
    assert found.mean[:3, 0] == pytest.approx([1.6, 0.8 + 0.2 * 3, 1.0])
    assert found.mean[:3, 1] == pytest.approx([2.0, 1.0, 1.0])
    assert np.isnan(found.mean[3]).all()
    assert found.part(Part.OTHER_SERIES)[:3, 0] == pytest.approx([0.0, 0.6, 0.0])
    assert shifted(made, overdue, covered, 0.0) is made


def test_what_falls_overdue_unheard_moves_nothing() -> None:
    later = NIGHT + 15 * DAY
    known = known_days(NIGHT - (DAYS + 60) * DAY, NIGHT - DAY)
    silent = pl.concat([known, known_days(NIGHT, later - DAY, ("fire", "order"))])
    waiting = [
        {"kind": "dispute", "cell_id": c, "occurred_at": at(NIGHT - 5 * DAY), "due_at": at(NIGHT + 3 * DAY), "closed_at": None}
        for c in IDS[:5]
    ]
    ours, theirs = (order(scored(rows, declared(), later, silent)) for rows in (world(0.08), (*world(0.08), *waiting)))
    assert theirs.equals(ours)
    # Heard of every day, the same disputes do.
    ours, theirs = (order(scored(rows, declared(), later)) for rows in (world(0.08), (*world(0.08), *waiting)))
    assert (theirs["other_series"][:5] > ours["other_series"][:5]).all()


def test_disputes_count_while_they_are_open_past_their_clock() -> None:
    base = {"kind": "dispute", "cell_id": "c0000", "occurred_at": at(NIGHT - 20 * DAY), "due_at": at(NIGHT - 10 * DAY, 1)}
    rows = [
        base,
        base | {"closed_at": at(NIGHT - 3 * DAY, 1)},
        base | {"due_at": at(NIGHT + DAY)},
        base | {"due_at": None},
        base | {"kind": "service"},
        base | {"kind": "private_dispute"},
        base | {"cell_id": "c0001", "occurred_at": at(NIGHT - 2 * DAY), "due_at": at(NIGHT - 5 * DAY)},
    ]
    moments = [at(NIGHT - k * DAY, 0) for k in (0, 2, 3, 10, 9)]
    found = overdue_disputes(reports(rows), declared(), cells(), moments)
    assert found[0].tolist() == [1, 1, 2, 0, 2]
    assert found[1].tolist() == [1, 0, 0, 0, 0]
    assert not found[2:].any()


def test_the_bar_is_a_likelihood_ratio_of_twenty() -> None:
    assert np.exp(LEAST_GAIN) == pytest.approx(20, rel=0.01)
