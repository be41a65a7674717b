"""Rows as a view has them, with whatever a spreadsheet, a page or a map could stumble over."""

from __future__ import annotations

import datetime as dt

import polars as pl

SQUARE = '{"type":"Polygon","coordinates":[[[113.9,35.3],[113.91,35.3],[113.91,35.31],[113.9,35.31],[113.9,35.3]]]}'
NAMES = ('=HYPERLINK("x")', "+1", "-1", "@a", "＝1", "\t=1", '格子,"二"', "<script>", "\u202eabc", None)


def sample() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cell_id": [f"41070300100{k:04d}" for k in range(len(NAMES))],
            "cell_name": NAMES,
            "night": [dt.date(2026, 3, 1)] * len(NAMES),
            "as_of": pl.Series([dt.datetime(2026, 3, 1, 5, tzinfo=dt.UTC)] * len(NAMES), dtype=pl.Datetime("us", "UTC")),
            "score": [-1.5, *range(1, len(NAMES))],
            "lon": [113.9] * (len(NAMES) - 1) + [None],
            "lat": [35.3] * (len(NAMES) - 1) + [None],
            "outline": [SQUARE, *[None] * (len(NAMES) - 1)],
        },
        strict=False,
    )
