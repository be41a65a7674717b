"""What tonight would make of a source's newest file, without keeping anything of it: a declaration's faults before its first night.

Belongs here: the steps of ingesting up to the lake, on one file, counted. Does not: ingesting (``flows.intake.ingest``), checks that need
earlier batches. Of a value nothing is told but its shape, and of words those that may be shown.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.intake.ingest import locate, too_many_outside
from flows.intake.right_datum import require_best_datum
from infra import clock
from infra.districts.folder import DistrictFolder
from infra.landing import landing
from infra.sources.deliveries import delivered_in
from infra.sources.fetching import Place
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered
from transforms.district.source import Source
from transforms.reports.kind_words import counted, unmapped
from transforms.reports.mapping import merge_incidents, to_candidates
from transforms.words.reasons import REASONS
from transforms.workshop.proposal.columns import shape

# Nothing of a rehearsal is kept, so any key tells rows apart as well as the district's own.
_ANY_KEY = b"rehearsal"
# From this share on somebody should look at what was set aside, or at what was merged.
_WORTH_A_LOOK = 0.05
_MOSTLY_MERGED = 0.5
_WORDS = 8
# Reasons about how a value is written; how it looks tells more than its row number.
_ABOUT_WRITING = {"time_unreadable", "coordinates_impossible", "zone_unknown"}


def _unheard(_done: int, _total: int) -> None:
    """Nobody waits for how far fetching is."""


def rehearse(folder: DistrictFolder, source: Source, place: Place) -> tuple[bool | None, str]:
    """What becomes of the files of a place: whether all is well (None: worth a look, False: refused), and it in words.

    Raises:
        SifangError: the place cannot be read.
    """
    said = [_file(folder, source, file) for file in delivered_in(place, source, _unheard)]
    verdicts = {ok for ok, _ in said}
    return False if False in verdicts else None if None in verdicts else True, "; ".join(text for _, text in said)


def _file(folder: DistrictFolder, source: Source, file: Delivered) -> tuple[bool | None, str]:
    try:
        if file.refusal is not None:
            raise file.refusal
        identity = landing.identify(file.content, source.code, "")
        batch = landing.scan(file.take(), file.name, source, identity, Path(), _ANY_KEY)
        return _batch(folder, source, batch)
    except UnusableFile as refusal:
        return False, f"{file.name} would be refused: {REASONS[refusal.reason].words.en} ({refusal.detail})"


def _batch(folder: DistrictFolder, source: Source, batch: landing.Scanned) -> tuple[bool | None, str]:
    # Great Expectations takes ten seconds to import; only a district with files pays for it.
    from expectations.judge import judge
    from expectations.verdict import split

    now, district = clock.now(), folder.district
    candidates = to_candidates(batch.rows, source, district, now)
    # Whatever their share is, all of them are to be named; the share is asked below.
    patient = source.model_copy(update={"max_quarantined": 1.0})
    good, rejects = candidates, batch.personal.clear()
    if len(candidates):
        verdict = judge(candidates, patient, district, known_zones=folder.zones_named_by(source), now=now)
        if verdict.stops:
            raise UnusableFile(verdict.stops[0].reason, ", ".join(s.column or f"{s.rows} rows" for s in verdict.stops))
        good, rejects = split(candidates, verdict)
    require_best_datum(folder, source, good)
    good, merged = merge_incidents(good) if source.merge else (good, 0)
    located, outside = locate(folder, good)
    set_aside = pl.concat([batch.personal, rejects, outside])

    counts = {
        "accepted": len(located),
        "merged": merged,
        "duplicate": batch.duplicate,
        "set aside": len(set_aside),
        "out of scope": batch.out_of_scope,
    }
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    said = [f"{batch.file_name}, its newest, would bring {batch.delivered} rows: {told}"]
    said += _reasons(source, batch.rows, set_aside) + _words(folder, source, batch.rows)
    if merged > _MOSTLY_MERGED * max(1, len(good) + merged):
        said.append("most rows are merged: check that rows with the same key are one incident")
    in_scope = batch.delivered - batch.out_of_scope
    if len(rejects) > source.max_quarantined * max(1, len(candidates)) or too_many_outside(source, located, rejects, outside):
        return False, f"{'; '.join(said)}; it would be refused, for more than {source.max_quarantined:.0%} are set aside (max_quarantined)"
    unwell = not len(located) or len(set_aside) > _WORTH_A_LOOK * max(1, in_scope) or len(said) > 1 + bool(len(set_aside))
    return None if unwell else True, "; ".join(said)


def _reasons(source: Source, landed: pl.DataFrame, set_aside: pl.DataFrame) -> list[str]:
    """Why rows are set aside, the most frequent first, in the source's own columns."""
    said = []
    by_reason = set_aside.group_by("reason", "column").len().sort("len", "reason", "column", descending=[True, False, False])
    for reason, field, rows in by_reason.iter_rows():
        columns = [c for c in _columns(source, field) if c in landed.columns]
        looks = ""
        if reason in _ABOUT_WRITING and columns:
            of = set_aside.filter(pl.col("reason") == reason, pl.col("column").eq_missing(pl.lit(field)))
            written = landed.join(of.select("row"), left_on="_row", right_on="row", how="semi")
            looks = f", written like {' and '.join(repr(shape(written[c])) for c in columns)}"
        where = f" (in {', '.join(columns)}{looks})" if columns else ""
        said.append(f"{rows} rows: {REASONS[reason].words.en}{where}")
    return said


def _columns(source: Source, field: str | None) -> list[str]:
    """The columns of the file in which a check looked."""
    if field in {"lon", "lat", "place_text"}:
        return [*source.columns.of("lon"), *source.columns.of("lat"), *source.columns.of("point")]
    if field == "unread_times":
        return [c for f in ("reported_at", "due_at", "first_contact_at", "closed_at") for c in source.columns.of(f)]
    plain = (field or "").removesuffix("_text")
    return source.columns.of(plain) if plain in type(source.columns).model_fields else []


def _words(folder: DistrictFolder, source: Source, landed: pl.DataFrame) -> list[str]:
    """The words that have no kind, as far as they may be shown."""
    shown, hidden, rows = unmapped(counted(landed, source), source, folder.district)
    named = [f"{word!r} ({n})" for word, n in shown.select("word", "count").head(_WORDS).iter_rows()]
    rest = hidden + len(shown) - len(named)
    if rest:
        named.append(f"{rest} more, in {rows + int(shown['count'].sum()) - int(shown['count'].head(_WORDS).sum())} rows")
    return [f"words without a kind: {', '.join(named)}"] if named else []
