"""What goes for an unknown file as a whole: encoding, layout, clock, datum, and the ground that its places cover.

Belongs here: guesses that no single column gives. Does not: arithmetic on coordinates (``places``).
"""

from __future__ import annotations

import re

import polars as pl

from transforms.grids.datum import Datum
from transforms.workshop.proposal.draft import Draft, ground_lines, unsure
from transforms.workshop.proposal.places import Places, datums_that_fit, nearest_zone, share_inside, surround
from transforms.workshop.proposal.words import toml


def draft_clock(draft: Draft, rows: pl.DataFrame, places: Places | None) -> None:
    """Add encoding, layout and time zone."""
    if draft.sample.encoding is not None:
        draft.take("encoding", draft.sample.encoding.name, draft.sample.encoding.sure, draft.sample.encoding.why)
    for key, value in draft.sample.how.items():
        draft.take(key, str(value), 0.95, "so the file is packed or laid out")
    found = nearest_zone(places, draft.known.zones) if places is not None else None
    if draft.known.district is not None:
        draft.take("timezone", draft.known.district.timezone, 0.9, f"that of {draft.known.district.code}")
    elif _chinese(rows):
        draft.take("timezone", "Asia/Shanghai", 0.8, "from the language of the header")
        draft.own[:0] = ['timezone = "Asia/Shanghai"', 'calendar = "CN"']
    elif found is not None:
        near, rival = found
        why = "the zone whose chief place is nearest to the points"
        why += f", but {rival.name} is hardly farther and keeps another clock: choose" if rival else ""
        draft.take("timezone", near.name, 0.4 if rival else 0.7, why)
        note = 'or of the country across a border near by; or with its region, such as "CA-ON"'
        draft.own[:0] = [f"timezone = {toml(near.name)}{unsure(draft.guesses[-1])}", f'calendar = "{near.country}"   # {note}']
    else:
        draft.take("timezone", "?", 0.0, "no coordinates; without this line it is that of the district")


def _chinese(rows: pl.DataFrame) -> bool:
    return any(re.search("[\u4e00-\u9fff]", n) for n in rows.columns)


def draft_ground(draft: Draft, rows: pl.DataFrame, places: Places | None) -> None:
    """Add the datum, how many places lie in the district, and a grid around them where there is none or they lie elsewhere."""
    if places is None:
        return
    district = draft.known.district
    outline = district.outline if district is not None else None
    draft.take("datum", *_datum(draft, rows, places))
    datum = _as_datum(draft.guesses[-1].value)
    if district is not None and outline is not None:
        share = share_inside(places, outline, datum)
        said = "if that is few, the outline, the datum or the file is of somewhere else"
        draft.take("places inside", f"{share:.1%}", share, f"of the file's places lie in {district.code}; {said}")
        if share >= 0.5:
            return
    outline, size_m = surround(places, datum)
    draft.own += ground_lines(outline, draft.size or f"size_m = {size_m}")


def _datum(draft: Draft, rows: pl.DataFrame, places: Places) -> tuple[str, float, str]:
    """The datum, how sure, and why."""
    if not places.in_china():
        return "WGS-84", 0.95, "the datums differ in China alone"
    district = draft.known.district
    if district is not None and district.outline is not None and len(fits := datums_that_fit(places, district.outline)) == 1:
        return fits[0], 0.9, f"so its places fit the outline of {district.code} clearly better than as anything else"
    named = " ".join(rows.columns).lower()
    if re.search("bd09|bd_09|bd-09|百度", named):
        return "BD-09", 0.9, "named in the header"
    if re.search("gcj|高德|火星", named):
        return "GCJ-02", 0.9, "named in the header"
    return "WGS-84", 0.3, "a file cannot tell: ask the sender; what comes from a web map is GCJ-02"


def _as_datum(name: str) -> Datum:
    return "GCJ-02" if name == "GCJ-02" else "BD-09" if name == "BD-09" else "WGS-84"
