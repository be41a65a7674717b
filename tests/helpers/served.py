"""`sifang serve` as somebody starts it: a process with its own ports, what it says, and Prefect's server behind it as its page asks it.

Belongs here: starting it, asking, waiting within bounds, ending it. Does not: what is expected of it (``tests.flows.serving.test_serve``).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from tests.helpers.command import REPOSITORY

BUSY, BUSY_S = 503, 60.0
T = TypeVar("T")
LOOPBACK = "127.0.0.1"
# Half a minute on two free cores, the first time; it makes a database.
PATIENCE_SECONDS = 150.0
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_SCRIPT = "import sys; sys.argv = ['sifang', 'serve', *sys.argv[1:]]; from flows.cli.app import main; main()"


@dataclass(frozen=True)
class Serve:
    """A serving process, what it says, and its ports."""

    process: subprocess.Popen[str]
    said: Path
    pages: int
    prefect: int
    home: Path

    def lines(self) -> list[str]:
        """What it said so far."""
        return self.said.read_text("utf-8").splitlines()

    def parts(self) -> dict[str, psutil.Process]:
        """Its parts that run, by the last word of their module."""
        found = (p for p in psutil.Process(self.process.pid).children() if p.is_running())
        return {p.cmdline()[-1].rpartition(".")[2]: p for p in found}

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop as the system or a terminal does; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(40)

    def page(self, path: str, user: str | None = None) -> tuple[int, str]:
        """The status and the text of a page."""
        return _get(f"http://{LOOPBACK}:{self.pages}{path}", user)

    def ask(self, path: str, body: object = None, method: str = "POST") -> Any:
        """What Prefect's server answers who knows its password."""
        user = (self.home / "serving" / "password").read_text("ascii")
        until, status, text = time.monotonic() + BUSY_S, BUSY, ""
        # As Prefect's own client does: a server whose database is busy asks to be asked again.
        while status == BUSY and time.monotonic() < until:
            status, text = _get(f"http://{LOOPBACK}:{self.prefect}/api{path}", user, {} if body is None else body, method)
        assert status < 300, f"{status}: {text}"
        return json.loads(text) if text else None

    def deployments(self) -> dict[str, Any]:
        """The deployments by name."""
        return {each["name"]: each for each in self.ask("/deployments/filter")}

    def runs(self, deployment: str) -> list[Any]:
        """The runs of a deployment, the first due first."""
        only = {"deployments": {"name": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}
        return list(self.ask("/flow_runs/filter", only))

    def ended(self, deployment: str, count: int = 1) -> list[Any]:
        """So many runs of a deployment, once they ended."""

        def look() -> list[Any] | None:
            done = [run for run in self.runs(deployment) if run["state_type"] in ENDED]
            return done if len(done) >= count else None

        return within(PATIENCE_SECONDS, look, f"{count} runs of {deployment} did not end")

    def start(self, deployment: str, **parameters: object) -> Any:
        """A run of a deployment, as its page starts one."""
        found = self.deployments()[deployment]["id"]
        return self.ask(f"/deployments/{found}/create_flow_run", {"parameters": parameters})


def within(seconds: float, look: Callable[[], T | None], otherwise: str) -> T:
    """What somebody looks for, once it is there; the test fails where it does not come in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    pytest.fail(f"in {seconds:.0f} s {otherwise}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind((LOOPBACK, 0))
        port: int = tried.getsockname()[1]
    return port


def begun(home: Path, said: Path, *, ports: tuple[int, int] | None = None) -> Serve:
    """A serving process, which may not be ready yet."""
    pages, prefect = ports or (free_port(), free_port())
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    # How often it asks for runs that are due and makes those to come; the usual seconds are right for a night, and long for a test.
    quick = {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1"}
    command = [sys.executable, "-c", _SCRIPT, "--port", str(pages), "--prefect-port", str(prefect)]
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=REPOSITORY, env={**kept, **quick}, stdout=out, stderr=subprocess.STDOUT, text=True)
    return Serve(process, said, pages, prefect, home)


@contextmanager
def serving(home: Path, said: Path, *, ports: tuple[int, int] | None = None) -> Iterator[Serve]:
    """A serving process that is ready; it is ended with the block, where that has not ended it."""
    made = begun(home, said, ports=ports)
    try:
        ready(made)
        yield made
    except BaseException as error:
        logs = [f.read_text("utf-8")[-3000:] for f in sorted((home / "serving").glob("*.log"))]
        error.add_note("\n".join([*made.lines(), *logs]))
        raise
    finally:
        if made.process.poll() is None:
            made.process.terminate()
            try:
                made.process.wait(40)
            except subprocess.TimeoutExpired:
                made.process.kill()
                made.process.wait()


def ready(made: Serve) -> None:
    """Wait until a process serves."""

    def look() -> bool | None:
        assert made.process.poll() is None, made.lines()
        return any(line.startswith("pages and API") for line in made.lines()) or None

    within(PATIENCE_SECONDS, look, "it did not begin to serve")


def _get(address: str, user: str | None, body: object = None, method: str = "GET") -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data=data, headers={"Content-Type": "application/json"} if data else {}, method=method)
    if user is not None:
        request.add_header("Authorization", f"Basic {b64encode(user.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
