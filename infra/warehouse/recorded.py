"""When what was recorded, as far as clocks are judged by it.

Belongs here: the newest recorded moment of a district, and the word of a person that a clock is right. Does not: judging
(``infra.clock``), a database's own clock (``clocks``).

Recorded moments are landings and publications. Of a demo there are none: it brings its own time.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from infra.clock import Recorded
from infra.warehouse.database.columns import key, metadata
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.intake.batches import batches
from infra.warehouse.nights.nights import nights
from infra.warehouse.nights.runs import runs

# Moments of a clock that a person said was right, although it had leapt further than an absence is made up for.
clock_words = sa.Table("clock_words", metadata, key("district"), key("said_at", UtcDateTime))


def newest_recorded(warehouse: Warehouse) -> Recorded | None:
    """The newest moment at which something landed or was published, or at which a person said that the clock is right."""
    b, n, w, r = batches.c, nights.c, clock_words.c, runs.c
    district = warehouse.district
    with reading(warehouse) as connection:
        newest_run = sa.select(r.kind).where(r.district == district).order_by(r.started_at.desc()).limit(1)
        if connection.scalar(newest_run) == "demo":
            return None
        asked = (
            ("a landing", sa.select(sa.func.max(b.landed_at)).where(b.district == district)),
            ("a publication", sa.select(sa.func.max(n.published_at)).where(n.district == district, n.retracted_at.is_(None))),
            ("a person's word for the clock", sa.select(sa.func.max(w.said_at)).where(w.district == district)),
        )
        found = [Recorded(at, what) for what, query in asked if (at := connection.scalar(query)) is not None]
    return max(found, key=lambda f: f.at, default=None)


def take_word(warehouse: Warehouse, at: dt.datetime) -> None:
    """Remember that a person said that the clock was right."""
    w = clock_words.c
    with writing(warehouse) as connection:
        if connection.scalar(sa.select(w.said_at).where(w.district == warehouse.district, w.said_at == at)) is None:
            connection.execute(sa.insert(clock_words).values(district=warehouse.district, said_at=at))
