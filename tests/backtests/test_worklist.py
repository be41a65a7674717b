"""What fifty visits a day would have covered in Chicago in 2015: by the work list, last year's counts, yesterday's reports and an oracle.

One command prints the table: ``pytest tests/backtests/test_worklist.py -m lengthy -s`` (ten minutes). A visit covers its place for the
seven days that begin with it. Two shares are told of each way of choosing: of the week to come what lies in the places of a night, and of
all harm what fell on a day on which its place was covered. The first counts a place anew however often it is gone to, so ways that go to
the same fifty places every day are great by it; the second counts harm once. Each way is also shown with the rest that the list gives each
place. All of it over all places, and sent only to those outside the fifty in which most harm was done the year before. Nothing of the
list's own effect is in the data.

What is asked of the list is asked without the draw, for the draw is paid for on purpose: by its own forecast it goes to places of more
harm than last year's counts do, at the same rest, strictly; and the tenth that is drawn costs no more than the tenth that it is.

Last, days earlier than the city's own order: after a crime, in how many days somebody comes to its place by the list, and in how many where
places are gone to in the order of their reports, as many a day (``tests.helpers.own_order``). That is printed and nothing is asked of it:
who goes to every place in turn comes to each of them, and an oracle of the week to come is behind that too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from flows.nights.night import compute
from flows.stores import Context
from infra.warehouse.nights.runs import RunTerms
from tests.helpers import chicago
from tests.helpers.homes import opened_city
from tests.helpers.own_order import days_earlier, first_come
from tests.helpers.real_data import held
from tests.helpers.shipped import shipping
from transforms.alerts.past import PAST_NIGHTS
from transforms.clocks.nights import cutoff
from transforms.district.work import WorkRules
from transforms.schema import VISITS
from transforms.worklist.choosing import work_list
from transforms.worklist.errands import Evening

pytestmark = pytest.mark.lengthy

Array = NDArray[np.float64]
FIRST, NIGHTS = dt.date(2015, 1, 1), 358
VISITS_A_DAY, WEEK = 50, 7
REST, SHARE = WorkRules(visits_per_day=VISITS_A_DAY).rest_days, WorkRules(visits_per_day=VISITS_A_DAY).random_share
DAY = dt.timedelta(days=1)
# What happens in the last nights is not asked about: its place could not be reached any more, by whichever order.
SETTLED = NIGHTS - 60


@dataclass(frozen=True)
class Year:
    """Harm per cell and day from a year before the first night on, what each night knew, and the fifty places of the year before."""

    context: Context
    cells: list[str]
    harm: Array
    nights: list[tuple[pl.DataFrame, pl.DataFrame]]

    def past(self, night: int, days: int) -> Array:
        """Harm of so many days before a night."""
        return np.asarray(self.harm[:, 365 + night - days : 365 + night].sum(axis=1))

    def to_come(self, night: int) -> Array:
        """Harm of the seven days that begin with a night."""
        return np.asarray(self.harm[:, 365 + night : 365 + night + WEEK].sum(axis=1))

    @property
    def top(self) -> NDArray[np.bool_]:
        """The fifty places of last year."""
        there = np.zeros(len(self.cells), dtype=bool)
        there[np.argsort(-self.past(0, 365), kind="stable")[:VISITS_A_DAY]] = True
        return there


@pytest.fixture(scope="module")
def year(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Year:
    held(real_data / "chicago" / "crimes_2015.parquet")
    root = tmp_path_factory.mktemp("chicago")
    chicago.write_district(root / "districts", real_data)
    with shipping(chicago.SHIPPED), opened_city(chicago.CODE, root / "districts", root, real_data) as context:
        nights: list[tuple[pl.DataFrame, pl.DataFrame]] = []
        for k in range(NIGHTS):
            night = FIRST + k * DAY
            terms = RunTerms(night, cutoff(night, context.district), None, "backfill", "as_known", "walk", "audit")
            made = compute(context, terms)
            recent = made.view.reports.filter(pl.col("occurred_on") >= night - 365 * DAY)
            recent = recent.select("feed", "cell_id", "part_of_day", "occurred_on")
            nights.append((made.result.scores.filter(pl.col("category") == "public_order"), recent if k % 30 == 0 else nights[-1][1]))
        cells = context.folder.cells["cell_id"].to_list()
        reports = context.read_lake().versions.unique("report_id", keep="last")
        series = {k.code: k.series for k in context.district.kinds.values() if k.series}
        weights = {kind: context.district.series[code].weight for kind, code in series.items()}
        counted = reports.filter(pl.col("kind").is_in(list(weights))).select(
            cell=pl.col("cell_id").replace_strict({c: i for i, c in enumerate(cells)}, default=None, return_dtype=pl.Int64),
            day=(pl.col("occurred_on") - (FIRST - 365 * DAY)).dt.total_days(),
            harm=pl.col("kind").replace_strict(weights, default=0.0, return_dtype=pl.Float64),
        )
        harm = np.zeros((len(cells), 365 + NIGHTS + WEEK))
        inside = counted.drop_nulls().filter(pl.col("day").is_between(0, harm.shape[1] - 1))
        np.add.at(harm, (inside["cell"].to_numpy(), inside["day"].to_numpy()), inside["harm"].to_numpy())
        return Year(context, cells, harm, nights)


class Covered(NamedTuple):
    """Shares of harm: of the week to come what lies in the places of a night, and of all harm what fell where somebody had lately been."""

    of_week: float
    once: float


def lists(year: Year, allowed: NDArray[np.bool_], share: float) -> list[NDArray[np.int64]]:
    """The places of the list of every night, sent only to those that are allowed."""
    place = {cell: i for i, cell in enumerate(year.cells)}
    names = [cell for cell, may in zip(year.cells, allowed, strict=True) if may]
    hot = np.zeros((len(year.cells), NIGHTS), dtype=bool)
    sent: list[NDArray[np.int64]] = []
    visits = VISITS.to_frame()
    for k, (scores, reports) in enumerate(year.nights):
        night = FIRST + k * DAY
        hot[[place[c] for c in scores.filter(pl.col("level").is_in(["orange", "red"]))["cell_id"]], k] = True
        chronic = hot[:, max(0, k - PAST_NIGHTS) : k].sum(axis=1) > PAST_NIGHTS / 2
        evening = Evening(
            night=night,
            scores=scores.filter(pl.col("cell_id").is_in(names)),
            reports=_framed(reports),
            district=year.context.district,
            rules=WorkRules(visits_per_day=VISITS_A_DAY, random_share=share),
            visits=visits.filter(pl.col("day") > night - 60 * DAY),
            chronic={year.cells[c]: "public_order" for c in np.flatnonzero(chronic & allowed)},
            seed=f"{night}",
        )
        places = work_list(evening)
        sent.append(np.array([place[c] for c in places["cell_id"]]))
        # Outcomes are what was reported next: something was there, or nothing.
        came = year.to_come(k)
        told = [
            {"cell_id": c, "day": night, "chosen": how, "outcome": "fixed" if came[place[c]] else "nothing_found"}
            for c, how in places.select("cell_id", "chosen").iter_rows()
        ]
        visits = pl.concat([visits, pl.DataFrame([{**dict.fromkeys(VISITS), **row} for row in told], VISITS)])
    return sent


def _framed(reports: pl.DataFrame) -> pl.DataFrame:
    from transforms.schema import REPORTS

    return reports.select(pl.col(c) if c in reports.columns else pl.lit(None, t).alias(c) for c, t in REPORTS.items())


def ranked(year: Year, allowed: NDArray[np.bool_], value: Callable[[int], Array], rest: int = 0) -> list[NDArray[np.int64]]:
    """The places of which a value is greatest each night, none of them twice within ``rest`` days."""
    last = np.full(len(year.cells), -1000)
    sent = []
    for k in range(NIGHTS):
        order = np.argsort(-np.where(allowed & (k - last > rest), value(k), -np.inf), kind="stable")[:VISITS_A_DAY]
        last[order] = k
        sent.append(order)
    return sent


def covered(year: Year, allowed: NDArray[np.bool_], sent: list[NDArray[np.int64]]) -> Covered:
    """What ways of choosing come to, where it is allowed to go."""
    came = [year.to_come(k) * allowed for k in range(NIGHTS)]
    of_week = sum(came[k][cells].sum() for k, cells in enumerate(sent)) / sum(each.sum() for each in came)
    looked = np.zeros((len(year.cells), NIGHTS), dtype=bool)
    for k, cells in enumerate(sent):
        looked[cells, k : k + WEEK] = True
    # From the first day on which a week of visits lies behind.
    days = slice(WEEK - 1, NIGHTS)
    harm = year.harm[:, 365 : 365 + NIGHTS][:, days] * allowed[:, None]
    return Covered(float(of_week), float(harm[looked[:, days]].sum() / harm.sum()))


def gain(year: Year, one: list[NDArray[np.int64]], other: list[NDArray[np.int64]]) -> tuple[float, float]:
    """How much more of the weeks to come one way covers than another, relatively, with the standard error over whole weeks."""
    nights = range(NIGHTS // WEEK * WEEK)
    more = np.array([year.to_come(k)[one[k]].sum() - year.to_come(k)[other[k]].sum() for k in nights]).reshape(-1, WEEK).sum(axis=1)
    whole = sum(year.to_come(k)[other[k]].sum() for k in nights)
    return float(more.sum() / whole), float(more.std(ddof=1) * np.sqrt(len(more)) / whole)


def test_what_fifty_visits_a_day_cover(year: Year) -> None:
    ways: dict[str, Callable[[int], Array]] = {
        "last year's counts": lambda _: year.past(0, 365),
        "the last 365 days": lambda k: year.past(k, 365),
        "yesterday's reports": lambda k: year.past(k, 1) + year.past(0, 365) / 1e6,
        "oracle": year.to_come,
    }
    for where, allowed in (("all places", np.ones(len(year.cells), dtype=bool)), ("outside last year's top 50", ~year.top)):
        sent = {"list": lists(year, allowed, SHARE), "list without the draw": lists(year, allowed, 0.0)}
        sent |= {f"{way}, with the rest": ranked(year, allowed, value, REST) for way, value in ways.items()}
        sent |= {way: ranked(year, allowed, value) for way, value in ways.items()}
        found = {way: covered(year, allowed, places) for way, places in sent.items()}
        print(f"\n{where}, {VISITS_A_DAY} visits a day, rest {REST} days: of the week to come, and of all harm once")
        for way, share in found.items():
            print(f"  {way:35} {share.of_week:.4f} ({100 * share.of_week / VISITS_A_DAY:.4f} % a visit)   {share.once:.4f}")
        counts, yesterday = (found[f"{way}, with the rest"] for way in ("last year's counts", "yesterday's reports"))
        more, error = gain(year, sent["list without the draw"], sent["last year's counts, with the rest"])
        print(f"  list without the draw against last year's counts, both with the rest: {more:+.2%} ± {error:.2%}")
        print(f"  the draw costs {1 - found['list'].once / found['list without the draw'].once:.1%} of what is covered")
        happened = year.harm[:, 364 : 364 + SETTLED] * allowed[:, None]
        own = first_come(year.harm[:, 364 : 364 + NIGHTS] * allowed[:, None], NIGHTS, VISITS_A_DAY)
        for way in ("list", "list without the draw", "last year's counts, with the rest", "oracle, with the rest"):
            ahead = days_earlier(happened, sent[way], own)
            said = (
                f"{ahead.mean:+.1f} days in the mean, {ahead.median:+g} in the median; earlier {ahead.earlier:.1%}, later {ahead.later:.1%}"
            )
            print(f"  {way} is ahead of the city's own order by {said} of harm")
        assert found["list without the draw"].of_week > counts.of_week
        assert found["list without the draw"].once > counts.once
        assert found["list"].once > max(yesterday.once, found["last year's counts"].once)
        assert found["list"].once > (1 - SHARE) * found["list without the draw"].once
