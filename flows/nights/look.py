"""What a night sees: reports, source-days and panel that were known at a moment.

Belongs here: reading the lake as of a moment, once for all nights that share it. Does not: choosing versions and counting
(``transforms.panel.known``), what is made of it (``flows.nights.night``, ``flows.nights.frozen``).
"""

from __future__ import annotations

import datetime as dt

from flows.stores import Context
from flows.stores.memory import VIEWS_KEPT, LakeRead, Looked, Moment, recalled
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known, View


def look(context: Context, night: dt.date, as_of: dt.datetime, lake_seq: int | None) -> View:
    """What ``night`` sees with what was known at ``as_of`` by lake commit ``lake_seq`` (the newest when None)."""
    # Asked first: it forgets what was made of another state of the lake.
    lake = context.read_lake()
    moment = Moment(as_of, lake.sequence if lake_seq is None else lake_seq)
    return recalled(context.remembered.views, Looked(night, moment), lambda: _known(context, lake, moment).on(night), VIEWS_KEPT)


def _known(context: Context, lake: LakeRead, moment: Moment) -> Known:
    """Everything that was known at a moment; the nights of a restating backfill look from one, and so do a night and its Monday."""
    remembered, folder = context.remembered, context.folder
    if remembered.known is None or remembered.known[0] != moment:
        if remembered.neighbours is None:
            remembered.neighbours = Neighbours(folder.cells["x_m"].to_numpy(), folder.cells["y_m"].to_numpy())
        known = Known(lake.versions, *moment, folder.district, folder.cells, folder.former, remembered.neighbours, lake.visits)
        remembered.known = moment, known
    return remembered.known[1]
