"""The district's standing with its warehouse: its versions are stored there, and its grid must stay the one that reports lie in.

Belongs here: storing today's version, refusing another grid. Does not: what makes two grids the same (``transforms.grids.succession``),
tables (``infra.warehouse.keeping.districts``).
"""

from __future__ import annotations

import datetime as dt

from flows.stores.context import Context
from infra.errors import SifangError
from infra.warehouse.keeping.districts import DistrictVersion, cells_of, district_version, record_district_version
from infra.warehouse.nights.nights import latest_night, night_row
from transforms.grids.succession import goes_on


def remember(context: Context, now: dt.datetime) -> None:
    """Store this version of the district: batches and nights name the one under which they were made."""
    folder = context.folder
    version = DistrictVersion(context.code, folder.version, folder.scoring_hash, folder.canonical, folder.cells_digest, now)
    record_district_version(context.warehouse, version, folder.cells)


def require_same_grid(context: Context) -> None:
    """Pass when the cells are those of the last published night: reports in the lake lie in cells, and cells in views.

    Zones may end and others begin, as long as those that ended stay in the file as they were drawn.

    Raises:
        SifangError: cells were added, removed or redrawn. New names, tags or household counts are no other grid.
    """
    night = latest_night(context.warehouse)
    row = night_row(context.warehouse, night) if night else None
    if night is None or row is None:
        return
    today = context.folder.at(night)
    used = None if row.district_version == today.version else district_version(context.warehouse, row.district_version)
    if used is None or used.cells_digest == today.cells_digest:
        return
    if not goes_on(cells_of(context.warehouse, used.cells_digest), context.folder.cells, context.folder.zones, night):
        raise SifangError(
            f"The grid of {context.code} is not the one that night {night} was scored on; its reports lie in the former cells.",
            "Either put the former grid back, or give the district another code and fill a new lake from its files. Zones can also "
            "follow one another: keep the former ones with their valid_to, and give the new ones valid_from and predecessors.",
        )
