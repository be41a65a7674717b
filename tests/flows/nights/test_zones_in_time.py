"""Zones that change while a district runs: the night's own zones, former reports by share, replay to the bit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights.look import look
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.nights.replay import is_stale, replay
from flows.stores import open_context
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.tiny import CELLS, CODE, NIGHT, Tiny, moment, reports

DAY = dt.timedelta(days=1)
CHANGE = NIGHT + DAY


def _zones(district: Tiny) -> list[dict[str, Any]]:
    """The squares of the tiny district as zones."""
    return [
        {
            "type": "Feature",
            "properties": {"cell_id": c["cell_id"], "subdistrict": c["subdistrict"]},
            "geometry": json.loads(c["outline"]),
        }
        for c in district.context.folder.cells.iter_rows(named=True)
    ]


def _write(root: Path, features: list[dict[str, Any]]) -> None:
    (root / "districts" / CODE / "cells.geojson").write_text(json.dumps({"features": features}), "utf-8")


def _split(features: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """``code`` ends before CHANGE; its western and its eastern half follow with 0.3 and 0.7 of its reports."""
    old = next(f for f in features if f["properties"]["cell_id"] == code)
    (west, south), (east, north) = ([f(p[k] for p in old["geometry"]["coordinates"][0]) for k in (0, 1)] for f in (min, max))
    middle = (west + east) / 2
    old["properties"]["valid_to"] = str(CHANGE - DAY)
    for half, a, b, share in (("w", west, middle, 0.3), ("e", middle, east, 0.7)):
        ring = [[a, south], [b, south], [b, north], [a, north], [a, south]]
        properties = {**old["properties"], "cell_id": f"{code}{half}", "valid_from": str(CHANGE), "predecessors": {code: share}}
        del properties["valid_to"]
        features.append({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return features


@pytest.fixture
def zoned(district: Tiny) -> Iterator[Tiny]:
    """The tiny district with its squares declared as zones, and its first night published."""
    file = district.root / "districts" / CODE / "district.toml"
    head, _, rest = file.read_text("utf-8").partition("[grid]")
    _write(district.root, _zones(district))
    rest = rest[rest.index("[categories.stability]") :]
    file.write_text(f'{head}[grid]\nkind = "zones"\nfile = "cells.geojson"\n\n{rest}', "utf-8")
    district.context.stores.close()
    opened = Tiny(district.root)
    run_night(opened.context, nightly_run(opened.context, NIGHT, None, "first"))
    try:
        yield opened
    finally:
        opened.context.stores.close()


def _busiest(zoned: Tiny) -> str:
    view = look(zoned.context, NIGHT, moment(NIGHT), None)
    return str(view.reports["cell_id"].value_counts(sort=True)["cell_id"][0])


def test_a_zone_that_is_split_hands_on_its_past_and_old_nights_stay_as_they_were(zoned: Tiny) -> None:
    code = _busiest(zoned)
    before = look(zoned.context, CHANGE, moment(CHANGE), None).panel
    _write(zoned.root, _split(_zones(zoned), code))
    many = [reports("order", NIGHT, CHANGE, seed) for seed in range(2, 8)]
    tiny.deliver(zoned.inbox, "order", pl.concat(many), "around the change")
    changed = open_context(CODE, Settings())
    try:
        # What is declared for later leaves earlier nights what they were.
        assert changed.on(NIGHT).folder.version == zoned.context.on(NIGHT).folder.version
        assert not is_stale(changed, NIGHT, moment(NIGHT))
        # The past of the zone is shared out; the others keep theirs.
        after = look(changed.on(CHANGE), CHANGE, moment(CHANGE), None).panel
        was, now = (dict(zip(p.cells["cell_id"], p.counts["theft"].sum(axis=1), strict=True)) for p in (before, after))
        assert was[code] > 10
        assert now.pop(f"{code}w") == pytest.approx(0.3 * was[code], rel=1e-5)
        assert now.pop(f"{code}e") == pytest.approx(0.7 * was.pop(code), rel=1e-5)
        assert now == was

        # A point lies in the zone of the day on which it happened.
        ingest(changed, moment(CHANGE + DAY))
        days = pl.col("occurred_on")
        located = changed.read_lake().versions.filter(days >= NIGHT, pl.col("cell_id").str.starts_with(code)).select("cell_id", day=days)
        assert set(located.filter(pl.col("day") == NIGHT)["cell_id"]) == {code}
        assert set(located.filter(pl.col("day") == CHANGE)["cell_id"]) == {f"{code}w", f"{code}e"}

        run_night(changed, nightly_run(changed, CHANGE, None, "second"))
        run_night(changed, nightly_run(changed, CHANGE + DAY, None, "third"))
        first, last = (set(scores_of(changed.warehouse, n)["cell_id"]) for n in (NIGHT, CHANGE + DAY))
        assert len(first) == CELLS
        assert last == first - {code} | {f"{code}w", f"{code}e"}
        for night in (NIGHT, CHANGE, CHANGE + DAY):
            assert replay(changed, night).identical
        assert replay(changed, CHANGE + DAY, refit=True).identical
        assert not is_stale(changed, CHANGE + DAY, moment(CHANGE + DAY))
        # A night before the change has its own zones when it is restated.
        again = backfill_runs(changed, PastNights(NIGHT, NIGHT, "zones"), moment(CHANGE + DAY), "again")[0]
        assert run_night(changed, again).rows_total == 4 * CELLS
    finally:
        changed.stores.close()


def _without_the_former(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    gone = features[0]["properties"]["cell_id"]
    kept = [f for f in _split(features, gone) if f["properties"]["cell_id"] != gone]
    for feature in kept:
        feature["properties"].pop("predecessors", None)
    return kept


def _with_one_more(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ring = [[114.0, 35.3], [114.01, 35.3], [114.01, 35.31], [114.0, 35.3]]
    return [*features, {"properties": {"cell_id": "new1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}]


@pytest.mark.parametrize("change", [_without_the_former, _with_one_more])
def test_zones_that_change_without_saying_so_are_refused(
    zoned: Tiny, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    features = change(_zones(zoned))
    _write(zoned.root, features)
    other = open_context(CODE, Settings())
    try:
        with pytest.raises(SifangError, match="Zones can also follow one another: keep the former ones with their valid_to"):
            run_night(other, nightly_run(other, CHANGE, None, "second"))
    finally:
        other.stores.close()
