"""What a city delivers over hundreds of nights, and what is scheduled and asked for meanwhile: the same for every home.

Belongs here: the district, the files that arrive before each night, the flows that are due. Does not: what befalls a home (``soak``).

A day has its nightly; where something arrives late an amendment; the sweep, the purge; on Sundays the compaction. One feed is silent for
nine nights and comes in one go. On some days the machine is down, and what was missed is due at once. Every twentieth night an operator
restates the nights before it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.helpers import nine, tiny

# Ahead of every machine: what the program asks of a disk (when an entry changed, when a commit was made) lies in the past, as it must.
FIRST = dt.date(2040, 6, 11)
HISTORY_DAYS = 120
# Nights counted from the first one.
_SILENT = range(9, 18)
_DOWN_EVERY, _DOWN_FOR = 19, 2
_LATE_EVERY, _LATE_BY = 7, 4
_CORRECTED_EVERY = 10
BACKFILL_EVERY = 20
NIGHTLY = "flows.nightly.nightly"
_ZONE = dt.timezone(dt.timedelta(hours=8))
_DAY = dt.timedelta(days=1)
Command = tuple[str, ...]


def write(root: Path, nights: int) -> None:
    """The district, an empty inbox, and the files of every night in ``stage``."""
    nine.write_district(root / "districts")
    declaration = root / "districts" / nine.CODE / "district.toml"
    bounded = f"synthetic = true\nhistory_days = {HISTORY_DAYS}\n"
    # A country whose working days follow from rules: nobody knows those of China so far ahead.
    text = declaration.read_text("utf-8").replace("synthetic = true\n", bounded).replace('calendar = "CN"', 'calendar = "DE"')
    declaration.write_text(text, "utf-8")
    (root / "inbox").mkdir()
    for number in range(nights):
        for stage, files in deliveries(number).items():
            folder = root / "stage" / stage
            folder.mkdir(parents=True)
            for name, rows in files.items():
                rows.write_csv(folder / name)


def night_of(number: int) -> dt.date:
    """The date of a night."""
    return FIRST + number * _DAY


def deliveries(number: int) -> dict[str, dict[str, pl.DataFrame]]:
    """What arrives before a night, and what arrives after it, by stage and file."""
    if number == 0:
        since = FIRST - HISTORY_DAYS * _DAY
        return {"0": {f"{s}_0.csv": nine.rows_of(s, since, FIRST - _DAY) for s in tiny.SOURCES}}
    files: dict[str, pl.DataFrame] = {}
    for source in tiny.SOURCES:
        if source == "fire" and number in _SILENT:
            continue
        days = [*_SILENT, number] if source == "fire" and number == _SILENT.stop else [number]
        files |= {f"{source}_{day}.csv": _of(source, day) for day in days}
    if _is_late(number):
        files[f"order_{number}.csv"] = files[f"order_{number}.csv"][::2]
    if number % _CORRECTED_EVERY == 0 and number >= _CORRECTED_EVERY:
        released = f"{night_of(number)} 01:00:00"
        corrected = _of("order", number - 3)[:4].with_columns(released=pl.lit(released), kind=pl.lit("assault"))
        files[f"order_{number}_corrected.csv"] = corrected
    after = number - _LATE_BY
    late = {f"order_{after}_late.csv": _of("order", after)[1::2]} if after > 0 and _is_late(after) else {}
    return {str(number): files} | ({f"{number}-late": late} if late else {})


def _is_late(number: int) -> bool:
    return number % _LATE_EVERY == 3


def _of(source: str, number: int) -> pl.DataFrame:
    day = night_of(number) - _DAY
    return nine.rows_of(source, day, day)


def commands(number: int) -> tuple[Command, ...]:
    """What happens on the day of a night, in its order."""
    night, due = night_of(number), [number]
    happens: list[Command] = [("!arrive", str(number))]
    if _is_down(number):
        return tuple(happens)
    while _is_down(due[0] - 1):
        due.insert(0, due[0] - 1)
    starts = [moment(night_of(each), 5) for each in due]
    happens += [_flow(NIGHTLY, start, at=starts[-1], also_due=starts) for start in starts]
    if number >= _LATE_BY and _is_late(number - _LATE_BY) and number - _LATE_BY > 0:
        happens += [("!arrive", f"{number}-late"), _flow(NIGHTLY, moment(night, 7), {"amend": True})]
    happens.append(_flow("flows.sweep.sweep", moment(night, 12)))
    if number and number % BACKFILL_EVERY == 0:
        asked = {"first": str(night_of(number - BACKFILL_EVERY)), "last": str(night_of(number - 1)), "reason": "late-data"}
        happens.append(_flow("flows.backfill.backfill", moment(night, 14), asked))
    happens.append(_flow("flows.serving.chores.purge", moment(night, 22)))
    if night.isoweekday() == 7:
        happens.append(_flow("flows.serving.chores.compact", moment(night, 23)))
    return tuple(happens)


def _is_down(number: int) -> bool:
    return number > _DOWN_FOR and number % _DOWN_EVERY >= _DOWN_EVERY - _DOWN_FOR


def moment(night: dt.date, hour: int) -> dt.datetime:
    """An hour of a day in the district, in UTC."""
    return dt.datetime.combine(night, dt.time(hour), _ZONE).astimezone(dt.UTC)


def _flow(
    name: str,
    due: dt.datetime,
    parameters: Mapping[str, object] | None = None,
    *,
    at: dt.datetime | None = None,
    also_due: list[dt.datetime] | None = None,
) -> Command:
    """A flow that an engine begins at a moment. It is begun ten seconds after it was due, as engines are."""
    begun = (at or due) + dt.timedelta(seconds=10)
    moments = [moment.isoformat() for moment in also_due or [due]]
    order = {"flow": name, "parameters": {"district": nine.CODE, **(parameters or {})}, "at": begun.isoformat()}
    return "!flow", json.dumps(order | {"due": due.isoformat(), "also_due": moments})
