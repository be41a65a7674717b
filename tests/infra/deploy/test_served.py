"""Who serves a home: one at a time, known to all, and nobody once that process is gone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deploy.served import AlreadyServedError, Served, password, served, serving
from infra.settings import Settings

HERE = Served(7, "http://127.0.0.1:8470", "http://127.0.0.1:4200/api")
_HOLDING = """
import sys, time
from infra.deploy.served import Served, serving
from infra.settings import Settings
with serving(Settings(home=sys.argv[1]), Served(7, "pages", "prefect")):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_serves_a_home_at_a_time_and_others_are_told_where(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert served(settings) is None
    with serving(settings, HERE):
        assert served(settings) == HERE
        with (
            pytest.raises(AlreadyServedError, match=r"by process 7, its pages at http://127.0.0.1:8470\. Stop that one"),
            serving(settings, HERE),
        ):
            pass
    assert served(settings) is None


def test_a_process_that_was_killed_serves_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert served(Settings(home=tmp_path)) == Served(7, "pages", "prefect")
    holder.kill()
    holder.communicate()
    assert served(Settings(home=tmp_path)) is None


def test_the_password_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    made = password(settings)
    assert made == password(settings) != password(Settings(home=tmp_path / "other"))
    assert len(made) > 30
    assert stat.S_IMODE((tmp_path / "serving" / "password").stat().st_mode) == 0o600
