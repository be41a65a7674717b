"""Digests of what a night was computed from, so that a night whose inputs changed can be told from one whose did not.

Belongs here: order-independent digests of reports and exposure. Does not: comparing them with stored ones (``flows.nights.plan``).

A digest covers what the score reads, as the night sees it: a case that closed after the night began is open in it, whatever is known
later, so a later closing makes no night stale. Digests are the same in every process and release (``transforms.reports.hashes``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.rules import Clock
from transforms.reports.hashes import Words, row_words
from transforms.schema import REPORTS, UTC
from transforms.words import DutyClock, Status

# Everything that the panel, the stock and the clocks read of a report.
SCORED_COLUMNS = (
    *("source", "kind", "severity", "count", "precision", "occurred_on", "cell_id", "spot"),
    *("department", "status", "due_at", "closed_at"),
    *("first_department", "confirmed", "clock_from", "extended_until", "paused_days", "transfers", "reopens"),
)
# Moments that a night does not know of where they lie after it began; when a case closed is one too, but opens it again.
LATER = ("first_contact_at", "accepted_at")


def _of_ids(ids: pl.Series) -> Words:
    """Report IDs are hex digests already; their first 16 digits are the word."""
    return ids.str.slice(0, 16).str.decode("hex").bin.reinterpret(dtype=pl.UInt64, endianness="big").to_numpy()


@dataclass(frozen=True)
class Read:
    """The columns that a district's nights read of a report: what it says, and moments that a night does not know yet."""

    scored: tuple[str, ...] = SCORED_COLUMNS
    later: tuple[str, ...] = LATER

    @classmethod
    def by(cls, clocks: Collection[Clock]) -> Self:
        """With what the further clocks of a district ask beside all that others read."""
        urgency = ("urgency",) if any(clock.urgency for clock in clocks) else ()
        recheck = ("recheck_at",) if any(clock.clock is DutyClock.RECHECK for clock in clocks) else ()
        return cls((*SCORED_COLUMNS, *urgency), (*LATER, *recheck))


class ReportWords:
    """One word per report, from its ID and the columns that are ``read``, and what that word is while the case is still open.

    A digest of some reports is that of their number, sum and xor: of any of them, in whatever order, on whatever night.
    """

    def __init__(self, reports: pl.DataFrame, read: Read | None = None) -> None:
        read = read or Read()
        assert {*read.scored, *read.later} <= set(REPORTS)
        ids = _of_ids(reports["report_id"])
        self._words = row_words(reports, read.scored, ids)
        self._said = [_Said.of(reports, column, place, ids) for place, column in enumerate(read.later, start=1)]
        closed = reports["closed_at"].is_not_null()
        self._closing = np.flatnonzero(closed.to_numpy())
        self._closed_at = reports["closed_at"].filter(closed).dt.epoch("us").to_numpy()
        reopened = reports.filter(closed).with_columns(status=pl.lit(Status.OPEN.value), closed_at=pl.lit(None, UTC))
        self._while_open = row_words(reopened, read.scored, ids[self._closing])

    def digest(self, first: int, last: int, night_start: dt.datetime | None = None) -> str:
        """Digest of the reports in rows ``first`` to ``last``, those that closed from ``night_start`` on as open ones."""
        words = self._words[first:last]
        if not len(words):
            return "none"
        if night_start is not None:
            begin, end = np.searchsorted(self._closing, [first, last])
            later = begin + np.flatnonzero(self._closed_at[begin:end] >= round(night_start.timestamp() * 1e6))
            if len(later):
                words = words.copy()
                words[self._closing[later] - first] = self._while_open[later]
        words = np.concatenate([words, *(said.before(first, last, night_start) for said in self._said)])
        total = (len(words), int(np.add.reduce(words)), int(np.bitwise_xor.reduce(words)))
        return hashlib.blake2b(json.dumps(total).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, eq=False)
class _Said:
    """One word for each report that tells such a moment, in which row it stands, and the moment in microseconds."""

    words: Words
    row: NDArray[np.int64]
    moment: NDArray[np.int64]

    @classmethod
    def of(cls, reports: pl.DataFrame, column: str, place: int, ids: Words) -> Self:
        """Of a column of moments, which is in that place among them."""
        told = reports[column].is_not_null()
        row = np.flatnonzero(told.to_numpy())
        some = reports.filter(told)
        # Which moment it is enters too: answered and accepted at once are two things.
        return cls(row_words(some, (column,), ids[row] ^ np.uint64(place)), row, some[column].dt.epoch("us").to_numpy())

    def before(self, first: int, last: int, night_start: dt.datetime | None) -> Words:
        """The words of rows ``first`` to ``last`` whose moment lies before the night, where one is given."""
        begin, end = np.searchsorted(self.row, [first, last])
        words = self.words[begin:end]
        return words if night_start is None else words[self.moment[begin:end] < round(night_start.timestamp() * 1e6)]


def exposure_digest(source_days: pl.DataFrame) -> str:
    """Digest of the shares arrived, schema ``SOURCE_DAYS``. The words for them (ok, late) do not enter; they change no number."""
    ordered = source_days.sort("source", "day")
    text = "\n".join(f"{s} {d} {share!r}" for s, d, share in ordered.select("source", "day", "share_arrived").iter_rows())
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def night_digest(reports: str, exposure: str, scoring_hash: str, training: Mapping[str, str]) -> str:
    """Digest of all inputs of a night: what was visible, what had arrived, the rules, and what its references were made from."""
    parts = [reports, exposure, scoring_hash, dict(sorted(training.items()))]
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=12).hexdigest()
