"""Run a suite over a batch of candidates and reduce what it found to reasons and row numbers.

Belongs here: the crossing, the run and the reduction, and failing closed. Does not: what is expected (``suites``), acting on a verdict
(``verdict``, ``infra``). Values of rows never leave ``judge``: not in the verdict, not in the log, not in an exception.

Two passes. The first asks only whether each check passed, the second asks the few that did not for positions, so the costly question is
put to them alone. Figures stand in ``expectations/README.md``.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expectations.crossing import cross, header
from expectations.questions import Check, HasColumns, columns_of
from expectations.suites import candidate_checks
from expectations.verdict import Finding, Verdict
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.schema import QUARANTINED
from transforms.words.reasons import Tier

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult as Result

_log = logging.getLogger(__name__)

# Positions come back as lists of Python numbers, 40 bytes each. Asking few checks at a time bounds them to some 80 MB.
_POSITIONS_AT_ONCE = 2_000_000

# What the library works out for one check stays until all that are asked with it are answered. Of many rows that is memory taken from the
# system anew each time, and takes longer than the checks (measured); of few, asking anew does.
_ROWS_AT_ONCE = 1_000_000

# Headers that passed. Whether columns are there depends on their names alone, and every batch of a night has the same ones.
_complete: set[tuple[str, ...]] = set()


def get_ready() -> None:
    """Begin to import Great Expectations beside other work, such as waiting for a server; whoever needs it first waits for the rest."""
    threading.Thread(target=_import_engine, name="import of great_expectations").start()


def _import_engine() -> None:
    # What is wrong is said where the engine is used: there a batch is refused for it.
    with suppress(Exception):
        import_module("expectations.engine")


def judge(frame: pl.DataFrame, source: Source, district: District, *, known_zones: Collection[str] | None, now: dt.datetime) -> Verdict:
    """What the suite of ``source`` says about a batch of candidates.

    Args:
        frame: schema ``CANDIDATES``, free of exact repeats, ``row`` unique; further columns are ignored.
        source: where the batch comes from.
        district: kinds and their feeds.
        known_zones: the codes of the grid, for sources that deliver a zone; ``None`` leaves the code unchecked.
        now: an aware time; nothing may have occurred more than a day after it.

    Returns:
        A verdict that fails closed: a frame without rows, a suite without checks and a check that could not run all stop the batch. Where
        too many rows would be set aside, the batch stops as soon as that is certain; the rejects are then those found so far.

    Raises:
        ValueError: a column has another type than ``CANDIDATES`` says, ``row`` is not unique, or ``now`` is naive.
    """
    started = time.perf_counter()
    if frame.is_empty():
        return Verdict((Finding("no_rows", None, 0),), QUARANTINED.to_frame(), (), 0, time.perf_counter() - started)
    checks = candidate_checks(source, district, known_zones=known_zones, now=now)
    return replace(_run(frame, checks, source, district), checks=len(checks), seconds=time.perf_counter() - started)


def _run(frame: pl.DataFrame, checks: Sequence[Check], source: Source, district: District) -> Verdict:
    """The verdict on a batch with at least one row."""
    on_header = [c for c in checks if isinstance(c.asks, HasColumns)]
    on_rows = [c for c in checks if not isinstance(c.asks, HasColumns)]
    if not on_header or not on_rows:
        return _stopped([Finding("check_failed_to_run", None, len(frame))])
    if tuple(frame.columns) not in _complete:
        failed, broken = _failed(header(frame), on_header)
        if failed or broken:
            return _stopped([*_stops(failed, len(frame)), *_could_not_run(broken, len(frame))])
        _complete.add(tuple(frame.columns))

    if frame["row"].null_count() or frame["row"].n_unique() != len(frame):
        raise ValueError("candidates: every row needs a number of its own in 'row'")
    table = cross(frame, columns_of(on_rows), source, district)
    failed, broken = _failed(table, on_rows)
    first = np.full(len(frame), len(checks), dtype=np.int32)
    warnings: list[Finding] = []
    aside: list[Finding] = []
    stops = _stops([c for c in failed if c.tier is Tier.STOP], len(frame))
    # Rows to set aside come first: too many of them stop the batch, and nobody reads its warnings then.
    asked = sorted((c for c in failed if c.tier is not Tier.STOP), key=lambda c: c.tier is Tier.WARN)
    at_once = max(1, _POSITIONS_AT_ONCE // len(frame))
    for start in range(0, len(asked), at_once):
        found, unfound = _positions(table, asked[start : start + at_once])
        broken += unfound
        for check, positions in found:
            kept = warnings if check.tier is Tier.WARN else aside
            kept.append(Finding(check.reason, check.column, len(positions)))
            if check.tier is Tier.QUARANTINE:
                first[positions] = np.minimum(first[positions], checks.index(check))
        rejected = int((first < len(checks)).sum())
        if rejected > source.max_quarantined * len(frame):
            stops.append(Finding("quarantine_share", None, rejected))
            break
    stops += _could_not_run(broken, len(frame))
    return Verdict(tuple(stops), _rejects(frame["row"], first, checks), tuple(warnings), 0, 0.0, tuple(aside))


def _stopped(stops: Sequence[Finding]) -> Verdict:
    return Verdict(tuple(stops), QUARANTINED.to_frame(), (), 0, 0.0)


def _results(table: pd.DataFrame, checks: Sequence[Check], *, positions: bool) -> list[tuple[Check, Result | None]]:
    """Each check with its result, None where it could not run or was left out."""
    from expectations import engine

    try:
        results = engine.run(table, [c.asks for c in checks], positions=positions)
    except Exception as error:  # noqa: BLE001 (whatever broke, the batch is refused; its message could quote values)
        _log.error("the checks could not run: %s", type(error).__name__)
        results = []
    return list(zip_longest(checks, results[: len(checks)]))


def _failed(table: pd.DataFrame, checks: Sequence[Check]) -> tuple[list[Check], list[Check]]:
    """The checks that failed, and those that could not run."""
    at_once = max(1, _ROWS_AT_ONCE // max(1, len(table)))
    parts = [_results(table, checks[start : start + at_once], positions=False) for start in range(0, len(checks), at_once)]
    said = [(check, None if result is None else result.success) for part in parts for check, result in part]
    return [c for c, success in said if success is not None and not success], [c for c, success in said if success is None]


def _positions(table: pd.DataFrame, checks: Sequence[Check]) -> tuple[list[tuple[Check, NDArray[np.int64]]], list[Check]]:
    """Where each check failed, and the checks that would not say."""
    found, broken = [], []
    for check, result in _results(table, checks, positions=True):
        said = None if result is None else result.result.get("unexpected_index_list")
        # A check that failed names at least one row; silence would let that row pass.
        if said:
            found.append((check, np.asarray(said, dtype=np.int64)))
        else:
            broken.append(check)
    return found, broken


def _stops(checks: Sequence[Check], rows: int) -> list[Finding]:
    return [Finding(c.reason, c.column, rows) for c in checks]


def _could_not_run(checks: Sequence[Check], rows: int) -> list[Finding]:
    """One stop per column whose checks could not run."""
    return [Finding("check_failed_to_run", column, rows) for column in dict.fromkeys(c.column for c in checks)]


def _rejects(rows: pl.Series, first: NDArray[np.int32], checks: Sequence[Check]) -> pl.DataFrame:
    """One reject per position whose first failed check is set, in row order."""
    positions = np.flatnonzero(first < len(checks))
    which = pl.Series(first[positions])
    return pl.DataFrame(
        {
            "row": rows.gather(positions),
            "reason": pl.Series([c.reason for c in checks], dtype=pl.String).gather(which),
            "column": pl.Series([c.column for c in checks], dtype=pl.String).gather(which),
        },
        schema=QUARANTINED,
    ).sort("row")
