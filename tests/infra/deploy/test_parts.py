"""Parts end with the process that started them, asked or not, and are made to where they do not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from infra.deploy.parts import Part, Running
from tests.helpers.command import REPOSITORY

WILLING = """
import os, threading
from infra.deploy.parts import end_with_starter, fail, say
from infra.errors import SifangError
def end(asked):
    say(f"asked: {asked}")
    os._exit(0)
end_with_starter(end)
fail(SifangError("Nothing is wrong.", "Go on."))
say("ready")
threading.Event().wait()
"""
DEAF = "import time\nprint('ready', flush=True)\ntime.sleep(60)"
STARTER = """
import os, sys, time
from pathlib import Path
from infra.deploy.parts import Part, Running
part = Running(Part("one", "part", os.environ, Path(sys.argv[1]), 5), print)
part.ready.wait(20)
print("begun", flush=True)
time.sleep(60)
"""


def made(folder: Path, source: str, end_seconds: float) -> Part:
    (folder / "part.py").write_text(source, "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(REPOSITORY)))}
    return Part("one", "part", environment, folder / "logs" / "part.log", end_seconds)


def test_a_part_says_what_it_has_to_say_and_ends_when_it_is_asked(tmp_path: Path) -> None:
    heard: list[str] = []
    running = Running(made(tmp_path, WILLING, 20), heard.append)
    assert running.ready.wait(20)
    assert running.why == "Nothing is wrong. Go on."
    assert not running.ended()
    running.end()
    assert running.ended()
    until = time.monotonic() + 5
    while not heard and time.monotonic() < until:
        time.sleep(0.01)
    assert heard == ["asked: True"]


def test_a_deaf_part_is_made_to_end(tmp_path: Path) -> None:
    running = Running(made(tmp_path, DEAF, 0.2), lambda _: None)
    assert running.ready.wait(20)
    running.end()
    assert running.ended()


def test_a_part_ends_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    part = made(tmp_path, WILLING, 5)
    command = [sys.executable, "-c", STARTER, str(part.log)]
    starter = subprocess.Popen(command, env=dict(part.environment), stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "begun\n"
    (child,) = psutil.Process(starter.pid).children()
    starter.kill()
    starter.communicate()
    # Where it goes on, this raises.
    child.wait(20)


def test_a_log_is_begun_anew_once_it_is_long(tmp_path: Path) -> None:
    part = made(tmp_path, WILLING, 5)
    part.log.parent.mkdir()
    part.log.write_bytes(b"x" * 2_000_001)
    running = Running(part, lambda _: None)
    running.end()
    assert [f.name for f in sorted(part.log.parent.iterdir())] == ["part.log", "part.log.1"]
