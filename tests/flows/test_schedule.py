"""Nobody starts a night by hand: a real server, a process that serves the nightly on a schedule, and then only waiting."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.settings import Settings
from infra.warehouse.engine import Warehouse, connect
from infra.warehouse.nights import night_row
from tests.helpers.tiny import CODE, NIGHT

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).parents[2]
# Twenty seconds on two free cores; a server that starts for the first time migrates its database.
PATIENCE_SECONDS = 150
ENDED = ("COMPLETED", "FAILED", "CRASHED")


@pytest.mark.slow
def test_a_scheduled_night_starts_by_itself_and_is_published(district_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    api = settle_prefect(monkeypatch, tmp_path, port)
    with (
        running(tmp_path / "server.log", "prefect", "server", "start", "--host", LOOPBACK, "--port", str(port), "--no-ui"),
        running(tmp_path / "serving.log", "tests.flows.schedule_child", CODE, NIGHT.isoformat()),
    ):
        first = first_scheduled_run(api)
    assert first["state_name"] == "Completed"
    assert first["parameters"] == {"district": CODE, "night": NIGHT.isoformat()}
    assert first["start_time"] >= first["expected_start_time"]
    engine = connect(Settings().warehouse)
    try:
        published = night_row(Warehouse(engine, CODE), NIGHT)
    finally:
        engine.dispose()
    assert published is not None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind((LOOPBACK, 0))
        port: int = tried.getsockname()[1]
    return port


def settle_prefect(patch: pytest.MonkeyPatch, root: Path, port: int) -> str:
    """Point every process of this test at a server of its own with its home in ``root``; returns the server's address."""
    api = f"http://{LOOPBACK}:{port}/api"
    for name in [n for n in os.environ if n.startswith("PREFECT_")]:
        patch.delenv(name)
    patch.setenv("DO_NOT_TRACK", "1")
    patch.setenv("PREFECT_HOME", str(root / "prefect"))
    patch.setenv("PREFECT_API_URL", api)
    patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    # How often it asks for runs that are due; the usual ten seconds are right for a night, and long for a test.
    patch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "1")
    return api


def first_scheduled_run(api: str) -> dict[str, Any]:
    """The earliest run that the server's own scheduler made, once it has ended."""
    asked = {"flow_runs": {"state": {"type": {"any_": ENDED}}}, "sort": "EXPECTED_START_TIME_ASC"}
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        try:
            found = httpx.post(f"{api}/flow_runs/filter", json=asked, timeout=30).raise_for_status().json()
        except httpx.TransportError:
            found = []
        for run in found:
            if run["auto_scheduled"]:
                return dict(run)
        time.sleep(0.2)
    pytest.fail(f"in {PATIENCE_SECONDS} s no scheduled run started and ended")


@contextmanager
def running(log: Path, module: str, *arguments: str) -> Iterator[None]:
    """A module as a process, stopped at the end; a test that fails within is told what the process said."""
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    except BaseException as error:
        error.add_note(f"{module} said:\n{log.read_text('utf-8')}")
        raise
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
