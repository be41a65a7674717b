"""How good the forecasts of the past year were, as a page that is always in the same place.

Belongs here: that, for a schedule. Does not: going through origins (``flows.nights.backtest``), the page (``flows.tell.backtest``), when
(``flows.serving.plan``).
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.nights.backtest import Asked, backtest, terms
from flows.stores import Context
from flows.tell.backtest import write_report
from infra.errors import SifangError, StoreError
from infra.warehouse.database.faults import WarehouseError

# A folder of the home's, below that of the district; what was asked for by hand is called by its dates.
FOLDER = "weekly"


@dataclass(frozen=True)
class WeeklyBacktest:
    """How many origins were graded, and the page; none, and why, where the district is too young to be graded."""

    origins: int
    page: str | None
    reason: str | None = None


def weekly_backtest(context: Context) -> WeeklyBacktest:
    """Forecast a year of weekly origins from what was known then, grade them, write the page.

    Raises:
        StoreError: a store cannot be read, or the page not be written.
    """
    try:
        asked = terms(context, Asked())
    except (StoreError, WarehouseError):
        raise
    except SifangError as error:
        # Every district is young once, and a red run each Sunday would say that something is wrong.
        return WeeklyBacktest(0, None, str(error))
    folder = context.settings.home.resolve() / "backtests" / context.code / FOLDER
    return WeeklyBacktest(len(asked.origins), str(write_report(context, *backtest(context, asked), folder).page))
