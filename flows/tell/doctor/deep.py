"""Everything that can be proved and takes its time: `doctor --deep`.

Belongs here: one finding per thing that is proved. Does not: proving it (``infra.warehouse.proving``), the lake's files (``stores``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from flows.tell.doctor.finding import Finding, fault, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse import proving
from infra.warehouse.intake.ledger import ledger as batches_of
from transforms.words.counting import many

_NAMED: Final = 5
_RESTORE: Final = "Restore the warehouse from a backup, together with its lake."


def database(patient: Patient) -> Iterator[Finding]:
    """Whether the file of the database is whole."""
    assert patient.warehouse is not None
    if said := proving.integrity(patient.warehouse):
        yield fault("database", f"damaged: {'; '.join(said[:_NAMED])}", "nothing that it says can be believed", _RESTORE)
    else:
        yield sound("database", "whole")


def ledger(patient: Patient) -> Iterator[Finding]:
    """Whether every batch balances, and lake and ledger hold the same rows of each."""
    assert patient.warehouse is not None
    batches = batches_of(patient.warehouse)
    stored = batches.filter(pl.col("state") == "stored")
    wrong = [f"{name} delivered {n:,}, and {accounted:,} are accounted for" for name, n, accounted in _out_of_balance(stored)]
    lake = patient.lake
    held = lake.collect(lake.versions().group_by("batch_id").agg(rows=pl.len().cast(pl.Int64)))
    # A report that was withdrawn by a row which could not enter has a version of its own for that.
    entered = stored.select("batch_id", "file_name", entered=pl.col("accepted") + pl.col("withdrawn"))
    both = entered.join(held, on="batch_id", how="left").with_columns(pl.col("rows").fill_null(0))
    may_lack = lake.was_purged()
    for name, entering, rows in both.select("file_name", "entered", "rows").sort("file_name").iter_rows():
        if rows > entering or (rows < entering and not may_lack):
            wrong.append(f"the lake holds {many(rows, 'row')} of {name}, and the ledger let {entering:,} in")
    # What a kill left between the two is in the ledger as landed, or not yet; the look at both tells of it.
    if strange := int(held.join(batches, on="batch_id", how="anti")["rows"].sum()):
        wrong.append(f"the lake holds {many(strange, 'row')} of batches that the ledger does not know")
    if wrong:
        means = "rows are missing, or counted twice"
        yield fault("ledger", f"{'; '.join(wrong[:_NAMED])}{_more(wrong)}", means, _RESTORE)
    else:
        yield sound("ledger", f"{many(len(stored), 'batch')} balance, and the lake holds their rows")


def _out_of_balance(stored: pl.DataFrame) -> Iterator[tuple[str, int, int]]:
    accounted = stored.with_columns(accounted=pl.sum_horizontal("accepted", "merged", "duplicate", "quarantined", "out_of_scope"))
    wrong = accounted.filter(pl.col("accounted") != pl.col("delivered"))
    yield from wrong.select("file_name", "delivered", "accounted").iter_rows()


def scores(patient: Patient) -> Iterator[Finding]:
    """Whether every row of scores is what its hash says."""
    assert patient.warehouse is not None
    wrong = [
        f"night {night}, revision {revision}: {rows or 'all'} rows" for night, revision, rows in proving.changed_scores(patient.warehouse)
    ]
    means = "what dashboards show of these nights is not what was published"
    yield from _told("scores", wrong, "are not what was published", "every row is what its hash says", means)


def models(patient: Patient) -> Iterator[Finding]:
    """Whether every model and reference is what it is named by, and all that nights name are kept."""
    assert patient.warehouse is not None
    wrong = [*proving.changed_models(patient.warehouse), *(f"{name} (missing)" for name in proving.lost_models(patient.warehouse))]
    yield from _told("models", wrong, "are not what their names say", "all are what their names say", "nights cannot be replayed")


def versions(patient: Patient) -> Iterator[Finding]:
    """Whether every stored version of the district is what it is named by, and all that nights name are kept."""
    assert patient.warehouse is not None
    wrong = proving.changed_versions(patient.warehouse)
    said = "are missing, or not what their names say"
    yield from _told("district versions", wrong, said, "all are what their names say", "nights cannot be replayed")


def alerts(patient: Patient) -> Iterator[Finding]:
    """Whether every alert is what its events add up to."""
    assert patient.warehouse is not None
    wrong = proving.misfolded_alerts(patient.warehouse)
    yield from _told(
        "alerts", wrong, "are not what their events add up to", "all are what their events add up to", "people see a wrong state"
    )


def _told(what: str, wrong: list[str], said: str, well: str, means: str) -> Iterator[Finding]:
    if wrong:
        yield fault(what, f"{len(wrong)} {said}: {', '.join(wrong[:_NAMED])}{_more(wrong)}", means, _RESTORE)
    else:
        yield sound(what, well)


def _more(wrong: list[str]) -> str:
    return f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
