"""Where a brief goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.brief import write_brief
from tests.helpers.tiny import NIGHT, Tiny


@pytest.mark.parametrize("name", ["there", "absent/deep"])
def test_a_folder_gets_the_brief_under_the_name_of_its_night(district: Tiny, tmp_path: Path, name: str) -> None:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    (tmp_path / "there").mkdir()
    assert write_brief(district.context, NIGHT, tmp_path / name) == tmp_path / name / f"{NIGHT}.html"
    assert write_brief(district.context, NIGHT, tmp_path / "mine.html") == tmp_path / "mine.html"
