"""After nine days without anybody who runs flows, nine nightlies are due at once: one makes up for all, the others open nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.stores import open_context
from flows.stores import opened as real
from infra import clock
from infra.settings import Settings
from infra.warehouse.nights.nights import published_nights
from tests.helpers import tiny
from tests.helpers.command import digests
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT

DAY = dt.timedelta(days=1)
AWAY = 9


@pytest.fixture
def time(prefect_server: Server, district_root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """A clock that the test sets: ``now``."""
    found = {"now": tiny.moment(NIGHT, 6)}
    monkeypatch.setattr(clock, "now", lambda: found["now"])
    monkeypatch.setattr("flows.stores.opening.require_right_clock", lambda *_: None)
    return found


def late_runs(deployment: Any, due: list[dt.datetime]) -> list[Any]:
    """A run of a deployment for each of these moments, all of them waiting."""
    from prefect.client.orchestration import get_client
    from prefect.states import Scheduled

    with get_client(sync_client=True) as client:
        return [client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=moment)) for moment in due]


@pytest.mark.slow
def test_of_nine_late_nightlies_one_makes_up_for_all_and_nobody_is_told_twice(
    time: dict[str, dt.datetime], district_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flow_engine import run_flow

    from flows.nightly import nightly

    nightly(CODE)
    back = NIGHT + AWAY * DAY
    tiny.deliver_days(district_root / "inbox", NIGHT, back - DAY)
    made = nightly.to_deployment("late", parameters={"district": CODE})
    # In an asynchronous caller it would be a coroutine.
    assert isinstance(made, RunnerDeployment)
    deployment = made.apply()
    runs = late_runs(deployment, [tiny.moment(NIGHT + k * DAY, 5) for k in range(1, AWAY + 1)])
    time["now"] = tiny.moment(back, 10)
    opened: list[str] = []

    def noted(code: str) -> object:
        opened.append(code)
        return real(code)

    monkeypatch.setattr("flows.nightly.opened", noted)
    states: list[Any] = [run_flow(nightly, flow_run=run, parameters={"district": CODE}, return_type="state") for run in runs]
    assert Counter(state.name for state in states) == {"Superseded": AWAY - 1, "Completed": 1}
    assert states[-1].is_completed()
    assert opened == [CODE]
    context = open_context(CODE)
    try:
        assert published_nights(context.warehouse)[-AWAY:] == [NIGHT + k * DAY for k in range(1, AWAY + 1)]
    finally:
        context.stores.close()
    told = digests(Settings().outbox(CODE))
    assert told
    nightly(CODE)
    assert digests(Settings().outbox(CODE)) == told


def test_runs_are_called_by_district_and_night(time: dict[str, dt.datetime]) -> None:
    from prefect.client.orchestration import get_client

    from flows.nightly import nightly

    state: Any = nightly(CODE, amend=True, return_state=True)
    with get_client(sync_client=True) as client:
        run: Any = client.read_flow_run(state.state_details.flow_run_id)
    today = run.expected_start_time.astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert run.name == f"{CODE} {today} amended"
