"""Alerts as CAP files: `sifang cap`.

Belongs here: whose chain, over which place, under which status; the answer. Does not: what CAP says (``transforms.alerts.cap``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.alerts.acts import find
from flows.stores import Context
from infra.errors import SifangError
from infra.outputs import door
from infra.warehouse.alerts.alerts import events_of_alert
from infra.whole_files import write_file
from transforms.alerts.alert import CELL, PREMISES
from transforms.alerts.cap.chain import Common, cap_chain
from transforms.alerts.cap.message import Area, CapKind, CapStatus, Ring
from transforms.alerts.cap.xml import as_xml
from transforms.alerts.machine.handling import fold
from transforms.alerts.machine.rules import Rules
from transforms.alerts.visible import Line, Viewer, as_it_stands, reduced
from transforms.words import Audience
from transforms.words.harmless import quoted

STATUSES = tuple(status.value for status in CapStatus)


@dataclass(frozen=True)
class CapFile:
    """One message: its identifier, what it does to those before it, its XML."""

    identifier: str
    kind: CapKind
    xml: str


@dataclass(frozen=True)
class Chain:
    """All messages of one alert, oldest first; where they were written, None where they were not."""

    alert_id: str
    status: CapStatus
    messages: tuple[CapFile, ...]
    folder: str | None = None


def cap(context: Context, written: str, status: str | None = None, into: Path | None = None) -> Chain:
    """The chain of an alert. Of a synthetic district nothing is ever actual.

    Raises:
        SifangError: there is no such alert, none of it leaves as CAP, the status is none, or a file cannot be written.
    """
    if status not in {None, *STATUSES}:
        raise SifangError(f"{quoted(str(status))} is no status of CAP.", f"Write one of: {', '.join(STATUSES)}.")
    as_what = CapStatus(status) if status else CapStatus.TEST if context.district.synthetic else CapStatus.ACTUAL
    if as_what is CapStatus.ACTUAL and context.district.synthetic:
        raise SifangError("Nothing of a synthetic district is Actual.", "Write Exercise, Test or Draft.")
    identity, _ = find(context, written)
    events = events_of_alert(context.warehouse, identity)
    alert = fold(events)
    assert alert is not None
    line = reduced(as_it_stands(alert, Rules.of(context.district, context.folder.calendar)), Viewer(Audience.CAP))
    common = Common(f"sifang.{context.code}", context.district.name, as_what, _area(context, line), context.district.zone) if line else None
    found = cap_chain(events, common) if common else ()
    if not found:
        raise SifangError(
            f"Alert {identity[:8]} does not leave as CAP.", "Only safety and public order do, and only what is told outside the digest."
        )
    files = tuple(CapFile(message.identifier, message.kind, as_xml(message)) for message in found)
    if into is not None:
        with door(into):
            for file in files:
                write_file(into / f"{file.identifier}.xml", file.xml.encode())
    return Chain(identity, as_what, files, str(into) if into else None)


def _area(context: Context, line: Line) -> Area:
    """The place as far as it may be seen: the outline of a cell, of premises of theirs, or the district's where it is neither."""
    places = {s.code: s.name for s in context.district.subdistricts}
    where = places[line.subdistrict].joined if line.subdistrict in places else context.district.name.joined
    premises = context.district.premises.get(line.subject or "") if line.subject_kind == PREMISES else None
    cell = premises.cell if premises else line.subject if line.subject_kind == CELL else None
    found = context.folder.cells.filter(pl.col("cell_id") == cell) if cell else pl.DataFrame()
    if found.is_empty():
        return Area(where, _rings(None if context.folder.outline is None else _geojson(context)))
    name, outline = found.select("name", "outline").row(0)
    return Area(f"{where} {name}", _rings(outline), cell)


def _geojson(context: Context) -> str:
    import shapely

    return str(shapely.to_geojson(context.folder.outline))


def _rings(outline: str | None) -> tuple[Ring, ...]:
    """Outer rings; CAP knows no holes."""
    if outline is None:
        return ()
    geometry = json.loads(outline)
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple((float(lat), float(lon)) for lon, lat, *_ in shape[0]) for shape in shapes)
