"""Report versions to append.

Belongs here: small frames of schema ``REPORTS``. Does not: expectations of any test.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.schema import REPORTS

KNOWN = dt.datetime(2025, 3, 31, 23, 59, tzinfo=dt.UTC)


def versions(batch: str, rows: int, first: int = 0) -> pl.DataFrame:
    made = [
        {
            "report_id": f"r{n}",
            "feed": "stability",
            "source": "s",
            "order_key": first,
            "batch_id": batch,
            "known_at": KNOWN + dt.timedelta(days=n),
            "severity": 2,
            "kind": "火",
        }
        for n in range(first, first + rows)
    ]
    return pl.DataFrame(made, schema=REPORTS)
