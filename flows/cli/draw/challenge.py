"""How a challenge looks: the challenger's gain over our forecast, per series.

Belongs here: `sifang challenge`. Does not: the comparison (``transforms.backtest.challenge``).
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.cli.draw.table import console, row, table
from flows.nights.challenge import Challenge


def challenge(told: Sequence[Challenge]) -> None:
    """Gain with its 95 % interval, hits, and what the challenger was silent about."""
    columns = ("series", "origins", "rows", "events", "gain", "95 %", "in", "hits at 5 %", "missing")
    made = table("The challenger's gain over our forecast", *columns)
    for one in told:
        interval = None if one.low is None else f"{one.low:+.4f} … {one.high:+.4f}"
        row(made, one.series, one.origins, one.rows, one.events, f"{one.gain:+.4f}", interval, one.by, f"{one.hit_gain:+.3f}", one.missing)
    console(made).print(made)
