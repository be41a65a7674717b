"""Late data on a real city: a tenth of three weeks comes up to forty days late, and a backfill of the stale nights repairs exactly those.

Which nights are stale is also computed here, the slow way: from the delivered rows themselves, without lake, digest or panel. The data is
not part of the project; the fixture ``real_data`` finds it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run, stale_runs
from flows.stores import Context, open_context
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.scores import row_hashes_of, scores_of
from infra.warehouse.nights.source_days import source_days_of
from tests.helpers import district_folders as districts
from tests.helpers.homes import settle
from tests.helpers.keys import KEY
from tests.helpers.real_data import held

pytestmark = pytest.mark.lengthy

CODE = "loop"
ZONE = ZoneInfo("America/Chicago")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
WEST, EAST, SOUTH, NORTH = -87.745, -87.605, 41.795, 41.915
KINDS = {"THEFT": "theft", "BATTERY": "fight", "ROBBERY": "robbery"}
FIRST_DAY, LAST_DAY = dt.date(2015, 1, 1), dt.date(2015, 9, 2)
LATE_FROM, LATE_TO = dt.date(2015, 4, 6), dt.date(2015, 4, 26)
# Every night of the weeks in which reports are held back; one when all have come but the delays are remembered; two long after.
NIGHTS = [dt.date(2015, 4, 2) + k * DAY for k in range(23)] + [dt.date(2015, 6, 10), dt.date(2015, 9, 2), dt.date(2015, 9, 3)]
# Every day is closed by then.
NOW = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZONE).astimezone(dt.UTC)


def _cutoff(night: dt.date) -> dt.datetime:
    return dt.datetime.combine(night, dt.time(5), ZONE).astimezone(dt.UTC)


@dataclass(frozen=True)
class Version:
    """A row as it is delivered, with its two moments in UTC."""

    number: str
    kind: str
    occurred: dt.datetime
    released: dt.datetime
    place: tuple[str, str]

    def row(self) -> dict[str, str]:
        times = {"time": self.occurred, "released": self.released}
        spelt = {name: f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" for name, moment in times.items()}
        return {"id": self.number, "kind": self.kind, "x": self.place[0], "y": self.place[1], **spelt}


def _versions(data: Path) -> tuple[list[Version], list[Version]]:
    """The same reports twice: all an hour after they happened, and with a tenth of three weeks held back and some corrected later."""
    area = pl.col("Longitude").cast(pl.Float64).is_between(WEST, EAST) & pl.col("Latitude").cast(pl.Float64).is_between(SOUTH, NORTH)
    rows = (
        pl.read_parquet(data / "chicago" / "crimes_2015.parquet", columns=["ID", "Date", "Primary Type", "Longitude", "Latitude"])
        .filter(area & pl.col("Primary Type").is_in(list(KINDS)))
        .with_columns(local=pl.col("Date").str.to_datetime("%m/%d/%Y %I:%M:%S %p"))
        # The night on which clocks went forward: an hour later than 01:30 is a time that does not exist.
        .filter(pl.col("local").dt.date().is_between(FIRST_DAY, LAST_DAY) & (pl.col("local").dt.date() != dt.date(2015, 3, 8)))
        .sort("ID")
    )
    rng = np.random.default_rng(11)
    on_time, late = [], []
    for number, local, kind, lon, lat in rows.select("ID", "local", "Primary Type", "Longitude", "Latitude").iter_rows():
        occurred = local.replace(tzinfo=ZONE).astimezone(dt.UTC)
        final = Version(number, kind, occurred, occurred + HOUR, (lon, lat))
        on_time.append(final)
        chance, days = rng.random(), float(rng.uniform(1, 40))
        delay = dt.timedelta(minutes=int(days * 1440))
        held_back = LATE_FROM <= local.date() <= LATE_TO
        if held_back and chance < 0.1:
            late.append(Version(number, kind, occurred, occurred + delay, (lon, lat)))
        elif held_back and chance < 0.12:
            first = "THEFT" if kind != "THEFT" else "BATTERY"
            late.append(Version(number, first, occurred, occurred + HOUR, (lon, lat)))
            late.append(Version(number, kind, occurred, occurred + delay, (lon, lat)))
        else:
            late.append(final)
    return on_time, late


class Home:
    """One opened home of the district."""

    def __init__(self, root: Path) -> None:
        source = districts.source(
            kinds=KINDS,
            known_at={"rule": "column", "column": "released"},
            columns={"occurred_at": "time", "kind": "kind", "lon": "x", "lat": "y"},
        )
        grid = {"kind": "square", "size_m": 1000, "outline": [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH]]]}
        where = {"timezone": str(ZONE), "calendar": "US-IL", "synthetic": None, "grid": grid}
        self._inbox = districts.write_district(root / "districts", CODE, source, **where) / "in"
        self.context: Context = open_context(CODE)

    def deliver(self, versions: list[Version], at: dt.datetime) -> None:
        """One file, taken in at a moment; every row must get in."""
        pl.DataFrame([v.row() for v in versions]).write_csv(self._inbox / f"police_{at:%Y%m%d%H%M}.csv")
        (record,) = ingest(self.context, at)
        assert (record.state, record.accepted) == ("stored", len(versions)), (record.reason, record.warnings)

    def live(self, night: dt.date) -> None:
        run_night(self.context, nightly_run(self.context, night, None, f"live-{night}"))


@dataclass(frozen=True)
class Lived:
    """Both homes after their nights, and what was delivered to the one with late reports."""

    on_time: Context
    late: Context
    delivered: list[Version]


@pytest.fixture(scope="module")
def lived(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    held(real_data / "chicago" / "crimes_2015.parquet")
    on_time, late = _versions(real_data)
    with pytest.MonkeyPatch.context() as patch:
        homes = []
        for name in ("on_time", "late"):
            root = tmp_path_factory.mktemp(name)
            settle(patch, root)
            patch.setenv("SIFANG_KEY", KEY)
            homes.append(Home(root))
        punctual, tardy = homes
        try:
            punctual.deliver(on_time, NOW)
            taken = _start(FIRST_DAY) - DAY
            # A file holds one version of each report; so the days after the last night of the three weeks have files too.
            for upto in sorted({*map(_cutoff, NIGHTS), *(_cutoff(LATE_TO + k * DAY) for k in (0, 1, 2))}):
                tardy.deliver([v for v in late if taken < v.released <= upto], upto)
                taken = upto
                for night in NIGHTS:
                    if _cutoff(night) == upto:
                        tardy.live(night)
                        punctual.live(night)
            yield Lived(punctual.context, tardy.context, late)
        finally:
            for home in homes:
                home.context.stores.close()


def test_a_backfill_of_stale_nights_repairs_exactly_those_that_late_reports_touched(lived: Lived) -> None:
    context, warehouse = lived.late, lived.late.warehouse
    on_time = {night: row_hashes_of(lived.on_time.warehouse, night) for night in NIGHTS}
    before = {night: row_hashes_of(warehouse, night) for night in NIGHTS}
    differing = {night for night in NIGHTS if not before[night].equals(on_time[night])}

    expected = _stale_the_slow_way(lived.delivered)
    # All of this happens: untouched, touched, remembered in the delays only, long forgotten.
    assert {n: n in expected for n in (NIGHTS[0], dt.date(2015, 4, 20), dt.date(2015, 6, 10), NIGHTS[-1])} == {
        NIGHTS[0]: False,
        dt.date(2015, 4, 20): True,
        dt.date(2015, 6, 10): True,
        NIGHTS[-1]: False,
    }
    assert differing <= expected
    assert len(differing) >= 15

    every = [r for night in NIGHTS for r in backfill_runs(context, PastNights(night, night, "late-data"), NOW, "repair")]
    chosen = stale_runs(context, every, NOW)
    assert [r.night for r in chosen] == sorted(expected)
    revisions = {run.night: run_night(context, run).revision for run in chosen}
    assert set(revisions.values()) == {2}

    for night in NIGHTS:
        row = night_row(warehouse, night)
        assert row is not None
        assert row.revision == (2 if night in expected else 1)
        after = row_hashes_of(warehouse, night)
        assert after.equals(on_time[night]), f"night {night} differs from the one that had everything on time"
        assert source_days_of(warehouse, night).equals(source_days_of(lived.on_time.warehouse, night))
    assert stale_runs(context, every, NOW) == []
    assert stale_runs(lived.on_time, every, NOW) == []
    assert scores_of(warehouse, NIGHTS[5]).filter(pl.col("category") == "public_order")["level"].null_count() == 0


def _stale_the_slow_way(delivered: list[Version]) -> set[dt.date]:
    """Nights of which anything that they saw, or that their models and reference were made from, is not what would be seen now."""
    by_report: dict[str, list[Version]] = {}
    for version in sorted(delivered, key=lambda v: v.released):
        by_report.setdefault(version.number, []).append(version)

    @cache
    def seen(night: dt.date, moment: dt.datetime) -> frozenset[tuple[object, ...]]:
        found: set[tuple[object, ...]] = set()
        delays = []
        for number, versions in by_report.items():
            known = [v for v in versions if v.released <= moment]
            if not known:
                continue
            newest, first = known[-1], known[0]
            if newest.occurred < _start(night):
                found.add((number, newest.kind, newest.occurred, newest.place))
            day = first.occurred.astimezone(ZONE).date()
            if 46 <= (night - day).days <= 120:
                delays.append(first.released - _start(day))
        assert len(delays) >= 100
        for back in range(1, (night - FIRST_DAY).days + 1):
            age = moment - _start(night - back * DAY)
            share = 1.0 if age >= 45 * DAY else sum(d <= age for d in delays) / len(delays)
            found.add((night - back * DAY, share))
        return frozenset(found)

    first_use: dict[dt.date, dt.datetime] = {}
    stale = set()
    for night in NIGHTS:
        # Models are fitted on Mondays. With little history a reference holds for a week as well, later for a quarter; live nights share
        # what the first of them made.
        monday = night - night.weekday() * DAY
        freeze = monday if night < dt.date(2015, 7, 1) else dt.date(2015, 7, 1)
        made = {day: first_use.setdefault(day, _cutoff(night)) for day in (monday, freeze)}
        if seen(night, _cutoff(night)) != seen(night, NOW) or any(seen(day, moment) != seen(day, NOW) for day, moment in made.items()):
            stale.add(night)
    return stale
