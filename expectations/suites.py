"""What is expected of a batch: one suite per feed, made of blocks that every feed shares and what the feed adds.

Belongs here: which checks a source has to pass, in which order, and what a failure does. Does not: running them (``judge``), reason codes
(``transforms.reasons``), whether a point lies in the district (``transforms.grids`` decides that when it locates).

The order is the order of the report: a row that fails several checks is given the first one's reason. Later checks rely on it: a null
``occurred_at`` reads as "unreadable" because rows without any text were already named "missing".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from expectations.crossing import FUTURE_TOLERANCE
from transforms.district import District, Source
from transforms.reasons import REASONS, Tier
from transforms.schema import CANDIDATES, Feed, Status

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

EARLIEST: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
# A discovery channel that is unknown in more than half of the rows makes the audit of discovery worthless.
DISCOVERY_KNOWN_SHARE: Final = 0.5


@dataclass(frozen=True)
class Check:
    """One expectation, and what its failure means: the reason, its tier, and the column to name (never a helper column)."""

    reason: str
    tier: Tier
    column: str | None
    expectation: Expectation


def candidate_checks(source: Source, district: District, *, known_zones: Collection[str] | None, now: dt.datetime) -> tuple[Check, ...]:
    """The suite for one batch of candidates.

    Args:
        source: what the source declares; a check on a column that it does not have is left out.
        district: kinds and their feeds.
        known_zones: the codes of the grid, for sources that deliver a zone; ``None`` leaves the code unchecked.
        now: an aware time; nothing may have occurred more than a day after it.

    Raises:
        ValueError: ``now`` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("'now' needs a time zone")
    suite = _Suite()
    _table(suite, source)
    _key(suite)
    _times(suite, source, now)
    _kind(suite, source, district)
    _status(suite)
    _place(suite, source, known_zones)
    _conflicts(suite, source)
    _FEED_ADDS[source.feed](suite)
    _discovery(suite)
    return tuple(suite.checks)


@dataclass
class _Suite:
    """Checks in order. The words an expectation is made of live in ``engine``, which is slow to import."""

    checks: list[Check] = field(default_factory=list)

    def add(self, reason: str, reads: str | None, expectation: str, /, **how: Any) -> None:
        from expectations import engine

        # Results come back in another order: the number finds the check again, the reason is for whoever reads the suite.
        made = getattr(engine, expectation)(**how, meta={"check": len(self.checks), "reason": reason})
        self.checks.append(Check(reason, REASONS[reason].tier, reads, made))

    def present(self, reason: str, column: str, *, via: str | None = None, mostly: float = 1.0) -> None:
        """``column`` has a value; ``via`` names the helper column that knows."""
        self.add(reason, column, "ExpectPresent", column=via or column, mostly=mostly)

    def between(self, reason: str, column: str, low: Any, high: Any) -> None:
        self.add(reason, column, "ExpectBetween", column=column, min_value=low, max_value=high)

    def one_of(self, reason: str, column: str, values: Collection[str]) -> None:
        self.add(reason, column, "ExpectOneOf", column=column, value_set=sorted(values))

    def not_before(self, reason: str, later: str, earlier: str) -> None:
        """``later`` is not before ``earlier``, with the tolerance of ``crossing``; a row that lacks one of them passes."""
        self.add(
            reason,
            later,
            "ExpectNotBefore",
            column_A=f"latest:{later}",
            column_B=earlier,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )


def _table(suite: _Suite, source: Source) -> None:
    suite.add("column_missing", None, "ExpectColumns", column_set=list(CANDIDATES), exact_match=False)
    suite.add("rows_below_floor", None, "ExpectRowCount", min_value=source.min_rows)


def _key(suite: _Suite) -> None:
    suite.present("key_missing", "key_hash")


def _times(suite: _Suite, source: Source, now: dt.datetime) -> None:
    first, last = (t.astimezone(dt.UTC).replace(tzinfo=None) for t in (EARLIEST, now + FUTURE_TOLERANCE))
    suite.present("time_missing", "occurred_at", via="occurred_text")
    suite.present("time_unreadable", "occurred_at")
    # A closing time that nobody can read would leave its case open for ever.
    suite.between("time_unreadable", "unread_times", 0, 0)
    suite.between("time_out_of_range", "occurred_at", first, last)
    suite.between("time_out_of_range", "reported_at", first, last)
    if source.known_at.rule == "column":
        # A version that never became known would lie in the lake unseen.
        suite.present("time_unreadable", "known_at")
        suite.between("time_out_of_range", "known_at", first, last)
    suite.not_before("time_order", "reported_at", "occurred_at")
    suite.not_before("time_order", "known_at", "reported_at")
    if source.columns.first_contact_at is not None:
        suite.not_before("time_order", "first_contact_at", "reported_at")
    if source.columns.closed_at is not None:
        suite.not_before("time_order", "closed_at", "occurred_at")
        suite.not_before("time_order", "closed_at", "reported_at")


def _kind(suite: _Suite, source: Source, district: District) -> None:
    suite.present("kind_missing", "kind", via="kind_text")
    suite.present("kind_unknown", "kind")
    suite.one_of("kind_unknown", "kind", [k.code for k in district.kinds.values() if k.feed == source.feed])
    # Without a value it is neither: mapping gives every known kind its usual severity where the source has no column for it.
    suite.present("severity_invalid", "severity")
    suite.between("severity_invalid", "severity", 1, 4)


def _status(suite: _Suite) -> None:
    suite.present("status_unknown", "status", via="readable:status")
    suite.one_of("status_unknown", "status", [s.value for s in Status])


def _place(suite: _Suite, source: Source, known_zones: Collection[str] | None) -> None:
    by_point = source.columns.point is not None or source.columns.lon is not None
    by_zone = source.columns.zone is not None
    if by_point and by_zone:
        # Either will do; what is there must be right.
        suite.present("coordinates_missing", "lon", via="located")
    elif by_point:
        suite.present("coordinates_missing", "lon", via="place_text")
        suite.present("coordinates_impossible", "lon")
        suite.present("coordinates_impossible", "lat")
    else:
        suite.present("coordinates_missing", "zone")
    if by_point:
        suite.between("coordinates_impossible", "lon", -180, 180)
        suite.between("coordinates_impossible", "lat", -90, 90)
        # Zero, zero is in the Gulf of Guinea, and what systems write for "not located".
        suite.add("coordinates_impossible", "lon", "ExpectBetween", column="from_zero_zero", min_value=0, strict_min=True)
    if by_zone and known_zones is not None:
        suite.one_of("zone_unknown", "zone", known_zones)


def _conflicts(suite: _Suite, source: Source) -> None:
    # Sources that merge deliver several rows of one incident on purpose. Rows that repeat another one entirely are gone before this.
    if not source.merge:
        suite.add("key_conflict", "key_hash", "ExpectUnique", column="key_hash")


def _discovery(suite: _Suite) -> None:
    suite.present("discovery_unknown", "discovery", via="known:discovery", mostly=DISCOVERY_KNOWN_SHARE)


def _fire_hazard(suite: _Suite) -> None:
    suite.present("department_missing", "department", via="named_where_due")


def _public_order(suite: _Suite) -> None:
    """Nobody is assigned to an incident: the common blocks are all."""


def _stability(suite: _Suite) -> None:
    suite.present("department_missing", "department")


_FEED_ADDS: Final = {Feed.FIRE_HAZARD: _fire_hazard, Feed.PUBLIC_ORDER: _public_order, Feed.STABILITY: _stability}
