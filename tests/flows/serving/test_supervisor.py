"""How serving ends: asked by the system, by hand, or because a part does not begin; always with one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.command import REPOSITORY
from tests.helpers.homes import settle
from tests.helpers.served import free_port
from tests.helpers.tiny import CODE, write_district

PART = """
import os, threading
from infra.deploy.parts import end_with_starter, fail, say
end_with_starter(lambda _: os._exit(0))
say("ready")
threading.Event().wait()
"""
BROKEN = """
from infra.deploy.parts import fail
from infra.errors import SifangError
fail(SifangError("Prefect's server at http://nowhere does not answer.", "Check PREFECT_API_URL."))
"""
SCRIPT = """
import os, sys
from pathlib import Path
from infra.deploy.parts import Part
from flows.serving import supervisor
part = Part("the runner", "part", {**os.environ}, Path("part.log").absolute(), 5)
supervisor._parts = lambda *_, **__: [part]
sys.argv = ["sifang", "serve", *sys.argv[1:]]
from flows.cli.app import main
main()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_district(tmp_path / "districts")
    settle(monkeypatch, tmp_path)
    for name in [n for n in os.environ if n.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(REPOSITORY))))
    return tmp_path


def started(home: Path, part: str) -> subprocess.Popen[str]:
    (home / "part.py").write_text(part, "utf-8")
    command = [sys.executable, "-c", SCRIPT, "--port", str(free_port()), "--prefect-port", str(free_port())]
    return subprocess.Popen(command, cwd=home, text=True, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 0, "sifang: stopped; runs that went on begin again with the next start\n"),
        (signal.SIGINT, 130, "sifang: stopped; what was published stays, and the same command can be run again\n"),
    ],
)
def test_it_ends_with_one_sentence(home: Path, number: int, code: int, said: str) -> None:
    process = started(home, PART)
    assert process.stderr is not None
    assert process.stderr.readline() == f"serving {CODE} (nights at 05:00 Asia/Shanghai)\n"
    assert process.stderr.readline().startswith("pages and API: http://127.0.0.1:")
    process.send_signal(number)
    assert (process.communicate(timeout=20)[1], process.returncode) == (said, code)


def test_a_part_that_does_not_begin_says_why(home: Path) -> None:
    process = started(home, BROKEN)
    assert process.communicate(timeout=20)[1] == (
        "sifang: The runner did not begin. Prefect's server at http://nowhere does not answer. Check PREFECT_API_URL.\n"
    )
    assert process.returncode == 1
