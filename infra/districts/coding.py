"""Making zones with codes of a file whose zones have only names: `sifang grid make --kind zones`.

Belongs here: the order of the steps. Does not: which zone gets which code (``transforms.grids.coding``), other grids
(``infra.districts.grids``), files (``infra.districts.grid_files``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from infra.districts.codelists import source_words
from infra.districts.grid_files import map_zones, read_geojson, write_grid, write_words, write_zones
from infra.errors import SifangError
from transforms.grids.coding import code_zones
from transforms.grids.inspection import overlaps
from transforms.grids.small_places import small_places
from transforms.grids.succession import Succession
from transforms.grids.zones import read_rows
from transforms.reports.privacy import personal_values

CELLS_FILE: Final = "cells.geojson"
WORDS_FILE: Final = "zones.csv"


@dataclass(frozen=True)
class CodedFile:
    """Zones that got a code and those that had one, the names that stand for codes, the files written, the sources that read by name."""

    coded: int
    kept: int
    words: int
    written: tuple[Path, ...]
    mapped: tuple[str, ...]


def code_file(file: Path, names_in: str, *, into: Path | None = None, cells_file: Path | None = None) -> CodedFile:
    """Give every zone of a file a code; written where asked.

    Args:
        file: zones as GeoJSON.
        names_in: the property that holds a zone's name.
        into: the district folder that gets the zones, the names that stand for them, and the ``[grid]``; its sources that name zones are
            told of the names.
        cells_file: where else to write the zones.

    Raises:
        SifangError: what keeps the zones from being a grid, all of it.
    """
    collection = read_geojson(file)
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features or not all(isinstance(f, dict) for f in features):
        raise SifangError(f"{file.name} holds no zones.", "Export them as a GeoJSON FeatureCollection, one feature per zone.")
    before = source_words(into / WORDS_FILE, "cell_id") if into and (into / WORDS_FILE).is_file() else {}
    given = [{**(f.get("properties") or {}), "geometry": f.get("geometry")} for f in features]
    made = code_zones(given, names_in, {word: str(code) for word, code in before.items()})
    named = list(made.words)
    faults = [str(f) for f in made.faults]
    faults += [
        f"name {number} looks like personal data; a district is stored, so leave persons out of it"
        for number, looks in enumerate(personal_values(pl.Series(named, dtype=pl.String)), start=1)
        if looks
    ]
    if not faults:
        zones, wrong = read_rows(made.rows)
        faults = [str(f) for f in (*wrong, *small_places(zones), *overlaps(zones), *Succession(zones).faults()) if f.stops]
    if faults:
        raise SifangError(f"No grid can be made of {file.name}:\n" + "\n".join(f"  - {f}" for f in faults))
    own = {str(zone.get(key)) for zone in given for key in ("cell_id", names_in)}
    kept = sum(row["cell_id"] in own for row in made.rows)
    targets = [f for f in (cells_file, into / CELLS_FILE if into else None) if f]
    for target in targets:
        write_zones(made.rows, target)
    mapped: list[str] = []
    if into is not None:
        targets.append(write_grid(into, {"kind": "zones", "file": CELLS_FILE}))
        if made.words:
            write_words(made.words, into / WORDS_FILE)
            targets.append(into / WORDS_FILE)
            mapped = map_zones(into, WORDS_FILE)
    return CodedFile(len(made.rows) - kept, kept, len(made.words), tuple(targets), tuple(mapped))
