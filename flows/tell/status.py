"""What is there and whether it can be trusted: `sifang status` and `sifang doctor`, as plain values.

Belongs here: gathering. Does not: drawing (``flows.cli.app``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.intake.rehearsal import rehearse
from flows.stores import Context, has_warehouse
from infra import clock
from infra.districts import drafting, holidays
from infra.districts import folder as district_folder
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.landing.words import landed_words
from infra.settings import Settings, fingerprint
from infra.sources.sample import sample, zone_places
from infra.warehouse.alerts import alerts_of
from infra.warehouse.batches import ledger_versions
from infra.warehouse.engine import connect
from infra.warehouse.evaluations import evaluations_of
from infra.warehouse.ledger import ledger
from infra.warehouse.models import models_of
from infra.warehouse.nights import latest_night, night_row
from infra.warehouse.quarantine import quarantine_counts
from infra.warehouse.runs import runs_of
from infra.warehouse.source_days import source_days_of
from infra.warehouse.upgrade import current_revision, head_revision
from transforms.backtest.record import record
from transforms.reports.kind_words import changed, unmapped
from transforms.scoring.standings import standings
from transforms.workshop.proposal.draft import Known
from transforms.workshop.proposal.propose import Proposal, propose

COUNTS = ("delivered", "accepted", "merged", "duplicate", "quarantined", "out_of_scope")


def ledger_by_source(context: Context) -> pl.DataFrame:
    """The ledger summed over batches, per source, with the number of batches and of refused ones."""
    batches = ledger(context.warehouse)
    return (
        batches.group_by("source")
        .agg(batches=pl.len(), refused=(pl.col("state") == "refused").sum(), **{c: pl.col(c).sum() for c in COUNTS})
        .sort("source")
    )


def status(context: Context) -> dict[str, Any]:
    """The last published night, the sources' last fourteen days, the ledger, quarantine, how models stand, alerts, recent runs."""
    night = latest_night(context.warehouse)
    row = night_row(context.warehouse, night) if night else None
    days = source_days_of(context.warehouse, night) if night else None
    return {
        "district": context.code,
        "night": night.isoformat() if night else None,
        "revision": row.revision if row else None,
        "as_of": row.as_of.isoformat() if row else None,
        "lake_seq": context.lake.sequence(),
        "waiting_files": _waiting(context),
        "ledger": ledger_by_source(context).to_dicts(),
        "unmapped": unmapped_words(context),
        "quarantine": quarantine_counts(context.warehouse).to_dicts(),
        "source_days": {} if days is None or days.is_empty() else _last_days(days),
        "record": _record(context, night),
        "models": _standings(context, row.model_ids) if row else {},
        "alerts_open": len(alerts_of(context.warehouse, ["open", "reopened"])),
        "runs": [
            {k: (v.isoformat() if hasattr(v, "isoformat") else v) for k, v in run.items() if k != "summary"}
            for run in runs_of(context.warehouse, 5).to_dicts()
        ],
    }


def _record(context: Context, night: dt.date | None) -> list[dict[str, Any]]:
    """How the forecasts of the last graded weeks did, per category and level."""
    if night is None:
        return []
    graded = record(evaluations_of(context.warehouse, night))
    return graded.with_columns(pl.col("first", "last").cast(pl.String)).to_dicts()


def _standings(context: Context, model_ids: Sequence[str]) -> dict[str, list[str]]:
    """Series by how their models stand."""
    found = models_of(context.warehouse, model_ids=model_ids)
    return standings([dict(m.payload) for m in found if m.kind == "model"])


def unmapped_words(context: Context) -> list[dict[str, Any]]:
    """Words of landed rows that no codelist maps: those that may be shown, and how many others there are (``word`` null)."""
    found: list[dict[str, Any]] = []
    for source in context.district.sources:
        words = landed_words(context.settings.landing(context.code) / source.code, source)
        shown, hidden, rows = unmapped(words, source, context.district)
        found += [{"source": source.code, "word": w, "rows": n} for w, n in shown.select("word", "count").iter_rows()]
        found += [{"source": source.code, "word": None, "words": hidden, "rows": rows}] if hidden else []
    return found


def codelist_changes(context: Context) -> list[dict[str, Any]]:
    """What the folder as it is now would change about the kinds of landed rows, against the version under which each was last read."""
    found: list[dict[str, Any]] = []
    for source in context.district.sources:
        versions = ledger_versions(context.warehouse, source.code)
        if not versions:
            continue
        before = context.at_version(versions[-1][1]).district
        if source.code not in {s.code for s in before.sources}:
            continue
        words = landed_words(context.settings.landing(context.code) / source.code, source)
        changes = changed(words, (before.source(source.code), before), (source, context.district))
        found += [{"source": source.code, **row} for row in changes.to_dicts()]
    return found


def proposal(file: Path, folder: Path | None = None) -> Proposal:
    """How to declare a file that nobody has declared yet, in the district of ``folder`` if there is one already.

    Raises:
        SifangError: it cannot be read as a table, or the district does not load.
    """
    district = drafting.surroundings(district_folder.load(folder)) if folder is not None else None
    return propose(sample(file), Known(zone_places(), drafting.glossary(), district))


def _waiting(context: Context) -> int:
    from flows.intake.new_files import new_files
    from infra.sources.deliveries import Seen

    return sum(1 for _ in new_files(context, Seen(context.settings.landing(context.code))))


def _last_days(days: pl.DataFrame) -> dict[str, dict[str, int]]:
    recent = days.filter(pl.col("day") > days["day"].max() - pl.duration(days=14))
    counted = recent.group_by("source", "state").agg(days=pl.len()).sort("source", "state")
    found: dict[str, dict[str, int]] = {}
    for source, state, number in counted.iter_rows():
        found.setdefault(source, {})[state] = number
    return found


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at. ``ok`` is None for something worth knowing that is no fault."""

    what: str
    ok: bool | None
    detail: str


def examine(code: str, settings: Settings) -> list[Finding]:
    """Look at everything a night needs: folder, files (the newest of each source is read), calendar, key, warehouse, lake.

    Never raises for what it finds, and keeps nothing of what it reads.
    """
    findings: list[Finding] = []

    def look(what: str, action: Any) -> Any:
        try:
            detail = action()
        except SifangError as error:
            findings.append(Finding(what, False, str(error)))
            return None
        except OSError as error:
            findings.append(Finding(what, False, f"{error.strerror or error}: {Path(str(error.filename)).name}"))
            return None
        findings.append(Finding(what, True, detail[0] if isinstance(detail, tuple) else str(detail)))
        return detail[1] if isinstance(detail, tuple) else detail

    def folder_of() -> tuple[str, district_folder.DistrictFolder]:
        loaded = district_folder.load(district_folder.find(code, settings.district_roots))
        return (
            f"{loaded.district.name_en}: {len(loaded.cells)} cells, {len(loaded.district.sources)} sources, version {loaded.version}",
            loaded,
        )

    folder = look("district folder", folder_of)
    if folder is not None:
        if left := drafting.unfilled(folder.path):
            findings.append(Finding("district.toml", None, f"still says FILL IN in line {', '.join(map(str, left))}"))
        for source in folder.district.sources:
            try:
                files = folder.source_files(source.code)
            except SifangError as error:
                findings.append(Finding(f"source {source.code}", False, str(error)))
                continue
            if not files:
                findings.append(Finding(f"source {source.code}", None, f"no file matches {', '.join(source.files)}"))
                continue
            try:
                ok, detail = rehearse(folder, source, files[-1])
            except SifangError as error:
                ok, detail = False, str(error)
            findings.append(Finding(f"source {source.code}", ok, f"{len(files)} files; {detail}"))
        year = clock.now().year
        look(
            "holiday calendar",
            lambda: f"{len(holidays.between(folder.district.calendar, year, year + 1))} holidays in {year} and {year + 1}",
        )
    look("hash key", lambda: f"set, fingerprint {fingerprint(settings.hash_key())}")
    look("warehouse", lambda: _warehouse(settings))
    look("lake", lambda: f"commit {Lake(settings.lake(code)).sequence()}")
    return findings


def _warehouse(settings: Settings) -> str:
    if not has_warehouse(settings):
        return "empty; the first run makes it"
    engine = connect(settings.warehouse)
    try:
        here, head = current_revision(engine), head_revision()
    finally:
        engine.dispose()
    if here != head:
        raise SifangError(f"The warehouse is at {here}, this version needs {head}.", "Run `sifang db upgrade`.")
    return f"up to date ({head})"
