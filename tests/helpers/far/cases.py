"""Rows for far sides: cases of an invented city, as a portal would publish them."""

from __future__ import annotations

import datetime as dt

COLUMNS = ("number", "happened", "kind", "lon", "lat", "status")
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def case(number: int, **changes: str | None) -> dict[str, str | None]:
    """One case, an hour after the one before."""
    return {
        "number": f"n{number:06d}",
        "happened": f"{BEGIN + dt.timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}",
        "kind": "theft",
        "lon": "113.91",
        "lat": "35.31",
        "status": "open",
        **changes,
    }
