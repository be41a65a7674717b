"""What a far side has, and how to declare it: `sifang doctor --connect`.

Belongs here: asking one source or one address, and what follows for the declaration. Does not: protocols (``infra.sources.connectors``),
guessing what columns mean (``transforms.workshop.proposal``), drawing (``flows.cli.draw.doctor``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flows.intake.rehearsal import Rehearsed, rehearse, rehearsed
from flows.tell.proposal import Proposed, propose_of
from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.settings import Settings
from infra.sources.connectors.contract import Described, FarColumn
from infra.sources.connectors.live import asked_at
from infra.sources.connectors.meeting import declared_at, described
from infra.sources.connectors.moments import only_moment, read_moment
from infra.sources.table import Table
from infra.sources.unpack import Delivered
from transforms.district.live import FromHttp, Paged
from transforms.district.source import Source
from transforms.words.counting import many
from transforms.words.harmless import quoted
from transforms.workshop.proposal.draft import Sample

# From 1973 on; shorter numbers count something else.
_MILLISECONDS: Final = 12


@dataclass(frozen=True)
class Connected:
    """A far side: what it has, whether a declared source fits it (``missing`` are columns that it lacks, ``would`` what a night would make
    of its newest rows), and a block that declares it.

    ``reach`` says in words how far back it goes, and what is asked of it every time.
    """

    kind: str
    where: str
    columns: tuple[FarColumn, ...]
    rows: int | None
    oldest: str | None
    newest: str | None
    page_rows: int | None
    reach: str
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    would: Rehearsed | None
    proposal: Proposed | None


def connect_to(wanted: str, district: tuple[str, Settings] | None) -> Connected:
    """Ask a declared source by its code, or any address.

    Raises:
        SifangError: there is no such source, it is none that is asked, or it does not answer.
    """
    if "://" in wanted:
        return _met(declared_at(wanted), district)
    if district is None:
        raise SifangError(
            f"{quoted(wanted)} is a source of a district, and none is named.", "Name one with --district, or give an address."
        )
    folder = district_folder.load(district_folder.find(district[0], district[1].district_roots))
    source = next((s for s in folder.district.sources if s.code == wanted), None)
    if source is None:
        raise SifangError(
            f"{district[0]} has no source {quoted(wanted)}.", f"It has: {', '.join(s.code for s in folder.district.sources)}."
        )
    if source.live is None:
        raise SifangError(f"{wanted} is delivered in files, so there is nobody to ask.", "Its files are checked by `sifang doctor`.")
    return _met(source.live, district, folder, source)


def _met(
    declared: FromHttp | Paged,
    district: tuple[str, Settings] | None,
    folder: DistrictFolder | None = None,
    source: Source | None = None,
) -> Connected:
    if isinstance(declared, FromHttp):
        return _file(declared, folder, source)
    occurred = source.columns.of("occurred_at")[0] if source is not None else None
    told = described(declared, occurred)
    needed = [n for names in source.names_of(source.needed_columns) for n in names[:1]] if source is not None else []
    roots = {c.name.partition(".")[0] for c in told.columns} | {c.name for c in told.columns}
    missing = tuple(n for n in needed if source is not None and n not in source.optional and n.partition(".")[0] not in roots)
    would = _would(folder, source, told) if folder is not None and source is not None and not missing and len(told.sample) else None
    asked = "only what changed" if told.tells_changes else "all of it"
    sample = Sample(declared.shown, None, told.sample, live=written(declared))
    oldest, newest = _moment(told.oldest), _moment(told.newest)
    return Connected(
        kind=declared.kind,
        where=declared.shown,
        columns=told.columns,
        rows=told.rows,
        oldest=oldest,
        newest=newest,
        page_rows=told.page_rows,
        reach=f"it reaches back to {oldest or 'nobody says when'}; what it has lost by then is gone; every time {asked} is asked for",
        notes=told.notes,
        missing=missing,
        would=would,
        proposal=propose_of(sample, district) if source is None and len(told.sample) else None,
    )


def _file(declared: FromHttp, folder: DistrictFolder | None, source: Source | None) -> Connected:
    """One file, which says nothing of itself: what a night would make of it."""
    if folder is None or source is None:
        raise SifangError(
            f"{declared.shown} is one file, which says nothing of itself.",
            "Download it, and let `sifang doctor --sample FILE` propose how to declare it.",
        )
    place = asked_at(source, declared)
    again = "when the server marks it as changed, and each week" if place.mark() else "every time, for the server marks no changes"
    return Connected(
        kind=declared.kind,
        where=declared.shown,
        columns=(),
        rows=None,
        oldest=None,
        newest=None,
        page_rows=None,
        reach=f"one file, fetched again {again}",
        notes=(),
        missing=(),
        would=rehearse(folder, source, place),
        proposal=None,
    )


def _moment(told: str | None) -> str | None:
    """What a far side says of when, where it is a moment or a number; milliseconds since 1970 are written out."""
    known = only_moment(told)
    at = read_moment(known) if known is not None and known.isdecimal() and len(known) >= _MILLISECONDS else None
    return f"{at:%Y-%m-%d %H:%M:%S} UTC ({known})" if at is not None else known


def _would(folder: DistrictFolder, source: Source, told: Described) -> Rehearsed:
    """What a night would make of the newest rows."""
    columns = [c for c in source.needed_columns if c in told.sample.columns]
    return rehearsed(
        folder, source, Delivered(f"the newest {many(len(told.sample), 'row')}", b"sample", table=Table(told.sample.select(columns), []))
    )


def written(declared: Paged) -> str:
    """A declaration as one line of TOML, without what is as usual."""
    told = declared.model_dump(mode="json", exclude_defaults=True)
    ordered = {"kind": declared.kind, **told}
    return "{ " + ", ".join(f"{name} = {_toml(value)}" for name, value in ordered.items()) + " }"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
