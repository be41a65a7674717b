"""Long ticket numbers, of which many look like somebody's, stop nothing and are left nowhere.

Persons in every place: ``tests.flows.cli.test_planted_identities``.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from flows.intake.ingest import ingest
from tests.helpers import tiny
from tests.helpers.decoded import lying_in
from tests.helpers.tiny import NIGHT, Tiny
from transforms.reports.privacy import valid_resident_id

DAY = dt.timedelta(days=1)
LATER = tiny.moment(NIGHT, 9)


def test_long_ticket_numbers_in_the_key_stop_nothing(district: Tiny) -> None:
    # Digits in the shape of resident numbers, one in eleven with a valid checksum.
    numbers = [f"41070219{70 + n % 30}{1 + n % 12:02d}{1 + n % 28:02d}{n % 10_000:04d}" for n in range(10_000)]
    assert sum(valid_resident_id(n) for n in numbers) > 500
    base = tiny.reports("order", NIGHT - 60 * DAY, NIGHT - DAY, seed=9)
    rows = pl.concat([base] * (10_000 // len(base) + 1)).head(10_000).with_columns(number=pl.Series(numbers))
    rows = rows.unique("number", keep="first", maintain_order=True)
    tiny.deliver(district.inbox, "order", rows, "tickets")
    (record,) = ingest(district.context, LATER)
    assert (record.state, record.quarantined, record.delivered) == ("stored", 0, len(rows))
    assert len(rows) > 9_000
    for trace in lying_in(district.home / "landing", district.home / "lake"):
        assert not any(n.encode() in trace.content for n in numbers[::37]), trace.where
