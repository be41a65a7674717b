"""What lies in the home is for its owner alone, whatever the umask of the one who starts it."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.private import keep_private, make_private, open_to_others


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_is_made_and_the_home_are_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "before").mkdir(parents=True)
    assert open_to_others(home)
    keep_private(home)
    (home / "after").mkdir()
    (home / "file").write_text("x", "utf-8")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (home, home / "after", home / "file")}
    assert modes == {"home": 0o700, "after": 0o700, "file": 0o600}
    assert not open_to_others(home)


def test_a_process_that_crashes_leaves_no_image_of_its_memory() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    make_private()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, most)


def test_a_home_that_is_not_there_or_may_not_be_changed_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_private(tmp_path / "none")
    make_private()

    def denied(self: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(self))

    (tmp_path / "theirs").mkdir(mode=0o755)
    (tmp_path / "theirs").chmod(0o755)
    monkeypatch.setattr(Path, "chmod", denied)
    keep_private(tmp_path / "theirs")
    assert open_to_others(tmp_path / "theirs")
