"""The demo, twice in a fresh home: it balances, it finds exactly the dirt the simulator put in, and a repeat changes nothing.

The repeat comes by a clock that was set back by more than a year: a demo brings its own time.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
import pytest
import sqlalchemy as sa

from flows.nights.rehearse import Rehearsed, rehearse
from flows.stores import Context, open_context
from infra import clock
from infra.districts.folder import load
from infra.pages.brief.collect import collect
from infra.pages.brief.headline import verdict
from infra.pages.brief.model import BriefData
from infra.settings import SHIPPED_DISTRICTS
from infra.warehouse import tables
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.nights.duty import duty_of
from infra.warehouse.nights.scores import scores_of
from tests.helpers.kept import strangers
from tests.helpers.keys import KEY
from tests.helpers.prefect_server import Server
from transforms.alerts.compared import Opened
from transforms.alerts.types.alert_type import RANK
from transforms.words import Category
from transforms.workshop.simulator.simulate import Truth

if TYPE_CHECKING:
    from flows.demo import Demonstrated

pytestmark = pytest.mark.slow
SET_BACK = dt.timedelta(days=500)
DAY = dt.timedelta(days=1)
MISSING_FILE = dt.date(2026, 3, 9)
Opening: TypeAlias = tuple[dt.date, str, str | None, str]


@dataclass(frozen=True)
class Shown:
    strangers: list[tuple[str, str]]
    first: Demonstrated
    second: Demonstrated
    quarantine: pl.DataFrame
    truth: Truth
    duty: tuple[DutyNight, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What was rehearsed under a changed threshold in the demo's home, and alerts as they opened there and in a home under it."""

    found: Rehearsed
    live: set[Opening]
    under_it: set[Opening]


@dataclass(frozen=True)
class DutyNight:
    """What one night's brief and warehouse say of duty performance, by ``department/subdistrict`` and by subdistrict."""

    night: dt.date
    brief: BriefData
    levels: dict[str, str | None]
    worst: dict[str, str]
    cells: dict[str, set[str | None]]


@pytest.fixture(scope="module")
def shown(prefect_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    from flows import demo as module

    root = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, root)
        first = module.demo()
        context = open_context(module.DISTRICT)
        try:
            now = clock.now
            patch.setattr(clock, "now", lambda: now() - SET_BACK)
            second = module.demo()
            kept = strangers(root, context.warehouse.engine)
            quarantined, truth, duty = _quarantine(context.warehouse.engine), module.stage(context).truth, tuple(_duty_nights(context))
            yield Shown(kept, first, second, quarantined, truth, duty)
        finally:
            context.stores.close()


def _rehearsal(context: Context, patch: pytest.MonkeyPatch, root: Path) -> Rehearsal:
    """Alerts open at the first hot night and at a smaller surprise: rehearsed, and in a demo under that folder."""
    from flows import demo as module

    folder = root / "districts" / module.DISTRICT
    shutil.copytree(SHIPPED_DISTRICTS / module.DISTRICT, folder)
    declaration = (folder / "district.toml").read_text("utf-8")
    eager = "[alerts]\nconfirm_nights = 1\nsurprise = 1.1\n\n[grid]\n"
    (folder / "district.toml").write_text(declaration.replace("[grid]\n", eager, 1), "utf-8")
    found = rehearse(context, load(folder), module.NIGHTS)
    live = _openings(context)
    _settle(patch, root / "home")
    patch.setenv("SIFANG_DISTRICTS", str(root / "districts"))
    module.demo()
    under_it = open_context(module.DISTRICT)
    try:
        return Rehearsal(found, live, _openings(under_it))
    finally:
        under_it.stores.close()


def _openings(context: Context) -> set[Opening]:
    events = alert_events_before(context.warehouse, dt.date.max)
    opened = events.filter(pl.col("event") == "opened").select("night", "type", "category", "subject")
    return set(opened.iter_rows())


def _duty_nights(context: Context) -> Iterator[DutyNight]:
    """Every night of the demo, oldest first."""
    places = dict(context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    n = tables.nights.c
    with reading(context.warehouse) as connection:
        nights = list(connection.scalars(sa.select(n.night).where(n.is_latest).order_by(n.night)))
    for night in nights:
        lines = duty_of(context.warehouse, night).select("department", "subdistrict", "level").rows()
        worst: dict[str, str] = {}
        for _, subdistrict, level in lines:
            if level is not None and (subdistrict not in worst or RANK[level] > RANK[worst[subdistrict]]):
                worst[subdistrict] = level
        cells: dict[str, set[str | None]] = {}
        for cell, level in scores_of(context.warehouse, night).filter(category="political").select("cell_id", "level").iter_rows():
            cells.setdefault(places[cell], set()).add(level)
        brief = collect(context.warehouse, context.folder, night)
        yield DutyNight(night, brief, {f"{office}/{place}": level for office, place, level in lines}, worst, cells)


def _settle(patch: pytest.MonkeyPatch, root: Path) -> None:
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL", "SIFANG_DISTRICTS"):
        patch.delenv(name, raising=False)
    patch.setenv("SIFANG_HOME", str(root))
    patch.setenv("SIFANG_INBOX", str(root / "inbox" / "weibin"))
    patch.setenv("SIFANG_KEY", KEY)


def _quarantine(engine: sa.Engine) -> pl.DataFrame:
    """Source, file, row and reason of every row that was set aside."""
    b, q = tables.batches.c, tables.quarantine.c
    query = sa.select(b.source, b.file_name, q.row, q.reason).distinct().where(b.batch_id == q.batch_id, b.district == q.district)
    with reading(Warehouse(engine, "weibin")) as connection:
        rows = [tuple(r) for r in connection.execute(query)]
    return pl.DataFrame(rows, schema={"source": pl.String, "file": pl.String, "row": pl.Int64, "reason": pl.String}, orient="row")


def test_the_first_demo_publishes_sixty_nights(shown: Shown) -> None:
    assert (shown.first.nights, shown.first.rows_total) == (60, 60 * 4 * 417)
    assert shown.first.rows_changed == shown.first.rows_total
    assert shown.first.alerts_opened > 0
    assert "<html" in Path(shown.first.brief).read_text("utf-8")


def test_the_second_demo_changes_no_row_and_takes_in_no_batch(shown: Shown) -> None:
    assert (shown.second.rows_changed, shown.second.batches_new) == (0, 0)
    assert shown.second.rows_total == shown.first.rows_total
    assert (shown.second.status.revision, shown.second.status.alerts_open) == (1, shown.first.status.alerts_open)
    assert shown.second.status.ledger == shown.first.status.ledger
    assert shown.second.status.lake_seq == shown.first.status.lake_seq


def test_trust_is_amber_where_a_file_is_missing_and_hardly_anywhere_else(shown: Shown) -> None:
    fair = {one.night: one.brief.health.sources for one in shown.duty if verdict(one.brief, [])[0] == "fair"}
    assert len(fair) <= 6
    # The simulator keeps the file of that day back, which comes a day later.
    lacking = [source for source in fair[MISSING_FILE + DAY] if source.short]
    assert [(source.code, source.short) for source in lacking] == [("order", (MISSING_FILE,))]
    assert lacking[0].categories == (Category.PUBLIC_ORDER, Category.POLITICAL)


def test_the_ledger_balances_and_says_what_the_simulator_knows(shown: Shown) -> None:
    truth = {row["source"]: row for row in shown.truth.totals.iter_rows(named=True)}
    assert {one.source for one in shown.first.status.ledger} == set(truth)
    for one in shown.first.status.ledger:
        known = truth[one.source]
        assert one.balances
        # The simulator knows hours, and reports keep days: a few corrections of an hour say nothing new.
        hours = known["accepted"] - one.accepted
        assert 0 <= hours <= known["accepted"] / 1000, one.source
        found = [one.batches, one.delivered, one.merged, one.duplicate - hours, one.quarantined, one.refused, one.out_of_scope]
        assert found == [*(known[c] for c in ("deliveries", "delivered", "merged", "duplicates", "dirty")), 0, 0], one.source


def test_the_quarantine_holds_exactly_the_rows_the_simulator_spoiled(shown: Shown) -> None:
    dirt = shown.truth.dirt
    counted = {(s, r): n for s, r, n in dirt.group_by("source", "reason").len().iter_rows()}
    assert ("fire", "outside_district") in counted
    assert {(one.source, one.reason): one.rows for one in shown.first.status.quarantine} == counted
    # Row for row: the simulator counts from 0, the ledger from 1, the first row below the header.
    extension = pl.when(pl.col("source") == "stability").then(pl.lit("jsonl")).otherwise(pl.lit("csv"))
    wanted = dirt.select(
        "source",
        file=pl.format("{}_{}.{}", "source", pl.col("day").dt.strftime("%Y%m%d"), extension),
        row=pl.col("row") + 1,
        reason="reason",
    )
    order = ["source", "file", "row", "reason"]
    assert shown.quarantine.sort(order).equals(wanted.unique().sort(order))


def test_sixty_nights_keep_no_text_but_what_ships_and_is_declared(shown: Shown) -> None:
    assert shown.strangers == []


def test_tile_map_table_and_alerts_of_duty_agree_on_every_night(shown: Shown) -> None:
    assert len(shown.duty) == 60
    standing: set[str] = set()
    calm: Counter[str] = Counter()
    for night in shown.duty:
        tile = night.brief.categories[-1]
        counted = Counter(level for level in night.levels.values() if level is not None)
        assert {level.value: count for level, count in tile.level_counts.items() if count} == counted, night.night
        assert Counter(line.level.value for line in tile.duty if line.level) == counted
        assert {place: {night.worst.get(place)} for place in night.cells} == night.cells
        hot = {subject for subject, level in night.levels.items() if level in {"orange", "red"}}
        # The table begins with what an alert is about.
        assert [line.level.value in {"orange", "red"} for line in tile.duty[: len(hot)] if line.level] == [True] * len(hot)
        standing |= {alert.subject for alert in night.brief.alerts_new if alert.type == "overdue"}
        standing -= {alert.subject for alert in night.brief.alerts_ended if alert.type == "overdue"}
        assert hot <= standing, night.night
        calm = Counter({subject: calm[subject] + 1 for subject in standing - hot})
        # It ends on the third calm night.
        assert max(calm.values(), default=0) < 3, night.night


def test_levels_of_departments_seldom_flip_from_month_to_month(shown: Shown, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [
        (before.levels.get(subject), level)
        for before, after in zip(shown.duty, shown.duty[30:], strict=False)
        for subject, level in after.levels.items()
        if level is not None and before.levels.get(subject) is not None
    ]
    flipped = sum(before != after for before, after in pairs) / len(pairs)
    with capsys.disabled():
        print(f"\n{flipped:.0%} of {len(pairs):,} levels of a department in a subdistrict were others thirty nights before")
    assert flipped < 0.25


@pytest.mark.lengthy
def test_nor_do_they_on_postgresql(prefect_server: Server, tmp_path: Path, postgres_url: str) -> None:
    from flows import demo as module

    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, tmp_path)
        patch.setenv("SIFANG_WAREHOUSE_URL", postgres_url)
        module.demo()
        context = open_context(module.DISTRICT)
        try:
            assert strangers(tmp_path, context.warehouse.engine) == []
        finally:
            context.stores.close()


@pytest.mark.lengthy
def test_a_rehearsal_opens_exactly_the_alerts_of_a_home_under_the_folder_from_the_start(prefect_server: Server, tmp_path: Path) -> None:
    from flows import demo as module

    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, tmp_path / "live")
        module.demo()
        context = open_context(module.DISTRICT)
        try:
            rehearsal = _rehearsal(context, patch, tmp_path / "changed")
        finally:
            context.stores.close()
    rehearsed, alerts = rehearsal.found, rehearsal.found.alerts
    assert (rehearsed.nights, rehearsed.exact, rehearsed.under_others, rehearsed.withheld) == (60, True, 0, ())

    def as_opened(one: Opened) -> Opening:
        return one.night, one.type, one.category, one.subject

    gone = {as_opened(one) for one in alerts.lost} | {as_opened(one.alert) for one in alerts.moved}
    come = {as_opened(one) for one in alerts.gained} | {as_opened(one.becomes) for one in alerts.moved}
    assert gone <= rehearsal.live
    assert (rehearsal.live - gone) | come == rehearsal.under_it
    assert alerts.opened.after == len(rehearsal.under_it) > len(rehearsal.live) == alerts.opened.before
