"""What the sending systems release and how they write it: which version in which file, in which words, columns and time formats.

Belongs here: releases and the text of every column of the three sources. Does not: the course of cases (``cases``),
faults (``dirt``), bytes (``infra.districts.simulated``).

A day's file holds each case that was entered or changed that day, as it stood at midnight. A monthly file of the history is an export of
such cases as they stood at its end, each stamped with the release at which it first appeared in that month; so no file holds one case in
two versions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.grids.datum import Datum, from_wgs84
from transforms.workshop.simulator.cases import NEVER, Cases
from transforms.workshop.simulator.events import DAY_S, Bools, Ground, Ints
from transforms.workshop.simulator.states import State, state_at
from transforms.workshop.simulator.world import DEPARTMENTS, KINDS

# Helper columns beside the text; they never reach a file.
FILE_DAY, CASE, UNIT, RESENT, PLANTED, OCCURRED_S, FORMAT = (
    f"~{n}" for n in ("file_day", "case", "units", "resent", "planted", "occurred_s", "format")
)
HELPERS: Final = (FILE_DAY, CASE, UNIT, RESENT, PLANTED, OCCURRED_S, FORMAT)
TIME_FORMATS: Final = {
    "fire": ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M"),
    "order": ("%Y-%m-%d %H:%M:%S", "%Y%m%d %H%M%S"),
    "stability": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"),
}
STATUS_WORDS: Final = {
    "fire": {"open": "整改中", "reopened": "复查不合格", "closed": "已整改", "withdrawn": "已撤销"},
    "order": {"open": "处置中", "reopened": "处置中", "closed": "已办结", "withdrawn": "已撤销"},
    "stability": {"open": "办理中", "reopened": "重新办理", "closed": "已办结", "withdrawn": "已撤回"},
}
_PREFIX: Final = {"fire": "XF", "order": "JQ", "stability": "GD"}
_RELEASE_S: Final = 3 * 3600 + 30 * 60
_RELEASE_JITTER_S: Final = 600


@dataclass(frozen=True)
class Releases:
    """One entry per case and file: positions in the cases, the day named by the file, the moment of the state, the moment of release."""

    case: Ints
    file_day: Ints
    as_of: Ints
    released: Ints
    resent: Bools


def release(cases: Cases, first: int, live: int, file_day_of: Ints, skipped: int | None, rng: np.random.Generator) -> Releases:
    """Collect the versions that become visible from day ``first`` on, up to the last day of ``file_day_of``.

    Day numbers count from the origin. Days before ``live`` are history. ``file_day_of`` gives for each day the day its file is named by.
    ``skipped`` is a day on which nothing is sent; its versions go with the next day's.
    """
    last_day = len(file_day_of) - 1
    case, moment, again = [np.arange(len(cases.entered))], [cases.entered], [np.zeros(len(cases.entered), dtype=bool)]
    for change in (*cases.changes(), cases.resent):
        happens = np.flatnonzero((change < NEVER) & (change > cases.entered))
        case.append(happens)
        moment.append(change[happens])
        again.append(np.full(len(happens), change is cases.resent))
    which, when = np.concatenate(case), np.concatenate(moment)
    day = when // DAY_S
    if skipped is not None:
        day = np.where(day == skipped, skipped + 1, day)
    # A withdrawn case is never sent again.
    wanted = (when <= cases.withdrawn[which]) & (day >= first) & (day <= last_day)
    found = (
        pl.DataFrame({"case": which[wanted], "day": day[wanted], "again": np.concatenate(again)[wanted], "file": file_day_of[day[wanted]]})
        .group_by("case", "file")
        .agg(pl.col("day").min(), pl.col("day").max().alias("last"), pl.col("again").all())
        .sort("file", "day", "case")
        .with_columns(earlier=pl.col("file").shift(1).over("case").is_not_null())
    )
    jitter = rng.integers(-_RELEASE_JITTER_S, _RELEASE_JITTER_S, last_day + 1)
    file, appeared = found["file"].to_numpy(), found["day"].to_numpy()
    return Releases(
        case=found["case"].to_numpy(),
        file_day=file,
        as_of=(np.where(file < live, file, found["last"].to_numpy()) + 1) * DAY_S - 1,
        released=(appeared + 1) * DAY_S + _RELEASE_S + jitter[appeared],
        # Sent again with nothing new: a duplicate, if what it repeats was sent at all.
        resent=(found["again"] & found["earlier"]).to_numpy(),
    )


def _clock(seconds: Ints, origin: dt.date, formats: tuple[str, str], second_format: Bools) -> pl.Series:
    """Seconds as local times in one of two formats; null where never."""
    epoch = (origin - dt.date(1970, 1, 1)).days * DAY_S
    frame = pl.DataFrame({"s": seconds + epoch, "known": seconds < NEVER, "other": second_format})
    at = pl.from_epoch(pl.when("known").then("s"), time_unit="s")
    return frame.select(pl.when("other").then(at.dt.strftime(formats[1])).otherwise(at.dt.strftime(formats[0]))).to_series()


def _words(words: list[str | None], positions: Ints) -> pl.Series:
    """Words at positions; -1 finds the null at the end."""
    return pl.Series([*words, None], dtype=pl.String).gather(np.where(positions < 0, len(words), positions))


def _keys(cases: Cases, case: Ints, source: str, origin: dt.date) -> pl.Series:
    """The sending system's own number: a prefix, the day of the report, a running number."""
    day = cases.reported[case] // DAY_S + (origin - dt.date(1970, 1, 1)).days
    frame = pl.DataFrame({"day": day, "number": cases.number[case]})
    date = pl.from_epoch("day", time_unit="d").dt.strftime("%Y%m%d")
    return frame.select(pl.concat_str(pl.lit(_PREFIX[source]), date, pl.col("number").cast(pl.String).str.zfill(5))).to_series()


def _fire_status(status: pl.Series, kind: Ints) -> pl.Series:
    """A fire is dealt with where a hazard is put right."""
    fire = pl.Series(np.array([k.group == "fire" for k in KINDS])[kind])
    return status.replace({"整改中": "处置中", "已整改": "已处置"}).zip_with(fire, status)


@dataclass(frozen=True)
class _Sender:
    """The releases of one source, and how its system writes what it holds about each case."""

    cases: Cases
    releases: Releases
    ground: Ground
    source: str
    origin: dt.date
    datum: Datum

    @cached_property
    def state(self) -> State:
        """What it held at the moment of each release."""
        return state_at(self.cases, self.releases.case, self.releases.as_of)

    @cached_property
    def other_format(self) -> Bools:
        """Which terminal wrote the case decides its time format, so that a version sent again is the same text."""
        result: Bools = (self.cases.number % 5 == 0)[self.releases.case]
        return result

    def clock(self, seconds: Ints) -> pl.Series:
        """Moments as text."""
        return _clock(seconds, self.origin, TIME_FORMATS[self.source], self.other_format)

    def key(self) -> pl.Series:
        """The system's own numbers."""
        return _keys(self.cases, self.releases.case, self.source, self.origin)

    def kind(self) -> pl.Series:
        """Kinds in the system's words."""
        return _words([k.text for k in KINDS], self.state.kind)

    def discovery(self) -> pl.Series:
        """Who noticed, in the system's words."""
        return pl.Series(self.cases.discovery[self.releases.case].tolist(), dtype=pl.String)

    def status(self) -> pl.Series:
        """Where each case stands, in the system's words."""
        return pl.Series(self.state.status).replace_strict(STATUS_WORDS[self.source], return_dtype=pl.String)

    def place(self, lon_lat: tuple[str, str], zone: str) -> dict[str, pl.Series]:
        """The columns that say where: longitude and latitude, or the cell's code where cells have no places."""
        if not self.ground.placed:
            return {zone: self.cell()}
        point = self.cases.point[self.releases.case]
        places = from_wgs84(self.ground.lon[self.state.cell, point], self.ground.lat[self.state.cell, point], self.datum)
        return {name: pl.Series(values).round(6).cast(pl.String) for name, values in zip(lon_lat, places, strict=True)}

    def cell(self) -> pl.Series:
        """The codes of cells."""
        return _words(list(self.ground.cell_id), self.state.cell)

    def premises(self) -> dict[str, pl.Series]:
        """At which premises a hazard is: every third one in a cell that has some; no column where the district has no register."""
        if not self.ground.premises:
            return {}
        hazard = np.array([k.group == "hazard" for k in KINDS])[self.state.kind]
        there = hazard & (self.cases.number[self.releases.case] % 3 == 0)
        return {"单位编码": _words(list(self.ground.premises), np.where(there, self.state.cell, -1))}

    def helpers(self) -> dict[str, Ints | Bools]:
        """What the faults and the truth about the files are made of."""
        case = self.releases.case
        return {
            FILE_DAY: self.releases.file_day,
            CASE: case,
            UNIT: self.cases.units[case],
            RESENT: self.releases.resent,
            PLANTED: self.cases.planted[case],
            OCCURRED_S: self.state.occurred,
            FORMAT: self.other_format.astype(np.int64),
        }


def _fire(sender: _Sender) -> dict[str, pl.Series]:
    key, case = sender.key(), sender.releases.case
    return {
        "事件编号": key,
        "力量序号": pl.repeat("1", len(key), eager=True),
        "发生时间": sender.clock(sender.state.occurred),
        "报告时间": sender.clock(sender.cases.reported[case]),
        "类别": sender.kind(),
        "等级": pl.Series(sender.cases.severity[case]).cast(pl.String),
        "发现方式": sender.discovery(),
        **sender.place(("经度", "纬度"), "网格编码"),
        **sender.premises(),
        "责任部门": _words(list(DEPARTMENTS), sender.state.department),
        "处置状态": _fire_status(sender.status(), sender.state.kind),
        "整改期限": sender.clock(sender.cases.due[case]),
        "办结时间": sender.clock(sender.state.closed),
        # Without this count, open, closed and open again would read as two times the same.
        "复查退回次数": pl.Series(sender.state.reopens).cast(pl.String),
        "发布时间": sender.clock(sender.releases.released),
    }


def _order(sender: _Sender) -> dict[str, pl.Series]:
    return {
        "incident_no": sender.key(),
        "occurred_time": sender.clock(sender.state.occurred),
        "report_time": sender.clock(sender.cases.reported[sender.releases.case]),
        "incident_class": sender.kind(),
        "discovery": sender.discovery(),
        **sender.place(("longitude", "latitude"), "grid_code"),
        "department": _words(list(DEPARTMENTS), sender.state.department),
        "status": sender.status(),
        "closed_time": sender.clock(sender.state.closed),
        "release_time": sender.clock(sender.releases.released),
    }


def _stability(sender: _Sender) -> dict[str, pl.Series]:
    return {
        "工单编号": sender.key(),
        "发生时间": sender.clock(sender.state.occurred),
        "受理时间": sender.clock(sender.cases.reported[sender.releases.case]),
        "事项类型": sender.kind(),
        "来源渠道": sender.discovery(),
        "网格编码": sender.cell(),
        "承办部门": _words(list(DEPARTMENTS), sender.state.department),
        "首接部门": _words(list(DEPARTMENTS), sender.state.first_department),
        "办理状态": sender.status(),
        "办结期限": sender.clock(sender.cases.due[sender.releases.case]),
        "首次响应时间": sender.clock(sender.state.contacted),
        "办结时间": sender.clock(sender.state.closed),
        "转办次数": pl.Series(sender.state.transfers).cast(pl.String),
        "重开次数": pl.Series(sender.state.reopens).cast(pl.String),
        "发布时间": sender.clock(sender.releases.released),
    }


_COLUMNS: Final = {"fire": _fire, "order": _order, "stability": _stability}


def write_rows(cases: Cases, releases: Releases, ground: Ground, source: str, origin: dt.date, datum: Datum) -> pl.DataFrame:
    """Every row of every file of one source as text, in order, with the helper columns at the end; points in ``datum``."""
    sender = _Sender(cases, releases, ground, source, origin, datum)
    rows = pl.DataFrame({**_COLUMNS[source](sender), **sender.helpers()})
    if source == "fire":
        # One row per unit that was sent.
        numbers = pl.int_ranges(1, pl.col(UNIT) + 1).alias("力量序号")
        rows = rows.with_columns(numbers).explode("力量序号", empty_as_null=False).cast({"力量序号": pl.String})
    return rows
