"""Codes for zones that have only names: a name may be somebody's, a code is nobody's.

Belongs here: which zone gets which code, and which words then mean it. Does not: reading and writing files
(``infra.districts.grid_files``), what else may be wrong with a zone (``transforms.grids.zones``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import shapely

from transforms.district.codes import is_cell_code
from transforms.grids.faults import Fault, read_shape
from transforms.grids.zones import OF_A_ZONE
from transforms.words.folding import as_seen

Properties = Mapping[str, object]
# Room for a thousand zones keeps their codes in order on a page.
_CODE: Final = "Z{:03d}"


@dataclass(frozen=True)
class CodedZones:
    """Zones with a code each, as rows of properties; the words by which sources may name them; what is wrong."""

    rows: tuple[Properties, ...]
    words: Mapping[str, str]
    faults: tuple[Fault, ...]


def code_zones(zones: Sequence[Properties], names_in: str, before: Mapping[str, str]) -> CodedZones:
    """Give a code to each zone; several of one name are one zone.

    Args:
        zones: the properties of each, its ``geometry`` among them.
        names_in: which of them is its name.
        before: codes of words that were given earlier: who makes the grid again finds the same ones.

    Returns:
        Of the properties only those that a zone may have. A zone that has a code keeps it, and a name that is a code is one.
    """
    earlier = {as_seen(word): code for word, code in before.items()}
    taken = {*before.values(), *(str(z.get(key)) for z in zones for key in ("cell_id", names_in))}
    free = (code for number in range(1, len(zones) + len(taken) + 1) if (code := _CODE.format(number)) not in taken)
    rows: dict[str, Properties] = {}
    words: dict[str, str] = {}
    faults: list[Fault] = []
    for position, zone in enumerate(zones):
        own, name = str(zone.get("cell_id") or ""), str(zone.get(names_in) or "").strip()
        if not name and not is_cell_code(own):
            remedy = "say with --names-in which property holds its name"
            faults.append(Fault("code", f"feature {position}", f"has no {names_in!r}, and no code either", remedy))
            continue
        code = own if is_cell_code(own) else name if is_cell_code(name) else words.get(name) or earlier.get(as_seen(name)) or next(free)
        if name and words.setdefault(name, code) != code:
            faults.append(Fault("code", f"feature {position}", "has the name of a zone with another code", "give each a name of its own"))
        told = {**{key: zone[key] for key in OF_A_ZONE if key in zone}, "cell_id": code, "name": name or code}
        rows[code] = _joined(rows[code], told) if code in rows else told
    return CodedZones(tuple(rows.values()), {word: code for word, code in words.items() if word != code}, tuple(faults))


def _joined(one: Properties, other: Properties) -> Properties:
    """Two parts of one zone as one: its ground together, its households where both are known; the rest as the first part says it."""
    parts = [shape for part in (one, other) if (shape := read_shape(part.get("geometry"), "")[0]) is not None]
    counts = [c for part in (one, other) if isinstance(c := part.get("households"), int)]
    ground = json.loads(shapely.to_geojson(shapely.union_all(parts))) if parts else None
    return {**one, "geometry": ground, "households": sum(counts) if len(counts) == len((one, other)) else None}
