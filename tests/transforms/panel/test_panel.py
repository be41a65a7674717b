from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.helpers.made import KINDS, ZONE, at, cells, district, known_days, panel, reports, source
from transforms.panel.panel import Coverage

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)
WEST = [[(112.9, 34.9), (113.0074, 34.9), (113.0074, 35.1), (112.9, 35.1)]]


def some_reports(seed: int = 1, count: int = 800) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    kinds, ids = list(KINDS), [*cells()["cell_id"], "elsewhere", None]
    return [
        {
            "kind": kinds[int(rng.integers(len(kinds)))],
            "cell_id": ids[int(rng.integers(len(ids)))],
            "occurred_at": at(NIGHT - int(rng.integers(-3, 40)) * DAY, float(rng.uniform(0, 24))),
        }
        for _ in range(count)
    ]


def test_counts_are_a_group_by() -> None:
    rows = some_reports()
    found = panel(reports(rows), known_days(NIGHT - 30 * DAY, NIGHT - DAY), NIGHT)
    expected = Counter(
        (KINDS[r["kind"]].get("series"), r["cell_id"], day)
        for r in rows
        if NIGHT - 30 * DAY <= (day := r["occurred_at"].astimezone(ZONE).date()) < NIGHT
    )
    assert found.days == [NIGHT - k * DAY for k in range(30, 0, -1)]
    ids = found.cells["cell_id"].to_list()
    for series, counts in found.counts.items():
        assert counts.shape == (16, 30)
        assert [[expected[series, c, d] for d in found.days] for c in ids] == counts.toarray().tolist()
        assert counts.sum() > 0
    assert set(found.counts) == {"fire", "theft", "violence", "dispute"}


def test_a_day_is_a_local_day() -> None:
    rows = [{"kind": "theft", "occurred_at": at(NIGHT - 2 * DAY, h)} for h in (0, 7.9, 23.99)]
    assert panel(reports(rows), known_days(NIGHT - 3 * DAY, NIGHT - DAY), NIGHT).counts["theft"].toarray()[0].tolist() == [0, 3, 0]


def test_the_order_of_the_reports_does_not_matter() -> None:
    frame, days = reports(some_reports()), known_days(NIGHT - 30 * DAY, NIGHT - DAY)
    ours, theirs = (panel(f, days, NIGHT) for f in (frame, frame.sample(fraction=1, shuffle=True, seed=3)))
    assert all((ours.counts[s] != theirs.counts[s]).nnz == 0 for s in ours.counts)


def test_events_without_exposure_are_not_counted() -> None:
    gone = NIGHT - 5 * DAY
    days = known_days(NIGHT - 30 * DAY, NIGHT - DAY).with_columns(
        share_arrived=pl.when((pl.col("day") == gone) & (pl.col("source") == "order")).then(0.0).otherwise(1.0)
    )
    rows = [{"kind": k, "occurred_at": at(d)} for k in ("theft", "fire_building") for d in (gone, gone + DAY)]
    found = panel(reports(rows), days, NIGHT)
    column = found.column(gone)
    assert found.counts["theft"].toarray()[0, column : column + 2].tolist() == [0, 1]
    assert found.counts["fire"].toarray()[0, column : column + 2].tolist() == [1, 1]
    assert found.exposure["public_order"].at(slice(column, column + 1)).max() == 0


def test_a_source_covers_only_its_part() -> None:
    place = district(sources=[source("order", "public_order", coverage={"area": WEST})])
    rows = [{"kind": "theft", "cell_id": c, "occurred_at": at(NIGHT - 2 * DAY)} for c in ("c0000", "c0103", "c0200", "c0303")]
    found = panel(reports(rows), known_days(NIGHT - 9 * DAY, NIGHT - DAY, ("order",)), NIGHT, place)
    inside = np.array([c[:3] in {"c00", "c01"} for c in found.cells["cell_id"]])
    exposed = found.exposure["public_order"].at(slice(None))
    assert (exposed == inside[:, None]).all()
    assert found.counts["theft"].sum() == 2
    assert found.counts["theft"].toarray()[~inside].sum() == 0
    assert (found.exposure["stability"].at(slice(None)) == 0).all()


def test_the_best_source_of_a_cell_counts() -> None:
    sources = [source("old", "public_order", coverage={"area": WEST}), source("order", "public_order")]
    days = [NIGHT - 2 * DAY, NIGHT - DAY]
    rows = [
        ("old", days[0], "ok", 1, 1.0),
        ("old", days[1], "ok", 1, 0.2),
        ("order", days[0], "ok", 1, 0.5),
        ("order", days[1], "ok", 1, 0.7),
    ]
    frame = pl.DataFrame(rows, schema=known_days(NIGHT, NIGHT).schema, orient="row")
    found = (
        Coverage([s.code for s in sources if s.feed == "public_order"], district(sources=sources), cells())
        .exposure(frame, days)
        .at(slice(None))
    )
    assert found[:8].tolist() == [[1.0, 0.7]] * 8
    assert found[8:].tolist() == [[0.5, 0.7]] * 8


def test_history_bounds_the_panel() -> None:
    place = district(history_days=60)
    rows = [{"kind": "theft", "occurred_at": at(NIGHT - k * DAY)} for k in (60, 61)]
    found = panel(reports(rows), known_days(NIGHT - 100 * DAY, NIGHT - DAY), NIGHT, place)
    assert found.days[0] == NIGHT - 60 * DAY
    assert found.counts["theft"].sum() == 1


def test_the_panel_begins_with_the_first_known_day() -> None:
    days = pl.concat(
        [known_days(NIGHT - 50 * DAY, NIGHT - 21 * DAY, ("fire",), 0.0), known_days(NIGHT - 20 * DAY, NIGHT - DAY, ("order",))]
    )
    found = panel(reports([]), days, NIGHT)
    assert (found.days[0], found.days[-1]) == (NIGHT - 20 * DAY, NIGHT - DAY)
    assert (found.column(NIGHT), found.column(found.days[0] - DAY)) == (20, -1)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_without_any_known_day_it_is_empty(share: float) -> None:
    days = known_days(NIGHT - 9 * DAY, NIGHT - DAY, share=0.0) if share == 0 else known_days(NIGHT, NIGHT - DAY)
    found = panel(reports(some_reports()), days, NIGHT)
    assert (found.days, found.exposure, found.column(NIGHT)) == ([], {}, 0)
    assert found.counts["theft"].shape == (16, 0)
