"""The one road from candidates to what may enter the lake: judge, split, datum, merge, locate.

Belongs here: the order of the steps, walked alike by a delivery, by rows that waited, and by a rehearsal. Does not: the steps themselves,
what happens before it (``infra.landing``, ``transforms.reports.mapping``), and what becomes of the result: entering the lake
(``flows.intake.entering``), counting (``flows.intake.ingest``, ``flows.intake.retry``), telling (``flows.intake.rehearsal``).
"""

from __future__ import annotations

import datetime as dt
from functools import partial

import polars as pl

from flows.intake.checks import check_outgoing, sift
from flows.intake.right_datum import FindEarlier, require_right_datum
from infra import progress
from infra.districts.folder import DistrictFolder
from infra.side_by_side import by_halves
from transforms.district.source import Source
from transforms.reports.incidents import merge_incidents
from transforms.reports.locating import in_cells, inside_and_outside
from transforms.reports.measures import with_cells
from transforms.reports.versions import as_versions
from transforms.reports.walked import Walked, with_nameable_kinds


def walk(candidates: pl.DataFrame, source: Source, folder: DistrictFolder, batch_id: str, now: dt.datetime, earlier: FindEarlier) -> Walked:
    """What becomes of every row of a batch; writes nothing.

    Hand the candidates on without a name of their own: of a large file each of the tables here takes half a GiB, and none outlives the step
    that needs it.

    Args:
        candidates: schema ``CANDIDATES``.
        source: where they come from, and how patient the checks are with it.
        folder: the district.
        batch_id: whose versions they become.
        now: when the batch landed.
        earlier: where earlier reports lie; asked only where it matters.

    Raises:
        UnfitFile: the checks stop the batch.
        UnusableFile: its places fit another datum clearly better.
    """
    progress.step("checking")
    good, rejects, said, measures = sift(candidates, source, folder, now)
    rows = with_nameable_kinds(candidates, folder.district)
    del candidates
    progress.step("locating")
    require_right_datum(folder, source, good, earlier)
    sensitive = [k.code for k in folder.district.kinds.values() if k.sensitive]
    good, merged = merge_incidents(good, sensitive) if source.merge else (good, 0)
    placed = by_halves(partial(in_cells, cells_of=folder.cell_ids, zone=folder.district.timezone), good)
    del good
    located, outside = inside_and_outside(placed)
    del placed
    if measures is not None:
        # Sensitive kinds are never counted by cell.
        said = said.with_measures(with_cells(measures, located, sensitive))
    versions = by_halves(partial(as_versions, source=source, batch_id=batch_id), located)
    del located
    return Walked(rows, rejects, outside, merged, versions, check_outgoing(said, versions, source, folder))
