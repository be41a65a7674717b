"""What tonight would make of a source's newest file, without keeping anything of it: a declaration's faults before its first night.

Belongs here: the road walked with one file, and what comes of it in words. Does not: the road (``flows.intake.road``), checks that need
earlier batches (``flows.intake.ingest``). Of a value nothing is told but its shape, and of words those that may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.intake.checks import UnfitFile
from flows.intake.right_datum import no_earlier_reports
from flows.intake.road import walk
from infra import clock
from infra.districts.folder import DistrictFolder
from infra.landing.identity import identify
from infra.landing.scanning import Scanned, scan
from infra.sources.deliveries import delivered_in
from infra.sources.fetching import Place
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered
from transforms.district.live import Paged
from transforms.district.source import Source
from transforms.reports.delivery import Delivery, order_key
from transforms.reports.kind_words import counted, telling, unmapped
from transforms.reports.mapping import to_candidates
from transforms.reports.names import reduced
from transforms.reports.outlook import mostly_merged, worth_a_look, would_be_refused
from transforms.reports.shapes import shape
from transforms.reports.walked import Walked
from transforms.words.counting import many
from transforms.words.reasons import REASONS

# Nothing of a rehearsal is kept, so any key tells rows apart as well as the district's own.
_ANY_KEY = b"rehearsal"
_WORDS = 8
# What a batch says of its texts that somebody should decide.
_TELLING = {"time_two_days", "row_ragged", "row_no_report"}
# Reasons about how a value is written; how it looks tells more than its row number.
_ABOUT_WRITING = {"time_unreadable", "coordinates_impossible", "zone_unknown"}


@dataclass(frozen=True)
class Rehearsed:
    """What would become of files, in words. ``well`` is None where they are worth a look, False where they would be refused."""

    well: bool | None
    said: str


def rehearse(folder: DistrictFolder, source: Source, place: Place, key: bytes | None = None) -> Rehearsed:
    """What becomes of the files of a place. Under the ``key`` of the district their names are shown as a night shows them.

    Raises:
        UnreachableError: the store in which it lies does not answer.
    """
    files = [rehearsed(folder, source, file, key) for file in delivered_in(place, source)]
    verdicts = {file.well for file in files}
    return Rehearsed(False if False in verdicts else None if None in verdicts else True, "; ".join(file.said for file in files))


def _named(source: Source, file: Delivered, key: bytes) -> str:
    """As a night names it: what a source answers has no name but the source's."""
    live = source.live
    return source.code if isinstance(live, Paged) else reduced(file.name, [live.shown] if live else source.files, source.members, key)


def rehearsed(folder: DistrictFolder, source: Source, file: Delivered, key: bytes | None = None) -> Rehearsed:
    """What becomes of one file; ``key`` as for ``rehearse``."""
    name = _named(source, file, key or _ANY_KEY)
    try:
        if file.refusal is not None:
            raise file.refusal
        batch = scan(file.take(), file.name, source, identify(file.content, _ANY_KEY), _ANY_KEY)
        # Whatever their share is, all rows that are set aside are to be named; the share is asked below.
        patient = source.model_copy(update={"max_quarantined": 1.0})
        now = clock.now()
        zones, calendar = folder.zones_named_by(source), folder.calendar_of_clocks
        candidates = to_candidates(batch.rows, source, folder.district, now, zones, calendar)
        delivery = Delivery(patient, batch.identity.batch_id, now, order_key(now, 0))
        walked = walk(candidates, delivery, folder, _ANY_KEY, no_earlier_reports)
        return _told(folder, source, batch, walked, name)
    except UnusableFile as refusal:
        stops = refusal.stops if isinstance(refusal, UnfitFile) else ()
        why = ", ".join(s.column or f"{many(s.rows, 'row')}" for s in stops) or refusal.detail
        return Rehearsed(False, f"{name} would be refused: {REASONS[refusal.reason].words.en} ({why})")


def _told(folder: DistrictFolder, source: Source, batch: Scanned, walked: Walked, name: str) -> Rehearsed:
    set_aside = pl.concat([batch.personal, walked.rejects, walked.outside])
    counts = {
        "accepted": len(walked.versions),
        "merged": walked.merged,
        "duplicate": batch.duplicate,
        "set aside": len(set_aside),
        "out of scope": batch.out_of_scope,
    }
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    said = [f"{name}, its newest, would bring {many(batch.delivered, 'row')}: {told}"]
    said += _reasons(source, batch.rows, set_aside) + _words(folder, source, batch.rows)
    said += [f"{REASONS[n.reason].words.en}: {n.detail}" for n in batch.notices if n.reason in _TELLING]
    if mostly_merged(walked):
        said.append("most rows are merged: check that rows with the same key are one incident")
    if would_be_refused(source, walked):
        said.append(f"it would be refused, for more than {source.max_quarantined:.0%} are set aside (max_quarantined)")
        return Rehearsed(False, "; ".join(said))
    # More is to be said than how many rows there are, and of one reason why some are set aside.
    remarkable = len(said) > 1 + bool(len(set_aside))
    look = remarkable or worth_a_look(walked, len(batch.personal), batch.delivered - batch.out_of_scope)
    if source.columns.kind is not None:
        told_kinds = telling(counted(batch.rows, source), source, folder.district)
        look |= not told_kinds.enough
        said.append(f"{told_kinds.telling} of {many(told_kinds.rows, 'row')} get a kind that is no catch-all")
    return Rehearsed(None if look else True, "; ".join(said))


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
        said.append(f"{many(rows, 'row')}: {REASONS[reason].words.en}{where}")
    return said


def _columns(source: Source, field: str | None) -> list[str]:
    """The columns of the file in which a check looked."""
    if field in {"lon", "lat"}:
        return [*source.columns.of("lon"), *source.columns.of("lat"), *source.columns.of("point")]
    if field == "unread_times":
        return [c for f in ("reported_at", "due_at", "first_contact_at", "closed_at") for c in source.columns.of(f)]
    return source.columns.of(field) if field and field in type(source.columns).model_fields else []


def _words(folder: DistrictFolder, source: Source, landed: pl.DataFrame) -> list[str]:
    """The words that have no kind, as far as they may be shown."""
    shown, hidden, rows = unmapped(counted(landed, source), source, folder.district)
    named = [f"{word!r} ({n})" for word, n in shown.select("word", "count").head(_WORDS).iter_rows()]
    rest = hidden + len(shown) - len(named)
    if rest:
        others = rows + int(shown["count"].sum()) - int(shown["count"].head(_WORDS).sum())
        named.append(f"{rest} more, in {many(others, 'row')}")
    return [f"words without a kind: {', '.join(named)}"] if named else []
