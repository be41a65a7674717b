"""Which nights to run and as of when, decided before anything runs.

Belongs here: refusing what must not be run, the nights of a backfill. Does not: running them (``flows.nights.night``).
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

import polars as pl
from pydantic import Field

from flows.nights.night import refuse_past
from flows.nights.replay import is_stale
from flows.stores import Context
from infra import progress
from infra.errors import SifangError, WrongNameError
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.nights.nights import night_row, retracted_nights
from infra.warehouse.nights.runs import Kind, RunTerms
from transforms.clocks.nights import cutoff, span
from transforms.district.declaration import District
from transforms.reports.privacy import personal_values
from transforms.words.backfills import BackfillReason

PastMode: TypeAlias = Literal["restate", "as_known"]

# Whatever a district declares: no sentence, and nothing that would stand for somebody.
_TICKET: Final = re.compile(r"[A-Za-z0-9._/#-]{1,24}")


@dataclass(frozen=True)
class PastNights:
    """Which past nights to run again, why, and with whose knowledge: today's (restate) or that of their time (as_known)."""

    first: dt.date
    last: dt.date
    reason: str
    mode: PastMode = "restate"
    kind: Kind = "backfill"


@dataclass(frozen=True)
class PlannedNight:
    """A night that would run: as of when, which revision is stored, and whether its district would be another version than then."""

    night: dt.date
    as_of: dt.datetime
    stored_revision: int | None
    why: str
    district_version_changes: bool


# The shape of a reason: a sentence is refused where a run is asked for, before anybody stores its parameters.
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}(: ?[A-Za-z0-9._/#-]{1,24})?$")]


def run_id(kind: Kind, now: dt.datetime) -> str:
    """A name that no other run has: several may begin in one second."""
    return f"{kind}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def checked_reason(text: str, ticket: str) -> str:
    """A reason as its code, or ``code:TICKET``.

    Args:
        text: as it was written.
        ticket: the regular expression that a ticket number of the district fits.

    Raises:
        WrongNameError: another code. What was written is not repeated.
        SifangError: no such ticket.
    """
    code, colon, number = (part.strip() for part in text.partition(":"))
    if code not in set(BackfillReason):
        raise WrongNameError(
            "That is not a reason code.", f"Write one of {', '.join(BackfillReason)}, and perhaps ':' and a ticket number."
        )
    if not colon:
        return code
    written = pl.Series([number])
    if not _TICKET.fullmatch(number) or personal_values(written)[0] or not written.str.contains(f"^(?:{ticket})$")[0]:
        raise SifangError("What stands behind the reason is no ticket number.", f"Write one that fits {ticket}, or leave it out.")
    return f"{code}:{number}"


def asked_night(context: Context, night: dt.date | None, now: dt.datetime) -> dt.date:
    """The night that a nightly is asked for, today's in the district where none is named.

    Raises:
        SifangError: a later night is already published, or it has not begun.
    """
    chosen = night or now.astimezone(context.district.zone).date()
    nightly_run(context, chosen, None, "asked", now=now)
    return chosen


def nightly_run(
    context: Context,
    night: dt.date,
    newest_known: dt.datetime | None,
    run_id: str,
    kind: Kind = "nightly",
    *,
    now: dt.datetime | None = None,
) -> RunTerms:
    """The live run of a night.

    Its as_of is the cutoff, or, where something landed later on the night's date or an earlier revision saw later, that moment: what was
    taken in for this night counts for it, also where the command that took it in died before it came to the night.

    Raises:
        SifangError: a later night is already published, or the night has not begun at ``now`` (not asked where that is None: a demo
            has a time of its own).
    """
    if now is not None:
        _require_begun(context, night, now, "--night")
    refuse_past(context, night)
    stored = night_row(context.warehouse, night)
    moments = [cutoff(night, context.district), newest_known, _landed_on(context, night), stored.as_of if stored else None]
    return RunTerms(night, max(m for m in moments if m is not None), None, kind, "nightly", run_id)


def _landed_on(context: Context, night: dt.date) -> dt.datetime | None:
    """When the last batch whose rows are known from landing on was landed on the night's date; None where none was."""
    sources = [s.code for s in context.district.sources if s.known_at.rule == "landing"]
    landed = ledger(context.warehouse).filter(
        pl.col("state") == "stored",
        pl.col("source").is_in(sources),
        pl.col("landed_at").dt.convert_time_zone(context.district.timezone).dt.date() == night,
    )["landed_at"]
    newest: dt.datetime | None = max(landed.to_list(), default=None)
    return newest


def newest_known(district: District, records: Sequence[BatchRecord]) -> dt.datetime | None:
    """The newest moment at which any of these batches landed, of those whose rows are known from then on and not by a declared rule."""
    landed = [r.landed_at for r in records if r.state == "stored" and district.source(r.source).known_at.rule == "landing"]
    return max(landed, default=None)


def stale_runs(context: Context, runs: list[RunTerms], now: dt.datetime) -> list[RunTerms]:
    """Of the runs of a restating backfill, those whose night was published from other inputs than it has now."""
    chosen = []
    for number, run in enumerate(runs):
        progress.tell(f"compare {run.night}", number, len(runs))
        if is_stale(context, run.night, now):
            chosen.append(run)
    return chosen


def backfill_runs(context: Context, asked: PastNights, now: dt.datetime, run_id: str) -> list[RunTerms]:
    """The runs of a backfill, oldest first.

    Restate looks at every night with what is known now. As-known looks with the night's own as_of and lake commit, where it was
    published before, and otherwise at its cutoff.

    Raises:
        SifangError: the nights are out of order or in the future.
    """
    if asked.first > asked.last:
        raise SifangError(f"--from {asked.first} lies after --to {asked.last}.", "Swap them.")
    _require_begun(context, asked.last, now, "--to")
    runs = []
    for night in span(asked.first, asked.last):
        as_of, lake_seq = now, None
        if asked.mode == "as_known":
            stored = night_row(context.warehouse, night)
            as_of, lake_seq = (stored.as_of, stored.lake_seq) if stored else (cutoff(night, context.district), None)
        runs.append(RunTerms(night, as_of, lake_seq, asked.kind, asked.mode, run_id, asked.reason))
    return runs


def _require_begun(context: Context, night: dt.date, now: dt.datetime, option: str) -> None:
    """Refuse a night of the future: once published, it would shut out every night before it."""
    today = now.astimezone(context.district.zone).date()
    if night > today:
        raise SifangError(f"Night {night} has not begun; today is {today} in {context.district.timezone}.", f"Choose an earlier {option}.")


def planned(context: Context, asked: PastNights, now: dt.datetime, *, stale: bool = False) -> list[PlannedNight]:
    """What a backfill would run, of which nothing is done; ``stale`` leaves out nights whose inputs are those they were published from.

    Raises:
        SifangError: the nights are out of order or in the future.
    """
    runs = backfill_runs(context, asked, now, "planned")
    return describe(context, stale_runs(context, runs, now), "its inputs changed") if stale else describe(context, runs)


def describe(context: Context, runs: list[RunTerms], why: str = "asked for") -> list[PlannedNight]:
    """What a dry run shows."""
    described = []
    taken_back = {retracted.night for retracted in retracted_nights(context.warehouse)}
    for run in runs:
        stored = night_row(context.warehouse, run.night)
        changes = stored is not None and stored.district_version != context.folder.at(run.night).version
        revision = stored.revision if stored else None
        unpublished = "was taken back" if run.night in taken_back else "never published"
        described.append(PlannedNight(run.night, run.as_of, revision, why if stored else unpublished, changes))
    return described
