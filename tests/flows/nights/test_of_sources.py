"""One source of public order falls silent while another speaks: what the night, its replay, its inputs and a backtest make of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.nights.backtest import Terms, backtest
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.nights.replay import is_stale, replay
from flows.tell.status import status
from infra.pages.brief.collect import collect
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.homes import opened
from tests.helpers.tiny import CELLS, CODE, NIGHT, UNCOVERED, Tiny, moment

DAY = dt.timedelta(days=1)
# The last day that the source of assaults told of: twelve days before the first night, and 22 before the second.
LAST = NIGHT - 13 * DAY
LATER = NIGHT + 10 * DAY
NOW = moment(LATER + 60 * DAY)


def _split(root: Path) -> None:
    """Assaults come from a source of their own."""
    file = root / "districts" / CODE / "district.toml"
    head, *sources = file.read_text("utf-8").split("\n[[sources]]\n")
    order = next(s for s in sources if 'code = "order"' in s)
    tables = order + '[sources.kinds]\ntheft = "theft"\nfight = "fight"\n'
    assaults = order.replace('"order"', '"assaults"').replace("order_*", "assaults_*") + '[sources.kinds]\nassault = "assault"\n'
    file.write_text("\n[[sources]]\n".join([head, *(tables if s is order else s for s in sources), assaults]), "utf-8")


def _deliver(inbox: Path, first: dt.date, last: dt.date, until: dt.date) -> None:
    """A file of each source; assaults until a day."""
    tiny.deliver_days(inbox, first, last, ("fire", "stability"))
    rows, name = tiny.reports("order", first, last), f"{first:%Y%m%d}_{last:%Y%m%d}"
    tiny.deliver(inbox, "order", rows.filter(pl.col("kind") != "assault"), name)
    told = rows.filter(pl.col("kind") == "assault", pl.col("happened").str.slice(0, 10) <= f"{until}")
    if len(told):
        tiny.deliver(inbox, "assaults", told, name)


@pytest.fixture(scope="module")
def lived_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights of a district of which one source fell silent."""
    root = tmp_path_factory.mktemp("split")
    tiny.write_district(root / "districts")
    _split(root)
    _deliver(root / "inbox", tiny.FIRST_DAY, NIGHT - DAY, LAST)
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        made.ingest(moment(NIGHT))
        run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
        _deliver(root / "inbox", NIGHT, LATER - DAY, LAST)
        made.ingest(moment(LATER))
        run_night(made.context, nightly_run(made.context, LATER, None, "later"))
    return root


def _states(one: Tiny, night: dt.date) -> dict[tuple[str, str | None], int]:
    counted = scores_of(one.context.warehouse, night).filter(category="public_order").group_by("state", "reason").len()
    return {(state, reason): number for state, reason, number in counted.iter_rows()}


def test_a_night_keeps_what_it_last_heard_and_gives_no_score_once_that_is_too_long_ago(lived: Tiny) -> None:
    covered = CELLS - UNCOVERED
    assert _states(lived, NIGHT) == {("scored", None): covered, ("not_scored", "not_covered"): UNCOVERED}
    assert _states(lived, LATER) == {("not_scored", "stale"): covered, ("not_scored", "not_covered"): UNCOVERED}
    other = scores_of(lived.context.warehouse, LATER).filter(pl.col("category").is_in(["safety", "stability"]))
    assert other["reason"].null_count() == 2 * CELLS


def test_status_and_brief_name_the_series_and_the_source(lived: Tiny) -> None:
    found = status(lived.context)
    (one,) = found.unheard
    assert (one.series, one.sources, one.last_day) == (("violence",), ("assaults",), LAST)
    # Its cases had clocks as well, which nobody tells the end of.
    assert [c.value for c in found.silent] == ["political", "public_order"]
    told = {f.what: f for f in found.attention}
    assert told["series violence"].ok is False
    assert told["series violence"].detail == f"nothing heard since {LAST} from assaults"
    notices = [n.en for n in collect(lived.context.warehouse, lived.context.folder, NIGHT).health.notices]
    assert any(f"nothing heard since {LAST} from assaults" in n for n in notices), notices


def test_both_nights_replay_from_what_was_known_also_after_the_rest_has_come(lived: Tiny) -> None:
    def identical() -> bool:
        return all(replay(lived.context, night, refit=refit).identical for night in (NIGHT, LATER) for refit in (False, True))

    assert identical()
    rows = tiny.reports("order", LAST + DAY, NIGHT - DAY, seed=3).filter(pl.col("kind") == "assault")
    released = rows.with_columns(released=pl.lit(f"{LATER + 20 * DAY} 12:00:00"))
    tiny.deliver(lived.inbox, "assaults", released, "late")
    lived.ingest(NOW)
    assert identical()


def test_what_comes_late_of_the_silent_source_makes_its_nights_stale_and_restating_them_scores_them(lived: Tiny) -> None:
    (run,) = backfill_runs(lived.context, PastNights(LATER, LATER, "late-data"), NOW, "again")
    run_night(lived.context, run)
    assert not is_stale(lived.context, LATER, NOW)
    assert ("not_scored", "stale") in _states(lived, LATER)
    rows = tiny.reports("order", LAST + DAY, LATER - DAY, seed=3).filter(pl.col("kind") == "assault")
    tiny.deliver(lived.inbox, "assaults", rows, "late")
    lived.ingest(NOW)
    assert is_stale(lived.context, LATER, NOW)
    (again,) = backfill_runs(lived.context, PastNights(LATER, LATER, "late-data"), NOW, "once more")
    run_night(lived.context, again)
    assert _states(lived, LATER) == {("scored", None): CELLS - UNCOVERED, ("not_scored", "not_covered"): UNCOVERED}


def test_a_backtest_grades_no_window_of_the_silent_source_and_every_one_of_the_other(lived: Tiny) -> None:
    frame, report = backtest(lived.context, Terms(first=LAST - 13 * DAY, last=LAST + 8 * DAY, every_days=7))
    left = {s.code: s.left_out for s in report.series}
    covered = CELLS - UNCOVERED
    # Of four windows the last two lie in the silence, or end in it.
    assert left["violence"]["window_not_observed"] == 2 * covered
    assert left["theft"]["window_not_observed"] == 0
    origins = {code: frame.filter(series=code)["origin"].n_unique() for code in ("theft", "violence")}
    assert origins == {"theft": 4, "violence": 2}
