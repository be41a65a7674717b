"""`sifang clocks` as people use it: when the clocks of an alert end, in the district's own time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import Sifang
from tests.helpers.district_folders import write_district

NOON = {"shifts": [{"begins": "09:00", "ends": "12:00"}, {"begins": "14:00", "ends": "17:00"}]}


@pytest.fixture
def folder(empty_root: Path) -> Path:
    office = {"code": "office", "name_zh": "窗口", "name_en": "counter", "hours": [NOON]}
    later = {"clock": "act", "level": "orange", "limit": 1, "unit": "working_day", "since": "2026-06-01"}
    return write_district(empty_root / "districts", "noon", rosters=[office], alerts={"clocks": [later]})


def test_every_clock_is_told_in_local_time_with_what_has_passed(folder: Path, sifang: Sifang) -> None:
    asked = ("clocks", "-d", "noon", "--from", "2026-02-13T05:10", "--at", "2026-02-14T11:00")
    told = json.loads(sifang(*asked, "--json").out)
    found = {(c["clock"], c["level"]): (c["begins"], c["due"], c["passed"]) for c in told["clocks"]}
    assert found["acknowledge", "red"][:2] == ("2026-02-13T05:10:00+08:00", "2026-02-13T07:10:00+08:00")
    # Six hours on Friday and two on Saturday, which is worked.
    assert found["acknowledge", "orange"] == ("2026-02-13T09:00:00+08:00", "2026-02-14T11:00:00+08:00", 1.0)
    assert found["act", "orange"][1:] == ("2026-02-24T17:00:00+08:00", pytest.approx(8 / 18))
    assert len(told["clocks"]) == 9
    drawn = sifang(*asked).out
    assert "处置 act" in drawn
    assert "2026-02-24 17:00" in drawn
    assert "counter" in drawn


def test_the_rule_of_the_day_holds_and_what_nobody_knows_is_said(folder: Path, sifang: Sifang) -> None:
    told = json.loads(sifang("clocks", "-d", "noon", "--from", "2026-12-31T16:00", "--json").out)
    orange = next(c for c in told["clocks"] if (c["clock"], c["level"]) == ("act", "orange"))
    assert (orange["limit"], orange["due"], orange["no_due"]) == (1.0, None, "calendar_unknown")
    (folder / "calendar.csv").write_text("day,is\n2027,announced\n", "utf-8")
    told = json.loads(sifang("clocks", "-d", "noon", "--from", "2026-12-31T16:00", "--json").out)
    assert next(c["due"] for c in told["clocks"] if (c["clock"], c["level"]) == ("act", "orange")) == "2027-01-04T16:00:00+08:00"


def test_a_pause_moves_a_clock_and_one_that_goes_on_stops_it(folder: Path, sifang: Sifang) -> None:
    at_work = ("clocks", "-d", "noon", "--from", "2026-03-03T09:00+08:00", "--json")
    for pause, due in (("2026-03-03T10:00/2026-03-03T15:00", "2026-03-03T16:00:00+08:00"), ("2026-03-03T10:00", None)):
        told = json.loads(sifang(*at_work, "--pause", pause).out)
        accept = next(c for c in told["clocks"] if c["clock"] == "accept")
        assert (accept["due"], accept["no_due"]) == (due, None if due else "paused")


def test_what_is_no_moment_or_lies_outside_of_every_calendar_is_refused(folder: Path, sifang: Sifang) -> None:
    assert "is not a moment; write it like 2026-03-31T17:00" in sifang("clocks", "-d", "noon", "--from", "tomorrow").err
    said = sifang("clocks", "-d", "noon", "--from", "1999-12-31T10:00")
    assert (said.code, "The calendar knows nothing of 1999" in said.err) == (1, True)
    assert "Traceback" not in said.err
