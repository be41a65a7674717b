"""Ctrl-C: one sentence and exit code 130, soon, whatever the work and the libraries under it are at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.helpers.command import REPOSITORY
from tests.helpers.tiny import CODE, NIGHT, Tiny

SENTENCE = "sifang: stopped; what was published stays, and the same command can be run again\n"

# Work that answers an interrupt as asked, and work that does not hear it and has started a process of its own.
WILLING = "time.sleep(60)"
DEAF = """
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print("child", flush=True)
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            logging.getLogger("anybody").error("the server is gone")
"""
_SCRIPT = """
import logging, subprocess, sys, time
from flows.cli import interrupt
from flows.cli.door import through_the_door
interrupt.GRACE_SECONDS = {grace}

def work():
    print("begun", flush=True)
    {work}

through_the_door(work)
"""


def _started(work: str, grace: float) -> subprocess.Popen[str]:
    script = _SCRIPT.format(work=work.strip(), grace=grace)
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=REPOSITORY, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def test_work_that_hears_it_ends_at_once() -> None:
    process = _started(WILLING, grace=30)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, SENTENCE)


@pytest.mark.parametrize("twice", [False, True])
def test_work_that_does_not_is_left_behind_with_all_that_it_started(twice: bool) -> None:
    process = _started(DEAF, grace=60 if twice else 0.5)
    assert process.stdout is not None
    assert process.stdout.readline() == "child\n"
    (child,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    if twice:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, SENTENCE)
    child.wait(10)


@pytest.mark.slow
def test_a_backfill_is_stopped_from_the_terminal_without_a_traceback(published: Tiny, tmp_path: Path) -> None:
    said = tmp_path / "errors"
    command = ["backfill", "-d", CODE, "--from", str(NIGHT), "--to", str(NIGHT.replace(day=30)), "--reason", "audit"]
    script = f"import sys; sys.argv = ['sifang', *{command!r}]; from flows.cli.app import main; main()"
    environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    with said.open("w") as errors:
        process = subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY, env=environment, stderr=errors, start_new_session=True)
    until = time.monotonic() + 120
    while " night 2025" not in said.read_text() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    # A terminal interrupts every process of the command, Prefect's own server too.
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    told = [line for line in said.read_text().splitlines() if not line.startswith("  ")]
    assert told == [SENTENCE.strip()]
