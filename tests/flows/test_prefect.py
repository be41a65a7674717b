"""The nightly and the backfill on a real Prefect server: what it records, what it retries, and that nothing leaves this machine."""

from __future__ import annotations

import ast
import datetime as dt
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from flows.intake.refusals import Refusals
from flows.steps.discretion import UnforeseenError
from infra.deploy.prefect_home import prepare
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.database.engine import Warehouse, WarehouseError, connect
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CELLS, CODE, NIGHT
from transforms.schema.plain import plain
from transforms.words import Category

DAY = dt.timedelta(days=1)


def _client() -> Any:
    from prefect.client.orchestration import get_client

    return get_client(sync_client=True)


def _flow_run(flow_name: str) -> Any:
    """The newest run of a flow."""
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName
    from prefect.client.schemas.sorting import FlowRunSort

    with _client() as client:
        only = FlowFilter(name=FlowFilterName(any_=[flow_name]))
        runs = client.read_flow_runs(flow_filter=only, sort=FlowRunSort.START_TIME_DESC, limit=1)
    return runs[0]


def _task_states(flow_run: Any, expected: int) -> dict[str, str]:
    """The task runs of a flow run; the server records them a moment after they happened."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    only = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
    give_up = time.monotonic() + 30
    while True:
        with _client() as client:
            runs = client.read_task_runs(flow_run_filter=only)
        states = [(r.name, r.state_name) for r in runs]
        if (len(states) >= expected and all(state == "Completed" for _, state in states)) or time.monotonic() > give_up:
            assert len(states) == len(dict(states)), "two task runs bear one name"
            return dict(states)
        time.sleep(0.2)


def _artifact(key: str) -> Any:
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
    from prefect.client.schemas.sorting import ArtifactSort

    with _client() as client:
        only = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        found = client.read_artifacts(artifact_filter=only, sort=ArtifactSort.UPDATED_DESC, limit=1)
    assert found, f"there is no artifact {key!r}"
    return found[0]


@pytest.fixture
def warehouse(district_root: Path) -> Any:
    engine = connect(Settings().warehouse)
    yield engine
    engine.dispose()


def test_a_nightly_completes_with_one_task_run_for_its_night_and_a_table_of_levels(
    prefect_server: Server, district_root: Path, warehouse: Any
) -> None:
    from flows.nightly import nightly

    state = nightly(CODE, NIGHT, return_state=True)
    assert state.is_completed()
    result = state.result()
    run = _flow_run("nightly")
    assert run.state_name == "Completed"
    assert run.parameters == {"district": CODE, "night": NIGHT.isoformat(), "amend": False}
    names = _task_states(run, 7)
    assert names == {
        f"night-{NIGHT}": "Completed",
        **{n: "Completed" for n in names if n.startswith(("ingest", "sweep", "deliver", "docs", "brief", "site"))},
    }
    assert len(names) == 7
    artifact = _artifact(f"levels-{CODE}")
    assert artifact.type == "table"
    rows = {row["category"]: row for row in json.loads(artifact.data)}
    assert list(rows) == ["safety", "public_order", "stability", "political"]
    for category, row in rows.items():
        assert sum(v for k, v in row.items() if k != "category") == CELLS
        assert {k: v for k, v in row.items() if v and k not in {"category", "not scored"}} == plain(
            result.summary.levels[Category(category)]
        )
    assert (result.revision, result.rows_changed) == (1, 4 * CELLS)
    assert scores_of(Warehouse(warehouse, CODE), NIGHT).height == 4 * CELLS
    assert Path(str(result.products.brief)).read_text("utf-8").startswith("<!")


def test_a_backfill_completes_with_one_task_run_per_night_and_its_progress_at_a_hundred(
    prefect_server: Server, district_root: Path, warehouse: Any
) -> None:
    from flows.backfill import Planned, backfill

    tiny.deliver_days(district_root / "inbox", NIGHT, NIGHT)
    first, last = NIGHT - DAY, NIGHT + DAY
    state = backfill(CODE, first, last, "first-run:OPS-3", return_state=True)
    assert state.is_completed()
    result = state.result()
    assert not isinstance(result, Planned)
    run = _flow_run("backfill")
    assert run.state_name == "Completed"
    nights = {f"night-{first + k * DAY}" for k in range(3)}
    states = _task_states(run, 4)
    assert {n for n in states if n.startswith("night-")} == nights
    assert set(states.values()) == {"Completed"}
    progress = _artifact(f"backfill-{CODE}")
    assert (progress.type, float(progress.data)) == ("progress", 100.0)
    table = json.loads(_artifact(f"backfill-nights-{CODE}").data)
    assert table == plain(result.nights)
    assert [n["night"] for n in table] == [str(first + k * DAY) for k in range(3)]
    assert [n["revision"] for n in table] == [1, 1, 1]
    assert result.batches == 3
    assert result.refusals == Refusals()
    assert result.rows_total == result.rows_changed == 3 * 4 * CELLS
    assert sum(n["would_have_opened"] for n in table) > 0
    assert alerts_of(Warehouse(warehouse, CODE)).is_empty()
    stored = [night_row(Warehouse(warehouse, CODE), first + k * DAY) for k in range(3)]
    assert [night and night.mode for night in stored] == ["restate"] * 3
    again = backfill(CODE, first, last, "audit", "as_known")
    assert not isinstance(again, Planned)
    assert (again.rows_changed, again.batches) == (0, 0)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"district": "Bad Code"}, "district"),
        ({"district": "../elsewhere"}, "district"),
        ({"district": CODE, "night": "yesterday"}, "night"),
        ({"district": CODE, "amend": "perhaps"}, "amend"),
    ],
)
def test_a_nightly_with_a_bad_parameter_fails_before_anything_runs(
    prefect_server: Server, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, Any], named: str
) -> None:
    from prefect.exceptions import ParameterTypeError

    from flows import nightly as module

    monkeypatch.setattr(module, "opened", _must_not_run)
    with pytest.raises(ParameterTypeError, match=f"- {named}: "):
        module.nightly(**parameters)


def test_a_backfill_with_a_bad_parameter_fails_before_anything_runs(prefect_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.exceptions import ParameterTypeError

    from flows import backfill as module

    monkeypatch.setattr(module, "opened", _must_not_run)
    with pytest.raises(ParameterTypeError) as refused:
        module.backfill("Bad Code", "2025-02-30", NIGHT, "late-data", "sideways")  # type: ignore[call-overload]
    assert all(f"- {name}: " in str(refused.value) for name in ("district", "first", "mode"))
    # A sentence is refused before the server is told of it, and is not repeated.
    with pytest.raises(ParameterTypeError, match="- reason: "):
        module.backfill(CODE, NIGHT, NIGHT, "No Reason")


def _must_not_run(*_: object) -> None:
    raise AssertionError("ran in spite of a bad parameter")


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (WarehouseError("Another process held the warehouse.", "Try again."), 3),
        (OSError(5, "Input/output error"), 3),
        (SifangError("The folder is faulty."), 1),
        (ValueError("a bug"), 1),
    ],
)
def test_only_what_another_minute_may_heal_is_tried_again(
    prefect_server: Server, monkeypatch: pytest.MonkeyPatch, error: Exception, attempts: int
) -> None:
    from prefect import flow

    from flows.steps import tasks as module

    tried = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr(module, "run_night", fail)
    # Only the waiting is taken out; which errors are tried again, and how often, is the task's own.
    at_once = module.night_task.with_options(retry_delay_seconds=0)

    @flow(name="failing")
    def failing() -> None:
        at_once(module.quoted(None), module.quoted(None), "2025-06-09")  # type: ignore[call-overload]

    state = failing(return_state=True)
    assert state.is_failed()
    # What nobody foresaw may quote a value: of that the kind and the place leave the flow.
    foreseen = type(error) if not isinstance(error, ValueError) else UnforeseenError
    assert type(state.result(raise_on_failure=False)) is foreseen
    assert len(tried) == attempts


def test_every_task_retries_by_the_same_rule() -> None:
    from flows.steps import tasks as module

    for one in (module.ingest_task, module.night_task, module.docs_task, module.brief_task, module.deliver_task):
        assert (one.retries, one.retry_condition_fn) == (2, module.worth_retrying)


def test_the_server_keeps_its_files_in_the_home_folder_and_its_telemetry_is_off(prefect_server: Server) -> None:
    import httpx
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, PREFECT_SERVER_ANALYTICS_ENABLED

    assert PREFECT_HOME.value() == prefect_server.home
    assert not PREFECT_SERVER_ANALYTICS_ENABLED.value()
    assert os.environ["DO_NOT_TRACK"] == "1"
    answer = httpx.get(f"{PREFECT_API_URL.value()}/admin/settings", timeout=30).json()
    assert answer["server"]["analytics_enabled"] is False


def test_nothing_but_this_machine_is_contacted(prefect_server: Server, district_root: Path) -> None:
    from flows.nightly import nightly

    nightly(CODE, NIGHT)
    addresses = [ast.literal_eval(line) for line in prefect_server.contacts.read_text("utf-8").splitlines()]
    hosts = {a[0] for a in addresses if isinstance(a, tuple)}
    # The own process has at least talked to the server, so the spy does see.
    assert hosts
    assert hosts <= {"127.0.0.1", "::1", "localhost"}


def test_prepare_keeps_what_the_operator_set_but_the_demo_reports_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"PREFECT_API_URL": "https://prefect.example/api", "PREFECT_API_KEY": "k", "PREFECT_HOME": "/elsewhere"}
    monkeypatch.setattr(os, "environ", dict(environment))
    settings = Settings(home=tmp_path)
    prepare(settings)
    assert {k: os.environ[k] for k in environment} == environment
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "90"
    prepare(settings, own_server=True)
    assert os.environ.keys().isdisjoint({"PREFECT_API_URL", "PREFECT_API_KEY"})


@pytest.mark.slow
def test_a_weekly_backtest_writes_its_page_where_it_always_is(prefect_server: Server, district_root: Path) -> None:
    from flows.serving.chores import backtest

    found = backtest(CODE)
    assert found.origins >= 4
    assert found.page == str(Settings().home.resolve() / "backtests" / CODE / "weekly" / "report.html")
    assert "<html" in Path(found.page).read_text("utf-8")


@pytest.mark.slow
def test_a_district_too_young_to_be_graded_is_no_failure(prefect_server: Server, district_root: Path) -> None:
    from flows.serving.chores import backtest

    # A home in which nothing was taken in yet.
    shutil.rmtree(district_root / "home")
    assert (backtest(CODE).origins, _flow_run("backtest").state_type.value) == (0, "COMPLETED")
