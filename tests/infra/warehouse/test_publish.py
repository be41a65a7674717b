"""Publication: what is written reads back, nothing changes twice, and an error leaves the old night whole."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from infra.warehouse import tables
from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.engine import Warehouse, WarehouseError
from infra.warehouse.nights.duty import duty_of
from infra.warehouse.nights.models import models_of
from infra.warehouse.nights.nights import PublishedNight, latest_night, night_row, published_nights
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import RunOutcome, record_failed_run, run_summary, runs_of
from infra.warehouse.nights.scores import row_hashes_of, scores_of
from infra.warehouse.nights.source_days import source_days_of
from infra.warehouse.nights.surges import district_surges_of
from infra.warehouse.publish import Published, publish
from tests.helpers.publication import (
    DISTRICT,
    NIGHT,
    district_surges,
    duty,
    event,
    model,
    publication,
    score_row,
    scores,
    source_days,
)
from tests.helpers.source import ROOT
from transforms.schema import EVALUATIONS, SCORES
from transforms.schema.night import NightSummary
from transforms.words import Category


def snapshot(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    with warehouse.engine.connect() as connection:
        return {
            t.name: [tuple(r) for r in connection.execute(sa.select(t).order_by(*t.primary_key))] for t in tables.metadata.sorted_tables
        }


def test_a_night_reads_back_as_it_was_published(warehouse: Warehouse) -> None:
    p = publication(
        reason="correction: 修正坐标",
        kind="backfill",
        mode="restate",
        summary=NightSummary(district_surges=("火",), series_shares={Category.SAFETY: {"火": 1 / 3}}),
    )
    assert publish(warehouse, *p) == Published(revision=1, rows_total=4, rows_changed=4, levels_changed=0)
    assert_frame_equal(scores_of(warehouse, NIGHT), p.result.tables.scores.sort("category", "cell_id"), check_exact=True)
    assert_frame_equal(source_days_of(warehouse, NIGHT), p.result.tables.source_days.sort("source", "day"), check_exact=True)
    assert_frame_equal(duty_of(warehouse, NIGHT), p.result.tables.duty.sort("department", "subdistrict"), check_exact=True)
    night = night_row(warehouse, NIGHT)
    assert night == PublishedNight(
        night=NIGHT,
        revision=1,
        is_latest=True,
        as_of=p.terms.as_of,
        lake_seq=7,
        district_version="v1",
        scoring_hash="s1",
        model_ids=("m1",),
        mode="restate",
        inputs=p.result.basis.inputs,
        run_id="run-1",
        published_at=p.result.finished_at,
        replayable_until=p.terms.night + dt.timedelta(days=400),
    )
    assert models_of(warehouse, night.model_ids) == [model()]
    assert models_of(warehouse, night.model_ids, kind="reference") == [model()]
    assert models_of(warehouse, night.model_ids, kind="model") == models_of(warehouse, ["m2"]) == []
    assert run_summary(warehouse, "run-1", NIGHT) == p.result.summary
    run = runs_of(warehouse, 5).to_dicts()[0]
    assert (run["status"], run["reason"], run["note"], run["revision"], run["as_of"]) == ("ok", "correction", "修正坐标", 1, p.terms.as_of)
    with warehouse.engine.connect() as connection:
        s = tables.scores.c
        assert set(connection.scalars(sa.select(s.model_id).where(s.category == "safety"))) == {"m1"}
        assert set(connection.scalars(sa.select(s.model_id).where(s.category != "safety"))) == {None}


def test_stored_rows_hash_to_their_stored_hash(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    stored = scores_of(warehouse, NIGHT)
    assert row_hashes(stored).to_list() == row_hashes_of(warehouse, NIGHT)["row_hash"].to_list()


def test_an_identical_publication_changes_nothing_but_the_run_record(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    before = snapshot(warehouse)
    shuffled = publication(run_id="run-2", scores=scores().reverse(), source_days=source_days().reverse(), duty=duty().reverse())
    assert publish(warehouse, *shuffled) == Published(revision=1, rows_total=4, rows_changed=0, levels_changed=0)
    after = snapshot(warehouse)
    assert {r["run_id"]: r["status"] for r in runs_of(warehouse).to_dicts()} == {"run-1": "ok", "run-2": "unchanged"}
    before.pop("runs"), after.pop("runs")
    assert after == before


def test_a_run_repeated_after_it_published_keeps_its_record(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    before = snapshot(warehouse)
    publish(warehouse, *publication())
    assert snapshot(warehouse) == before


def test_one_changed_row_is_a_revision_and_the_view_shows_the_latest_only(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    first = scores_of(warehouse, NIGHT)
    changed = pl.concat([scores(score_row(level="red")), scores()[1:]])
    assert publish(warehouse, *publication(run_id="run-2", scores=changed)) == Published(2, 4, 1, 1)
    with warehouse.engine.connect() as connection:
        view = connection.execute(sa.text("SELECT * FROM dash_levels_v1 WHERE category = 'safety' AND cell_id = 'C1'")).mappings().all()
        assert connection.scalar(sa.text("SELECT count(*) FROM dash_levels_v1")) == 4
    assert [(row["level"], row["state"]) for row in view] == [("red", "scored")]
    assert set(view[0]) == {"district", "night", "category", "cell_id", "state", "reason", "level"}
    with warehouse.engine.connect() as connection:
        surges = connection.execute(sa.text("SELECT * FROM dash_surges_v1 WHERE category = 'safety' AND cell_id = 'C1'")).mappings().one()
    # The staff view never tells how many.
    assert dict(surges) == {
        "district": DISTRICT,
        "night": surges["night"],
        "category": "safety",
        "cell_id": "C1",
        "surge": "red",
        "surge_series": "fire",
        "surge_days": 7,
        "surge_area": "cell",
    }
    assert_frame_equal(scores_of(warehouse, NIGHT, 1), first)
    assert scores_of(warehouse, NIGHT)["level"].to_list().count("red") == 1
    assert scores_of(warehouse, NIGHT, 3).is_empty()
    old = night_row(warehouse, NIGHT, 1)
    assert old is not None
    assert not old.is_latest


def test_vanished_and_new_rows_count_as_changed(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    changed = pl.concat([scores()[1:], scores(score_row(cell_id="C9", level="blue"), score_row(cell_id="C8", level=None))])
    assert publish(warehouse, *publication(scores=changed)) == Published(2, 5, 3, 2)


def test_the_surges_of_the_district_are_stored_and_make_a_revision(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    assert_frame_equal(district_surges_of(warehouse, NIGHT), district_surges())
    calm = district_surges().with_columns(surge=pl.lit("none"))
    assert publish(warehouse, *publication(run_id="run-2", district_surges=calm)) == Published(2, 4, 0, 0)
    assert district_surges_of(warehouse, NIGHT)["surge"].to_list() == ["none"] * 4
    assert publish(warehouse, *publication(run_id="run-3", district_surges=calm)).revision == 2


def test_a_source_that_arrived_without_changing_a_score_is_a_revision(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    arrived = source_days().with_columns(pl.lit("ok").alias("state"))
    assert publish(warehouse, *publication(run_id="run-2", source_days=arrived)) == Published(2, 4, 0, 0)
    assert set(source_days_of(warehouse, NIGHT)["state"]) == {"ok"}
    assert publish(warehouse, *publication(run_id="run-3", source_days=arrived, duty=duty()[:1])).revision == 3


@pytest.mark.parametrize("table", ["scores", "source_days", "duty", "alert_events"])
def test_an_error_in_the_middle_leaves_the_old_night_whole(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    publish(warehouse, *publication())
    before = snapshot(warehouse)

    def strike(connection: sa.Connection, into: sa.Table, frame: pl.DataFrame) -> int:
        count = insert_frame(connection, into, frame)
        if into.name == table:
            raise RuntimeError("power cut")
        return count

    monkeypatch.setattr("infra.warehouse.nights.nightly_tables.insert_frame", strike)
    monkeypatch.setattr("infra.warehouse.alerts.events.insert_frame", strike)
    changed = publication(run_id="run-2", scores=scores(score_row(level="red")), alert_events=[event("ended", seq=2)])
    with pytest.raises(RuntimeError, match="power cut"):
        publish(warehouse, *changed)
    assert snapshot(warehouse) == before


def test_the_database_admits_one_latest_revision_only(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    night = night_row(warehouse, NIGHT)
    assert night is not None
    with warehouse.engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(tables.nights).values(district=DISTRICT, **{**vars(night), "revision": 2}))


def test_processes_that_publish_one_night_at_once_give_one_revision_each(warehouse: Warehouse, warehouse_url: str) -> None:
    script = (
        "import sys\nfrom infra.warehouse.database.engine import Warehouse, connect\nfrom infra.warehouse.publish import publish\n"
        "from tests.helpers.publication import publication, score_row, scores\n"
        "engine = connect(sys.argv[1])\ntown = Warehouse(engine, 'weibin')\n"
        "for i in range(5):\n"
        "    publish(town, *publication(run_id=sys.argv[2] + str(i), scores=scores(score_row(score=float(i), reason=sys.argv[2]))))\n"
        "engine.dispose()\n"
    )
    children = [subprocess.Popen([sys.executable, "-W", "error", "-c", script, warehouse_url, name], cwd=ROOT) for name in "ab"]
    assert [child.wait(timeout=120) for child in children] == [0, 0]
    with warehouse.engine.connect() as connection:
        assert sorted(connection.scalars(sa.select(tables.nights.c.revision))) == list(range(1, 11))


def test_a_model_id_names_one_payload(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    other = publication(scores=scores(score_row()), models=[model(payload={"quantiles": [1]})])
    with pytest.raises(WarehouseError, match="stored with another payload"):
        publish(warehouse, *other)
    night = night_row(warehouse, NIGHT)
    assert night is not None
    assert night.revision == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scores": scores().drop("level")}, "scores: missing level"),
        ({"scores": scores(score_row(), score_row())}, "a cell stands twice"),
        ({"scores": scores(score_row(score=float("nan")))}, "NaN or infinite"),
        ({"duty": duty().drop("share")}, "duty: missing share"),
    ],
)
def test_a_malformed_publication_is_refused(warehouse: Warehouse, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        publish(warehouse, *publication(**changes))
    assert not any(snapshot(warehouse).values())


def test_failed_runs_are_recorded_and_a_later_success_replaces_them(warehouse: Warehouse) -> None:
    p = publication()

    def failed(error: str) -> RunOutcome:
        return RunOutcome("failed", p.result.started_at, p.result.finished_at, error=error)

    record_failed_run(warehouse, p.terms, failed("source_silent"))
    run = runs_of(warehouse).to_dicts()[0]
    assert (run["status"], run["error"], run["revision"], run["as_of"]) == ("failed", "source_silent", None, p.terms.as_of)
    publish(warehouse, *p)
    assert runs_of(warehouse)["status"].to_list() == ["ok"]
    record_failed_run(warehouse, p.terms, failed("brief_not_written"))
    run = runs_of(warehouse).to_dicts()[0]
    assert (run["status"], run["error"], run["revision"]) == ("failed", "brief_not_written", 1)


def test_nights_and_runs_are_listed(warehouse: Warehouse) -> None:
    assert latest_night(warehouse) is None
    assert night_row(warehouse, NIGHT) is None
    assert scores_of(warehouse, NIGHT).schema == SCORES
    for days in range(3):
        later = dt.timedelta(days=days)
        p = publication()
        publish(
            warehouse,
            *publication(night=NIGHT + later, run_id=f"r{days}", alert_events=(), started_at=p.result.started_at + later),
        )
    publish(warehouse, *publication(run_id="again", scores=scores(score_row())))
    assert published_nights(warehouse) == [NIGHT + dt.timedelta(days=days) for days in range(3)]
    stored = [night_row(warehouse, night) for night in published_nights(warehouse)]
    assert [(night.revision, night.model_ids) for night in stored if night] == [(2, ("m1",)), (1, ("m1",)), (1, ("m1",))]
    assert latest_night(warehouse) == NIGHT + dt.timedelta(days=2)
    assert runs_of(warehouse, 2)["run_id"].to_list() == ["r2", "r1"]


def test_hash_of_a_row_never_changes() -> None:
    assert row_hashes(scores(score_row())).to_list() == ["7a6efcd972391995e911874cc30058ae"]


@pytest.mark.parametrize("column", list(SCORES))
def test_hash_feels_every_column(column: str) -> None:
    other: Any = "other" if SCORES[column] == pl.String else 3 if SCORES[column] == pl.Int64 else 0.30000000000000009
    rows = (score_row(reason="x"), score_row(reason="x"), score_row(reason="x"))
    rows[1][column], rows[2][column] = other, None
    assert row_hashes(scores(*rows)).n_unique() == 3


def test_hash_does_not_confuse_columns_or_texts() -> None:
    pairs: list[dict[str, Any]] = [
        {"reason": None, "level": "x"},
        {"reason": "x", "level": None},
        {"reason": "null", "level": "x"},
        {"reason": "", "level": "x"},
    ]
    assert row_hashes(scores(*(score_row(**pair) for pair in pairs))).n_unique() == 4
    zeros = row_hashes(scores(score_row(score=0.0), score_row(score=-0.0)))
    assert zeros[0] == zeros[1]


def test_publication_is_a_value() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        publication().terms.night = NIGHT  # type: ignore[misc]


def test_dashboards_see_how_forecasts_did_in_the_district_and_of_no_level(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    of_night = {"night": NIGHT, "revision": 1, "evaluated_night": NIGHT + dt.timedelta(days=14), "category": "safety", "left_out": 1}
    counts = [("all", 3, 9.0, 11.0), ("red", 1, 4.0, 6.0), ("blue", 2, 5.0, 5.0)]
    rows = [
        of_night
        | {"level": level, "cells": n, "expected": e, "observed": o, "spread": 10.0, "log_score": -0.5, "hit_rate": 0.4, "pai": 8.0}
        for level, n, e, o in counts
    ]
    later = publication(night=NIGHT + dt.timedelta(days=14), run_id="later", evaluations=pl.DataFrame(rows, schema=EVALUATIONS))
    publish(warehouse, *later)
    with warehouse.engine.connect() as connection:
        (row,) = connection.execute(sa.text("SELECT * FROM dash_evaluations_v1")).mappings().all()
    assert {k: v for k, v in row.items() if k not in {"night", "evaluated_night"}} == {
        "district": DISTRICT,
        "category": "safety",
        "cells": 3,
        "left_out": 1,
        "expected": 9.0,
        "observed": 11.0,
        "log_score": -0.5,
        "hit_rate": 0.4,
        "pai": 8.0,
    }
