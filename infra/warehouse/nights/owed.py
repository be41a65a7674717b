"""What a published night still owes: the products beside it that could not be made, until a later run has made them.

Belongs here: the table ``owed``, its reads and writes. Does not: making them (``flows.steps.products``), messages (``outbox``), which are
their own memory.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from infra.warehouse.database.columns import key, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime

owed = sa.Table(
    "owed",
    metadata,
    key("district"),
    key("product"),
    key("night", sa.Date),
    # The code of why (``infra.errors.recorded``); the sentence, with the path, was told by the run that failed.
    must("said"),
    must("since", UtcDateTime),
    must("tried_at", UtcDateTime),
    must("tries", sa.Integer),
)


@dataclass(frozen=True)
class Owed:
    """A product of a published night that could not be made so far, and the code of why."""

    product: str
    night: dt.date
    said: str
    since: dt.datetime
    tried_at: dt.datetime
    tries: int


def owed_products(warehouse: Warehouse) -> list[Owed]:
    """Everything that is owed, oldest night first."""
    o = owed.c
    query = sa.select(*(o[name] for name in Owed.__dataclass_fields__)).where(o.district == warehouse.district)
    with reading(warehouse) as connection:
        return [Owed(**row._mapping) for row in connection.execute(query.order_by(o.night, o.product))]


def owe(warehouse: Warehouse, product: str, night: dt.date, said: str, now: dt.datetime) -> None:
    """Remember that a product of a night could not be made, or once more could not."""
    o = owed.c
    this = (o.district == warehouse.district, o.product == product, o.night == night)
    with writing(warehouse) as connection:
        again = {"said": said, "tried_at": now, "tries": o.tries + 1}
        if not connection.execute(sa.update(owed).where(*this).values(again)).rowcount:
            first = {"district": warehouse.district, "product": product, "night": night, "said": said, "since": now, "tried_at": now}
            connection.execute(sa.insert(owed).values({**first, "tries": 1}))


def settle_owed(warehouse: Warehouse, product: str, night: dt.date | None = None) -> None:
    """Forget that a product is owed: of one night, or of all where each making of it is of all."""
    o = owed.c
    which = [] if night is None else [o.night == night]
    with writing(warehouse) as connection:
        connection.execute(sa.delete(owed).where(o.district == warehouse.district, o.product == product, *which))
