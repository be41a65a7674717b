"""A clock ten days ahead, from the night on which nobody noticed to the nights that are published anew: nothing of it is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.nights.absence import absence
from flows.nights.night import NightOutcome, refuse_past, run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay, replay_last
from flows.repair.retraction import Retracted, retract_nights
from flows.stores import Time, opened
from flows.tell.brief import write_brief
from flows.tell.status import status
from infra import clock
from infra.clock import ClockError
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.nights.nights import latest_night, night_row
from tests.helpers import tiny
from tests.helpers.homes import on_another_warehouse
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment, reports

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
NEXT, AHEAD = NIGHT + DAY, NIGHT + 10 * DAY
REASON = "clock-ahead:OPS-10"


class Clock:
    """The clock of this process."""

    def __init__(self) -> None:
        self.at = moment(NIGHT, 6)

    def now(self) -> dt.datetime:
        return self.at


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", made.now)
    return made


@pytest.fixture
def ahead(district_root: Path, warehouse_url: str, host: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """A night by a right clock, then a batch and a night by one that is ten days ahead; the clock is right again."""
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    # Known from the landing on, as most sources are.
    file = district_root / "districts" / CODE / "district.toml"
    before, code, own = file.read_text("utf-8").partition('code = "stability"')
    file.write_text(before + code + own.replace('known_at = { rule = "column", column = "released" }\n', "", 1), "utf-8")
    made = on_another_warehouse(district_root, warehouse_url)
    made.ingest(moment(NIGHT))
    publish(made, NIGHT)
    host.at = moment(AHEAD, 6)
    tiny.deliver(made.inbox, "stability", reports("stability", NIGHT, NIGHT), "hidden")
    made.ingest(host.at)
    publish(made, AHEAD)
    write_brief(made.context, AHEAD)
    host.at = moment(NEXT, 9)
    yield made
    made.context.stores.close()


def publish(district: Tiny, night: dt.date) -> NightOutcome:
    return run_night(district.context, nightly_run(district.context, night, None, f"live-{night}"))


def retract(district: Tiny, *, dry_run: bool = False) -> Retracted:
    return retract_nights(district.context, NEXT, REASON, clock.now(), dry_run=dry_run)


def hidden(district: Tiny) -> pl.DataFrame:
    """The rows that no night can see yet."""
    return district.context.lake.read().filter(pl.col("known_at") > clock.now())


def test_what_a_clock_ahead_did_and_how_it_is_taken_back(ahead: Tiny, host: Clock) -> None:
    rows = len(hidden(ahead))
    assert rows > 0
    with pytest.raises(SifangError, match="is older than the last published one"):
        refuse_past(ahead.context, NEXT)
    foreseen = retract(ahead, dry_run=True)
    assert len(hidden(ahead)) == rows
    done = retract(ahead)
    assert {**vars(done), "dry_run": True, "pages": 0} == vars(foreseen)
    assert [r.night for r in done.revisions] == [AHEAD]
    assert (done.rows, len(done.batches), done.pages, done.reason) == (rows, 1, 1, "clock-ahead")
    # The missed nights run in their order, and see what had been hidden from the first moment that is certain.
    assert latest_night(ahead.context.warehouse) == NIGHT
    assert hidden(ahead).is_empty()
    publish(ahead, NEXT)
    assert ahead.context.read_lake().versions.filter(pl.col("known_at") == host.at)["batch_id"].n_unique() == 1
    again = retract(ahead, dry_run=True)
    assert [r.night for r in again.revisions] == [NEXT]
    assert (again.rows, again.batches) == (0, ())


def test_what_comes_afterwards_overrules_what_a_clock_ahead_landed(ahead: Tiny, host: Clock) -> None:
    done = retract(ahead)
    hidden_rows = reports("stability", NIGHT, NIGHT)
    tiny.deliver(ahead.inbox, "stability", hidden_rows.with_columns(status=pl.lit("withdrawn")), "mended")
    host.at = moment(NEXT, 10)
    ahead.ingest(host.at)
    versions = ahead.context.lake.read()
    reported = versions.filter(pl.col("batch_id") == done.batches[0])["report_id"]
    latest = versions.filter(pl.col("report_id").is_in(reported.implode())).sort("order_key").unique("report_id", keep="last")
    assert set(latest["status"]) == {"withdrawn"}


def test_nights_that_stand_replay_as_they_were(ahead: Tiny) -> None:
    retract(ahead)
    assert replay(ahead.context, NIGHT).identical
    publish(ahead, NEXT)
    assert all(found.identical for found in replay_last(ahead.context, 2))
    with pytest.raises(SifangError, match="was taken back on 2025-06-10"):
        replay_last(ahead.context, 1, AHEAD)


def test_readers_and_pages_say_so(ahead: Tiny) -> None:
    page = ahead.context.settings.briefs / CODE / f"{AHEAD}.html"
    assert "was taken back" not in page.read_text("utf-8")
    retract(ahead)
    assert f"night {AHEAD} was taken back" in page.read_text("utf-8")
    assert "clock-ahead" in page.read_text("utf-8")
    found = status(ahead.context)
    assert (found.night, [n.night for n in found.retracted]) == (NIGHT, [AHEAD])
    with pytest.raises(SifangError, match=r"was taken back .* not published since\. Run it again"):
        write_brief(ahead.context, AHEAD)


def test_the_night_comes_in_its_time_as_a_further_revision(ahead: Tiny, host: Clock) -> None:
    retract(ahead)
    publish(ahead, NEXT)
    host.at = moment(AHEAD, 6)
    assert absence(ahead.context.warehouse, ahead.context.district, AHEAD).caught_up[0] == NEXT + DAY
    assert publish(ahead, AHEAD).revision == 2
    row = night_row(ahead.context.warehouse, AHEAD)
    assert row is not None
    assert row.published_at == host.at
    assert status(ahead.context).retracted == ()
    assert replay(ahead.context, AHEAD).identical
    assert "was taken back" not in write_brief(ahead.context, AHEAD).read_text("utf-8")


def test_killed_between_the_lake_and_the_warehouse_it_is_repeated(ahead: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = len(hidden(ahead))
    with monkeypatch.context() as patch:
        patch.setattr("flows.repair.retraction.retract", _die)
        with pytest.raises(KeyboardInterrupt):
            retract(ahead)
    assert hidden(ahead).is_empty()
    assert latest_night(ahead.context.warehouse) == AHEAD
    done = retract(ahead)
    assert (len(done.revisions), done.rows, len(done.batches)) == (1, 0, 1)
    assert len(ahead.context.lake.read().filter(pl.col("batch_id") == done.batches[0])) == rows


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_writer_is_stopped_until_it_is_taken_back(ahead: Tiny) -> None:
    if ahead.context.warehouse.engine.dialect.name == "postgresql":
        pytest.skip("this process' clock is a year from the server's, which stops every writer by itself")

    def write() -> None:
        with opened(CODE, Settings()):
            pass

    with pytest.raises(ClockError, match=r"8 days behind, or was ahead then\. .*sifang nights retract --from 2025-06-11"):
        write()
    with opened(CODE, Settings(), Time.MENDED) as context:
        # The date that the message names is enough.
        retract_nights(context, NEXT + DAY, "clock-ahead", clock.now(), dry_run=False)
    write()
