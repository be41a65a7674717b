"""Until when clocks are known, and from when they run: of a silent source beside one that speaks, of reports that are dated anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from infra.districts.calendars import calendar
from tests.helpers.made import ZONE, at, cells, district, known_days, panel, reports, source
from transforms.district.declaration import District
from transforms.duty.known import Grounds, heard_and_stale, known_clocks
from transforms.duty.share import duty_performance
from transforms.reports.versions import promised, standing
from transforms.scoring.risk import score_night

NIGHT = dt.date(2025, 6, 16)
DAY = dt.timedelta(days=1)
FIRST = NIGHT - 200 * DAY
WEST = [[(112.9, 34.9), (113.0074, 34.9), (113.0074, 35.1), (112.9, 35.1)]]
OTHERS = [source("fire", "fire_hazard"), source("order", "public_order")]


def place(desk_tells: str = "dispute", **of_desk: Any) -> District:
    """Services come from the hotline, disputes from a desk of their own."""
    hotline = source("hotline", "stability", kinds={"a": "service"})
    return district(sources=[hotline, source("desk", "stability", kinds={"b": desk_tells}, **of_desk), *OTHERS])


def case(source_code: str, opened: dt.date, closed: dt.date | None = None, **more: Any) -> dict[str, Any]:
    """A case with ten days' time."""
    kind = "service" if source_code == "hotline" else "dispute"
    done = None if closed is None else at(closed)
    department = "served" if source_code == "hotline" else "heard"
    row = {"kind": kind, "source": source_code, "occurred_at": at(opened), "due_at": at(opened + 10 * DAY), "closed_at": done}
    return {**row, "department": department, **more}


def cases(source_code: str, last: dt.date) -> list[dict[str, Any]]:
    """Two cases a day until a day, each closed four days later where that was before it."""
    opened = [last - k * DAY for k in range(120)]
    closed = [day + 4 * DAY if day + 4 * DAY <= last else None for day in opened]
    return [case(source_code, day, done, cell_id=cell) for day, done in zip(opened, closed, strict=True) for cell in ("c0000", "c0303")]


def days(desk: dt.date) -> pl.DataFrame:
    """Every source on every day, the desk until one."""
    spoke = known_days(FIRST, NIGHT - DAY, ("fire", "order", "hotline"))
    return pl.concat([spoke, known_days(FIRST, desk, ("desk",))]).sort("source", "day")


@pytest.mark.parametrize("silent", [15, 20])
def test_what_a_silent_source_left_open_is_not_missed_because_another_of_its_feed_speaks(silent: int) -> None:
    last, some = NIGHT - (silent + 1) * DAY, place()
    rows = reports([*cases("hotline", NIGHT - DAY), *cases("desk", last)])
    seen = panel(rows, days(last), NIGHT, some)
    lately, stale = heard_and_stale(seen, some)
    assert not stale
    assert (lately["hotline"], lately["desk"]) == (at(NIGHT, 0), at(last + DAY, 0))
    lines = duty_performance(known_clocks(seen, rows, some, Grounds(), lately), some.duty, {}, ZONE.key)
    # As on the day it was last heard of: the ten cases then open may be kept yet.
    then = duty_performance(
        known_clocks(seen, rows.filter(pl.col("source") == "desk"), some, Grounds(), {"desk": at(last + DAY, 0)}), some.duty, {}, ZONE.key
    )
    counts = ["subdistrict", "clocks", "breached", "overdue", "ghosts"]
    assert lines.filter(department="heard").select(counts).equals(then.select(counts))
    assert (lines["breached"].sum(), lines["overdue"].sum()) == (0, 0)


@pytest.mark.parametrize(("of_desk", "unscored"), [({}, {"W", "E"}), ({"coverage": {"area": WEST}}, {"W"})])
def test_once_a_source_is_silent_for_too_long_nothing_is_said_where_it_had_clocks(of_desk: dict[str, Any], unscored: set[str]) -> None:
    last, some = NIGHT - 30 * DAY, place(**of_desk)
    theirs = [row for row in cases("desk", last) if not of_desk or row["cell_id"] == "c0000"]
    rows = reports([*cases("hotline", NIGHT - DAY), *theirs])
    seen = panel(rows, days(last), NIGHT, some)
    assert set(heard_and_stale(seen, some)[1]) == {"desk"}
    told = score_night(seen, rows, some, {}).scores.filter(category="political")
    stale = told.filter(pl.col("reason") == "stale").join(cells(), on="cell_id")["subdistrict"].unique()
    assert set(stale) == unscored


def test_who_ended_as_declared_or_is_replaced_everywhere_is_not_silent() -> None:
    last = NIGHT - 30 * DAY
    replaced, ended = place("service"), place(coverage={"until": last})
    elsewhere = district(
        sources=[
            source("hotline", "stability", kinds={"a": "service"}, coverage={"area": WEST}),
            source("desk", "stability", kinds={"b": "service"}),
            *OTHERS,
        ]
    )
    for some, stale in ((replaced, set()), (ended, set()), (elsewhere, {"desk"}), (place(), {"desk"})):
        rows = reports(cases("hotline", NIGHT - DAY))
        found = heard_and_stale(panel(rows, days(last), NIGHT, some), some, ["hotline", "long_gone"])
        assert set(found[1]) == stale
        assert found[0].get("desk", at(NIGHT, 0)) == at(NIGHT, 0)
        # What is declared no more has ended.
        assert found[0]["long_gone"] == at(NIGHT, 0)


CONTACT = {"clock": "first_contact", "feed": "stability", "limit": 2}


def test_a_report_that_is_dated_anew_keeps_its_first_date_and_is_counted_as_moved() -> None:
    told = {"occurred_at": "o", "kind": "k", "zone": "z", "first_contact_at": "f"}
    some = district(sources=[source("hotline", "stability", columns=told), *OTHERS], clocks=[CONTACT])
    opened = NIGHT - 12 * DAY
    first = case("hotline", opened, report_id="r", first_contact_at=at(opened + 6 * DAY), closed_at=at(opened + 7 * DAY))

    def clocks(*versions: dict[str, Any]) -> dict[str, dict[str, Any]]:
        told_all = reports([{**v, "recorded_seq": k, "order_key": k, "report_id": "r"} for k, v in enumerate(versions, 1)])
        rows = standing(told_all, ())
        seen = panel(rows, known_days(FIRST, NIGHT - DAY, ("fire", "order", "hotline")), NIGHT, some)
        lately, _ = heard_and_stale(seen, some)
        found = known_clocks(seen, rows, some, Grounds(promised(told_all), calendar("CN", ZONE.key)), lately)
        return {row["clock"]: row for row in found.iter_rows(named=True)}

    def redated(by: int, after: int) -> dict[str, Any]:
        """The report and its deadline so many days later, told so many days after it was first known."""
        return {
            **first,
            "clock_from": at(opened + by * DAY),
            "due_at": first["due_at"] + by * DAY,
            "known_at": at(opened + after * DAY, 13),
        }

    honest = clocks(first)
    assert not honest["first_contact"]["moved"]
    cheated = clocks(first, redated(5, 8))
    for clock in ("first_contact", "deadline"):
        assert {k: v for k, v in cheated[clock].items() if k != "moved"} == {k: v for k, v in honest[clock].items() if k != "moved"}
        assert cheated[clock]["moved"]
    # Who mistyped it has a day to mend it, and an earlier date is believed at once.
    mended = clocks(first, redated(5, 1))["first_contact"]
    assert (mended["starts"], mended["moved"]) == (at(opened + 5 * DAY), False)
    earlier = clocks(first, redated(-3, 8))["first_contact"]
    assert (earlier["starts"], earlier["moved"]) == (at(opened - 3 * DAY), False)
