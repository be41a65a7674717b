"""The one road from candidates to what may enter the lake: judge, split, datum, merge, locate, coarsen.

Belongs here: the order of the steps, walked alike by a delivery, by rows that waited, and by a rehearsal. Does not: the steps themselves,
what happens before it (``infra.landing``, ``transforms.reports.mapping``), and what becomes of the result: entering the lake
(``flows.intake.entering``), counting (``flows.intake.ingest``, ``flows.intake.retry``), telling (``flows.intake.rehearsal``).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import polars as pl

from flows.intake.checks import Keep, check_outgoing, for_nobody, sift
from flows.intake.right_datum import FindEarlier, require_right_datum
from infra import progress
from infra.districts.folder import DistrictFolder
from infra.side_by_side import in_pieces, side_by_side
from infra.sources.table import UnusableFile
from transforms.district.source import Source
from transforms.reports.coarsening import Ground, coarsened, known_since
from transforms.reports.corrections import LEAVING
from transforms.reports.delivery import Delivery
from transforms.reports.incidents import merge_incidents
from transforms.reports.locating import in_cells, inside_and_outside
from transforms.reports.measures import with_cells
from transforms.reports.reuse import within
from transforms.reports.versions import as_versions, ranked
from transforms.reports.walked import Walked, with_nameable_kinds


def walk(
    candidates: pl.DataFrame, delivery: Delivery, folder: DistrictFolder, spot_key: bytes, earlier: FindEarlier, keep: Keep = for_nobody
) -> Walked:
    """What becomes of every row of a batch; writes nothing but what ``keep`` does.

    Hand the candidates on without a name of their own: of a large file each of the tables here takes half a GiB, and none outlives the step
    that needs it.

    Args:
        candidates: schema ``CANDIDATES``.
        delivery: the batch; its source says how patient the checks are.
        folder: the district.
        spot_key: the secret for spots.
        earlier: where earlier reports lie; asked only where it matters.
        keep: what is done with the candidates while they are checked, and is done when this returns or raises.

    Raises:
        UnfitFile: the checks stop the batch.
        UnusableFile: its places fit another datum clearly better, or its key unites incidents of several days and places.
    """
    source = delivery.source
    progress.step("checking")
    good, rejects, said, measures = sift(candidates, source, folder, delivery.landed_at, keep)
    rows = with_nameable_kinds(candidates, folder.district)
    del candidates
    progress.step("locating")
    sensitive = [k.code for k in folder.district.kinds.values() if k.sensitive]
    ground = folder.ground(spot_key)
    _, (pieces, merged) = side_by_side(
        partial(require_right_datum, folder, source, good, earlier), partial(_in_pieces, good, delivery, folder, ground, sensitive)
    )
    del good
    # In one piece, or the checks and the writing of the table would each put it together for themselves.
    versions, lost, places = (pl.concat(parts, rechunk=True) for parts in zip(*pieces, strict=True))
    del pieces
    if measures is not None:
        # Sensitive kinds are never counted by cell.
        said = said.with_measures(with_cells(measures, places, sensitive))
    outside = lost.select("row", reason=pl.lit("outside_district"), column=pl.lit("lon"))
    leaving = lost.select(list(LEAVING))
    return Walked(rows, rejects, outside, leaving, merged, versions, check_outgoing(said, versions, source, folder))


class _Piece(NamedTuple):
    """Of some rows that passed the checks: the ``versions`` of those in a cell (``REPORTS``), those that lie in none (``LEAVING``), and the
    ``places`` of the former, ``kind, cell_id``."""

    versions: pl.DataFrame
    lost: pl.DataFrame
    places: pl.DataFrame


def _in_pieces(
    good: pl.DataFrame, delivery: Delivery, folder: DistrictFolder, ground: Ground, sensitive: list[str]
) -> tuple[list[_Piece], int]:
    """What becomes of rows that passed the checks, and how many became part of an incident that another row stands for."""
    one_each, merged = _merged(good, delivery.source, sensitive) if delivery.source.merge else (good, 0)
    return in_pieces(partial(_piece, delivery=delivery, folder=folder, ground=ground), ranked(one_each, delivery)), merged


def _piece(rows: pl.DataFrame, delivery: Delivery, folder: DistrictFolder, ground: Ground) -> _Piece:
    located, lost = inside_and_outside(in_cells(rows, folder.cell_ids, folder.district.timezone, folder.cells_of_premises))
    leaving = known_since(lost, ground, delivery).select("row", "known_at", "rank", report_id="key_hash").select(list(LEAVING))
    return _Piece(as_versions(coarsened(located, ground, delivery), delivery), leaving, located.select("kind", "cell_id"))


def _merged(good: pl.DataFrame, source: Source, sensitive: list[str]) -> tuple[pl.DataFrame, int]:
    """Rows of one incident as one, where they are of one: a key that unites several days and places is none of an incident."""
    if (reuse := within(good)).too_much:
        raise UnusableFile("key_reused", reuse.said)
    return merge_incidents(good, sensitive, callers=source.merged_rows == "callers", taken_back=source.takes_back)
