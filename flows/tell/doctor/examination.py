"""Every check in the order in which its finding is read, and what each needs to have opened.

Belongs here: the list, and telling what could not be looked at. Does not: the checks themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from flows.tell.doctor import (
    arrivals,
    backups,
    calendar,
    clocks,
    declaration,
    deep,
    files,
    home,
    key,
    lock,
    messages,
    nights,
    readings,
    sources,
    stores,
    unlikely,
)
from flows.tell.doctor.finding import Finding, fault
from flows.tell.doctor.looking import Look, looked
from flows.tell.doctor.patient import Patient, admitted
from infra.settings import Settings


class Need(StrEnum):
    """What must have opened before a check can look."""

    FOLDER = "the district's folder"
    WAREHOUSE = "the warehouse"


@dataclass(frozen=True)
class Check:
    """One check: what it looks at, how, what it needs, and what it means where it cannot look."""

    what: str
    look: Callable[[Patient], Iterable[Finding]]
    needs: frozenset[Need] = frozenset()
    means: str = "nobody can vouch for it"

    def lacks(self, patient: Patient) -> list[Need]:
        """What it needs and did not open."""
        opened = {Need.FOLDER: patient.folder, Need.WAREHOUSE: patient.warehouse}
        return [need for need in Need if need in self.needs and opened[need] is None]


_FOLDER, _WAREHOUSE, _BOTH = frozenset({Need.FOLDER}), frozenset({Need.WAREHOUSE}), frozenset(Need)

CHECKS = (
    Check("district.toml", declaration.unfilled_lines, _FOLDER),
    Check("columns", declaration.columns, _FOLDER),
    Check("series", declaration.series, _FOLDER),
    Check("coverage", declaration.areas, _FOLDER),
    Check("grid", declaration.grid, _BOTH, "no night is computed"),
    Check("sources", sources.sources, _FOLDER),
    Check("calendar", calendar.calendar, _FOLDER, "no night is computed"),
    Check("hash key", key.key, means="nothing can be taken in"),
    Check("clock", clocks.clock_on_its_own),
    Check("clock and records", clocks.clock_and_records, _BOTH),
    Check("home", home.home),
    Check("disk", home.disks),
    Check("lake", stores.lake, means="no night is computed"),
    Check("lake and warehouse", stores.lake_and_warehouse, means="no night is computed"),
    Check("lock", lock.lock, _WAREHOUSE),
    Check("refusals", arrivals.refusals, _WAREHOUSE),
    Check("readings", readings.readings, _BOTH),
    Check("batches under way", arrivals.under_way, _WAREHOUSE),
    Check("landed files", arrivals.landed, _WAREHOUSE),
    Check("messages", messages.messages, _WAREHOUSE),
    Check("not made", messages.owed, _WAREHOUSE),
    Check("nights", nights.nights, _BOTH),
    Check("backup", backups.backups, _BOTH),
)
DEEP = (
    Check("lake, every file", stores.lake_deep, means="no night is computed"),
    Check("database", deep.database, _WAREHOUSE),
    Check("bytes of landed files", arrivals.rotten),
    Check("ledger", deep.ledger, _WAREHOUSE),
    Check("scores", deep.scores, _WAREHOUSE),
    Check("models", deep.models, _WAREHOUSE),
    Check("district versions", deep.versions, _WAREHOUSE),
    Check("alerts", deep.alerts, _WAREHOUSE),
)
FILES = (Check("tonight's files", files.rehearsed, _FOLDER), Check("reports", unlikely.taken_in, _BOTH))


def examine(code: str, settings: Settings, *, deep: bool = False, files: bool = False) -> tuple[Finding, ...]:
    """Look at everything a night needs. Never raises for what it finds, and keeps nothing of what it reads.

    Args:
        code: the district.
        settings: where everything is.
        deep: also prove every file of the lake and every row hash, the ledger, and both stores against each other.
        files: also read the newest file of each source as tonight would, and compare what was taken in with what is usual anywhere.
    """
    checks = (*CHECKS, *(DEEP if deep else ()), *(FILES if files else ()))
    with admitted(code, settings) as (patient, findings):
        for check in checks:
            if not check.lacks(patient):
                findings += looked(Look(check.what, partial(check.look, patient), check.means))
        return (*findings, *_not_looked_at(checks, patient))


def _not_looked_at(checks: Iterable[Check], patient: Patient) -> Iterable[Finding]:
    """What nobody can vouch for because something did not open. Of a warehouse that no run has made yet there is nothing to say."""
    for need in Need:
        names = [check.what for check in checks if check.lacks(patient)[:1] == [need]]
        if names and (need is Need.FOLDER or patient.is_begun):
            yield fault(f"without {need}", f"could not look: {', '.join(names)}", "nobody can vouch for these", f"Mend {need} first.")
