"""Nobody starts a night by hand: one command on an empty home, and then only waiting; looked at, started twice, killed, restarted, stopped.

The tests are one story of one home, told in their order: a start takes half a minute.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest

from flows.alerts.tokens import make_token
from flows.stores import opened
from infra import clock
from infra.settings import Settings
from infra.warehouse.nights.nights import latest_night, published_nights
from tests.helpers import tiny
from tests.helpers.homes import settle
from tests.helpers.keys import KEY
from tests.helpers.rights import open_in
from tests.helpers.served import ENDED, Serve, begun, serving, within
from tests.helpers.tiny import CODE, NIGHT

pytestmark = pytest.mark.slow
# A start takes half a minute where others compute beside it, and what was killed waits for the server to let go of its port.
PATIENCE_S = 120
SOON = dt.timedelta(seconds=4)
NIGHTLY = f"{CODE}-nightly"
MANY = 160
BACKFILL = f"{CODE}-backfill"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """What serves a district and its inbox, begun on a home that did not exist."""
    root = tmp_path_factory.mktemp("serve")
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", NIGHT - dt.timedelta(days=30), NIGHT)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, root)
        with serving(root / "home", root / "said") as made:
            yield made


def test_from_an_empty_home_one_command_comes_to_a_scheduled_night(served: Serve) -> None:
    let_be_due(served, NIGHTLY)
    (run,) = served.ended(NIGHTLY)
    tonight = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert (run["state_name"], run["auto_scheduled"], run["name"]) == ("Completed", True, f"{CODE} {tonight}")
    with opened(CODE, Settings()) as context:
        assert latest_night(context.warehouse) == tonight


def test_pages_are_shown_to_whom_they_are_for(served: Serve) -> None:
    with opened(CODE, Settings()) as context:
        now = clock.now()
        reader, district = (make_token(context, role, now + dt.timedelta(days=1), now).token for role in ("reader", "district"))
    assert served.page("/")[0] == 200
    assert "Tiny" in served.page(f"/site/{CODE}/shared/index.html")[1]
    staff = f"/site/{CODE}/staff/index.html"
    assert [served.page(staff)[0], served.page(staff, "me:wrong")[0], served.page(f"/briefs/{CODE}/")[0]] == [401, 401, 401]
    assert "Tiny" in served.page(staff, f"me:{district}")[1]
    assert served.page(staff, f"me:{reader}")[0] == 403
    assert served.page(f"/site/{CODE}/staff/../../../warehouse.db")[0] in {401, 404}
    assert served.page(f"/api/{CODE}/openapi.json")[0] == 200
    assert served.page(f"/api/{CODE}/v1/alerts")[0] == 401


def test_only_what_runs_flows_knows_the_key_and_nobody_else_on_the_network_is_answered(served: Serve) -> None:
    assert {name for name, part in served.parts().items() if KEY in part.environ().values()} == {"runner", "pages"}
    every = [served.process.pid, *(p.pid for p in psutil.Process(served.process.pid).children(recursive=True))]
    held = [c for pid in every for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.port for c in held} >= {served.pages, served.prefect}
    assert {c.laddr.ip for c in held} == {"127.0.0.1"}


def test_a_second_start_says_who_serves(served: Serve, tmp_path: Path) -> None:
    again = begun(served.home, tmp_path / "said")
    assert again.process.wait(60) == 1
    (line,) = again.lines()
    assert f"is served already by process {served.process.pid}" in line


def test_a_backfill_from_the_page_is_tried_cancelled_and_taken_up_again(served: Serve) -> None:
    form = served.deployments()[BACKFILL]["parameter_openapi_schema"]["properties"]
    assert [name for name, asked in sorted(form.items(), key=lambda item: item[1]["position"]) if asked["description"]] == list(form)
    assert "drill" in form["reason"]["enum"]
    # It takes longer than Prefect takes to hear that it is to stop.
    nights = {"first": str(NIGHT - dt.timedelta(days=MANY - 1)), "last": str(NIGHT), "reason": "drill"}
    served.start(BACKFILL, **nights)
    (tried,) = served.ended(BACKFILL)
    assert (tried["state_name"], tried["parameters"]["dry_run"], len(past_nights())) == ("Completed", True, 0)
    run = served.start(BACKFILL, **nights, dry_run=False)
    within(PATIENCE_S, lambda: past_nights() or None, "no night was run again")
    served.ask(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    (_, cancelled) = served.ended(BACKFILL, 2)
    assert cancelled["state_name"] == "Cancelled"
    assert 0 < len(past_nights()) < MANY
    served.start(BACKFILL, **nights, dry_run=False)
    assert served.ended(BACKFILL, 3)[-1]["state_name"] == "Completed"
    assert len(past_nights()) == MANY


def past_nights() -> list[dt.date]:
    """The nights of the year of the files that are published."""
    with opened(CODE, Settings()) as context:
        return [night for night in published_nights(context.warehouse) if night <= NIGHT]


def test_what_is_killed_begins_again_and_so_does_the_run_that_it_was_at(served: Serve, tmp_path: Path) -> None:
    let_be_due(served, NIGHTLY)
    # Other runs begin by themselves meanwhile; a night that had not begun would be begun, not begun again.
    within(PATIENCE_S, lambda: any(r["state_type"] in {"PENDING", "RUNNING"} for r in served.runs(NIGHTLY)) or None, "no night began")
    run = within(PATIENCE_S, lambda: next(iter(served.parts()["runner"].children()), None), "no run began")
    parts = [*served.parts().values(), run]
    served.process.kill()
    served.process.wait()
    gone, there = psutil.wait_procs(parts, 20)
    assert (len(gone), there) == (4, [])
    with serving(served.home, tmp_path / "said", ports=(served.pages, served.prefect)) as again:

        def done() -> Any:
            return next((r for r in again.runs(NIGHTLY) if "begun again" in r["tags"] and r["state_type"] in ENDED), None)

        after = within(PATIENCE_S, done, "the run was not begun again")
        first, cut, _ = again.runs(NIGHTLY)[:3]
        assert (cut["state_name"], after["state_name"], after["name"]) == ("Crashed", "Completed", first["name"])
        os.kill(again.parts()["runner"].pid, signal.SIGKILL)
        within(PATIENCE_S, lambda: any("the runner ended by itself" in line for line in again.lines()) or None, "nobody noticed")
        within(PATIENCE_S, lambda: again.parts().get("runner"), "it was not started again")
        assert again.stop() == 0
        assert again.lines()[-1] == "sifang: stopped; runs that went on begin again with the next start"
        assert "Traceback" not in again.said.read_text("utf-8")


def test_what_it_left_is_its_owners_alone_and_holds_no_key(served: Serve) -> None:
    assert open_in(served.home) == {}
    assert not [f for f in served.home.rglob("*") if f.is_file() and KEY.encode() in f.read_bytes()]


def let_be_due(served: Serve, deployment: str) -> None:
    """Let a deployment be due once, in a moment; the server's scheduler makes that run as those of any other schedule."""
    found, soon = served.deployments()[deployment]["id"], clock.now() + SOON
    schedule = {"interval": dt.timedelta(days=1).total_seconds(), "anchor_date": soon.isoformat()}
    served.ask(f"/deployments/{found}", {"schedules": [{"schedule": schedule, "active": True}]}, "PATCH")
