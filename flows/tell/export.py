"""A view as a file, or all views of a tier as one: `sifang export`, `sifang db extract`.

Belongs here: which view, where to, in which format. Does not: formats (``infra.exports``), what a view says (``infra.views``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from flows.stores import Context
from infra.errors import WrongNameError
from infra.exports.maps import as_geojson, as_parquet, has_places
from infra.exports.packages import ENDING, File, as_package
from infra.exports.systems import System
from infra.exports.tables import as_csv
from infra.outputs import door
from infra.views.described import described
from infra.views.files import Tier as Tier
from infra.views.files import names
from infra.warehouse.extracts import extract as extract_into
from infra.warehouse.views import view_rows
from infra.whole_files import write_file

MAPS: Final[Mapping[str, Callable[[pl.DataFrame, System], bytes]]] = {".geojson": as_geojson, ".parquet": as_parquet}
_TABLE: Final = ".csv"
_MAP: Final = ".geojson"


@dataclass(frozen=True)
class Exported:
    """A view that was written to a file, and the file beside it that says what each column is."""

    district: str
    view: str
    rows: int
    file: str
    described: str


def export(context: Context, view: str, out: Path | None = None, crs: str | None = None) -> Exported:
    """Write the district's rows of a view into a file, whose ending says the format; without one into a CSV here, named as the view. A
    Data Package descriptor beside it says what each column is.

    Places are moved to the reference system ``crs``; those of a table are in WGS-84.

    Raises:
        WrongNameError: there is no such view, format or system, or its rows lie nowhere and no map can hold them.
        StoreError: the file cannot be written.
    """
    if view not in names():
        raise WrongNameError(f"There is no view {view!r}.", f"Write one of: {', '.join(names())}.")
    file = Path(f"{view}.csv") if out is None else out
    ending = file.suffix.lower()
    if ending != _TABLE and ending not in MAPS:
        raise WrongNameError(f"{file.name} has no ending that says a format.", f"Write one of: {', '.join((_TABLE, *MAPS))}.")
    if ending == _TABLE and crs is not None:
        raise WrongNameError("A table has its places in WGS-84.", "Write .geojson or .parquet to have them elsewhere.")
    system = System(crs) if crs else System()
    rows = view_rows(context.warehouse, view)
    # Sorted by what leads: the same rows are the same file, whatever order a database has them in.
    rows = rows.sort(rows.columns)
    if ending == _MAP and not has_places(rows):
        raise WrongNameError(f"The rows of {view} lie nowhere, so no map can hold them.", "Write .csv or .parquet, or export dash_map_v1.")
    written = File(file.name, as_csv(rows) if ending == _TABLE else MAPS[ending](rows, system))
    about, beside = described(view), file.with_name(file.name + ENDING)
    with door(file):
        write_file(file, written.content)
    with door(beside):
        write_file(beside, as_package(written, rows, about.question, about.columns, system))
    return Exported(context.code, view, len(rows), str(file), str(beside))


@dataclass(frozen=True)
class Extracted:
    """The views of a tier in a file of their own, and how many rows each holds."""

    district: str
    tier: Tier
    views: Mapping[str, int]
    file: str


def extract(context: Context, tier: Tier, out: Path) -> Extracted:
    """Write what a tier may read of the district into a SQLite file, over the one that was there.

    Raises:
        WarehouseError: the warehouse cannot be read, or the file not be written.
    """
    with door(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        return Extracted(context.code, tier, extract_into(context.warehouse, tier, out), str(out))
