"""The work list of each night, as it was sent.

Belongs here: the table ``work_list``. Does not: choosing places (``transforms.worklist``), what was found there (the lake).

The list of a day is made once: whoever is on the way is not called back by a further revision of the night.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from infra.warehouse.nights.nights import nights
from transforms.schema import UTC, WORK_LIST
from transforms.schema.frames import frame

work_list = nightly_table(
    "work_list",
    key("cell_id"),
    must("turn", sa.BigInteger),
    must("chosen"),
    must("errands"),
    may("category"),
    may("part_of_day"),
    may("looked_on", sa.Date),
)

# A place of the list of a night, how it came to be on it, and the moment that the night looked from.
SENT: Final = frame({"night": pl.Date, "cell_id": pl.String, "chosen": pl.String, "as_of": UTC})
WORK_ROWS: Final = NightlyRows(work_list, WORK_LIST, ("turn",))


def work_list_of(warehouse: Warehouse, night: dt.date) -> pl.DataFrame:
    """The list of a night (``WORK_LIST``) in its order; empty where none was sent, or it was taken back."""
    with reading(warehouse) as connection:
        revision = _revision(connection, warehouse.district, night)
        return WORK_LIST.to_frame() if revision is None else WORK_ROWS.within(connection, warehouse.district, night, revision)


def list_of_revision(warehouse: Warehouse, night: dt.date, revision: int) -> pl.DataFrame:
    """The list (``WORK_LIST``) that this very revision of a night sent; empty where it sent none, as a further revision does."""
    with reading(warehouse) as connection:
        return WORK_ROWS.within(connection, warehouse.district, night, revision)


def lists_sent(warehouse: Warehouse, before: dt.date, most: int) -> pl.DataFrame:
    """The places (``SENT``) of the newest lists of nights before ``before``, so many of them at most; sorted."""
    n, w = nights.c, work_list.c
    of_night = sa.and_(n.district == w.district, n.night == w.night, n.revision == w.revision, n.retracted_at.is_(None))
    these = (n.district == warehouse.district, n.night < before)
    with reading(warehouse) as connection:
        listed = sa.select(n.night).distinct().join(work_list, of_night).where(*these).order_by(n.night.desc()).limit(most)
        newest = list(connection.scalars(listed))
        query = sa.select(w.night, w.cell_id, w.chosen, n.as_of).join(nights, of_night).where(*these, n.night.in_(newest))
        return as_frame(connection.execute(query), SENT).sort("night", "cell_id")


def send_list(connection: sa.Connection, district: str, night: dt.date, revision: int, places: pl.DataFrame) -> None:
    """Store the list of a night, schema ``WORK_LIST``, in the publishing transaction, unless it has one."""
    if _revision(connection, district, night) is None:
        WORK_ROWS.store(connection, district, night, revision, WORK_ROWS.checked(places))


def _revision(connection: sa.Connection, district: str, night: dt.date) -> int | None:
    """The revision with which the list of a night was sent."""
    n, w = nights.c, work_list.c
    of_night = (n.district == w.district, n.night == w.night, n.revision == w.revision, n.retracted_at.is_(None))
    query = sa.select(sa.func.max(n.revision)).select_from(work_list).join(nights, sa.and_(*of_night))
    found: int | None = connection.scalar(query.where(w.district == district, w.night == night))
    return found
