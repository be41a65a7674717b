"""`sifang explain` on the tiny district: what it says of a cell, of a move, and of what it cannot say."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from flows.cli import app as cli
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.explain import explain, moves
from flows.tell.explanation import CategoryTold, Explanation
from flows.tell.insight import insight, published
from infra.errors import SifangError
from infra.pages.brief.collect import collect
from infra.warehouse import tables
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.homes import going_on
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from transforms.scoring.explain import Insight
from transforms.scoring.rests_on import RestsOn
from transforms.words import Category, Cause
from transforms.words.reasons import NotScored

DAY = dt.timedelta(days=1)
NEXT = NIGHT + DAY


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights: on the day between them came its own reports, six that were late, and eight assaults in one cell."""
    root = tmp_path_factory.mktemp("explained") / "root"
    with going_on(filled, root) as made:
        run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
        tiny.deliver_days(made.inbox, NIGHT, NIGHT)
        rows = [_report(f"late-{k}", NIGHT - 9 * DAY, NIGHT, "113.9030", "35.3250") for k in range(6)]
        rows += [_report(f"new-{k}", NIGHT, NIGHT, "113.9100", "35.3100") for k in range(8)]
        tiny.deliver(made.inbox, "order", pl.concat(rows), "more")
        made.ingest(moment(NEXT))
        run_night(made.context, nightly_run(made.context, NEXT, None, "second"))
    return root


def _report(number: str, happened: dt.date, released: dt.date, lon: str, lat: str) -> pl.DataFrame:
    first = dict.fromkeys(("department", "due", "closed"), "")
    times = {"happened": f"{happened} 12:00:00", "released": f"{released} 20:00:00"}
    return pl.DataFrame([{"number": number, **times, "kind": "assault", "lon": lon, "lat": lat, "status": "open", **first}]).select(
        tiny.reports("order", happened, happened).columns
    )


def _cell(lived: Tiny, lon: float, lat: float) -> str:
    cells = lived.context.folder.cells
    near = ((cells["lon"] - lon) ** 2 + (cells["lat"] - lat) ** 2).arg_min()
    assert near is not None
    return str(cells["cell_id"][near])


def _category(told: Explanation, category: Category) -> CategoryTold:
    return next(one for one in told.categories if one.category is category)


def _insight(lived: Tiny) -> Insight:
    return insight(lived.context, published(lived.context, NEXT))


def _run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["sifang", "explain", "--district", CODE, *arguments])
    capsys.readouterr()
    code = 0
    try:
        cli.main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_cell_is_explained_with_what_it_rests_on(lived: Tiny) -> None:
    cell = _cell(lived, 113.91, 35.31)
    told = explain(lived.context, NEXT, cell)
    assert [c.category for c in told.categories] == list(Category)
    order = _category(told, Category.PUBLIC_ORDER)
    row = scores_of(lived.context.warehouse, NEXT).row(
        by_predicate=(pl.col("cell_id") == cell) & (pl.col("category") == "public_order"), named=True
    )
    numbers = order.numbers
    assert numbers is not None
    assert numbers.score == row["score"]
    assert sum(part.harm for part in numbers.contributions) == pytest.approx(row["expected_harm"], abs=1e-9)
    assert sum(part.share for part in numbers.contributions) == pytest.approx(1)
    assert sum(one.harm for one in numbers.series) + row["open_stock"] == pytest.approx(row["expected_harm"], abs=1e-9)
    assert numbers.usual is not None
    assert numbers.usual > 0
    assert f"against {numbers.usual:.1f} usual" in order.sentence.en
    assert (order.rests_on.last_report_day, order.rests_on.last_day_observed) == (NIGHT, NIGHT)
    assert order.rests_on.exposure_28_days is not None
    assert 0.9 < order.rests_on.exposure_28_days <= 1
    assert order.model_id != order.reference_id
    assert told.lake_seq == lived.context.lake.sequence()


def test_of_one_cell_only_its_own_moves_are_found_out_and_they_are_the_same(lived: Tiny) -> None:
    cell = _cell(lived, 113.91, 35.31)
    alone = {one.category: one.moved for one in explain(lived.context, NEXT, cell).categories if one.moved}
    assert alone == {one.category: one for one in moves(lived.context, NEXT).moves if one.cell == cell}
    assert alone


def test_without_a_night_it_is_the_last_one(lived: Tiny) -> None:
    assert moves(lived.context) == moves(lived.context, NEXT)
    assert explain(lived.context, None, _cell(lived, 113.91, 35.31)).night == NEXT


def test_few_reports_leave_words_alone(lived: Tiny) -> None:
    known = _insight(lived)
    scored = scores_of(lived.context.warehouse, NEXT).filter((pl.col("category") == "safety") & (pl.col("state") != "not_scored"))
    quiet = [c for c in scored["cell_id"] if not known.numbers("safety", c)]
    assert 0 < len(quiet) < len(scored)
    told = _category(explain(lived.context, NEXT, quiet[0]), Category.SAFETY)
    assert (told.numbers, told.rests_on.last_report_day) == (None, None)
    assert told.drivers
    assert told.level is not None
    assert not any(c.isdigit() for c in told.sentence.zh + told.sentence.en)


def test_the_brief_shows_a_score_only_where_there_were_enough_reports(lived: Tiny) -> None:
    known = _insight(lived)
    told = collect(lived.context.warehouse, lived.context.folder, NEXT, known).categories
    shown = {(c.code.value, cell): state.score is not None for c in told for cell, state in c.cells.items() if state.level is not None}
    assert shown == {(category, cell): known.numbers(category, cell) for category, cell in shown}
    assert set(shown.values()) == {True, False}
    ignorant = collect(lived.context.warehouse, lived.context.folder, NEXT).categories
    assert all(state.score is None for c in ignorant if c.code is not Category.POLITICAL for state in c.cells.values())


def test_a_move_is_told_by_its_causes(lived: Tiny) -> None:
    found = {(m.category, m.cell): m for m in moves(lived.context, NEXT).moves}
    new = found[Category.PUBLIC_ORDER, _cell(lived, 113.91, 35.31)]
    assert new.direction == "up"
    assert new.causes[0].cause is Cause.NEW_REPORTS
    assert new.before is not None
    assert new.now is not None
    assert sum(c.points or 0.0 for c in new.causes) == pytest.approx(new.now - new.before, abs=1e-9)
    assert "new reports +" in new.sentence.en
    late = found[Category.PUBLIC_ORDER, _cell(lived, 113.903, 35.325)]
    assert late.causes[0].cause is Cause.LATE
    hidden = [m for m in found.values() if m.before is None]
    assert all(c.points is None for m in hidden for c in m.causes)
    told = moves(lived.context, NEXT, Category.PUBLIC_ORDER).moves
    by = [abs(m.now - m.before) for m in told if m.now is not None and m.before is not None]
    assert by == sorted(by, reverse=True)
    assert min(by) >= 5


def test_it_says_the_same_later_whatever_has_landed_since(lived: Tiny) -> None:
    first = moves(lived.context, NEXT)
    tiny.deliver_days(lived.inbox, NEXT, NEXT + 3 * DAY)
    lived.ingest(moment(NEXT + 4 * DAY))
    assert moves(lived.context, NEXT) == first


def test_what_cannot_be_said_is_said(lived: Tiny) -> None:
    with pytest.raises(SifangError, match="the night before was not published"):
        moves(lived.context, NIGHT)
    told = explain(lived.context, NIGHT, lived.context.folder.cells["cell_id"][0])
    assert all(one.moved is None for one in told.categories)
    with lived.context.warehouse.engine.begin() as connection:
        connection.execute(sa.update(tables.nights).where(tables.nights.c.night == NEXT).values(replayable_until=NIGHT))
    with pytest.raises(SifangError, match="past their time"):
        moves(lived.context, NEXT)
    order = _category(explain(lived.context, NEXT, _cell(lived, 113.91, 35.31)), Category.PUBLIC_ORDER)
    assert (order.numbers, order.rests_on) == (None, RestsOn())


def test_a_cell_without_a_score_says_why(lived: Tiny) -> None:
    scores = scores_of(lived.context.warehouse, NEXT)
    bare = scores.filter((pl.col("category") == "public_order") & (pl.col("state") == "not_scored"))["cell_id"][0]
    told = _category(explain(lived.context, NEXT, bare, Category.PUBLIC_ORDER), Category.PUBLIC_ORDER)
    assert (told.reason, told.level, told.numbers, told.drivers) == (NotScored.NOT_COVERED, None, None, ())
    assert told.sentence.en == "not scored: no source covers this cell"
    assert told.rests_on.exposure_28_days == 0


def test_the_verb_prints_and_refuses_plainly(lived: Tiny, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    cell = _cell(lived, 113.91, 35.31)
    lived.context.stores.close()
    code, out, _ = _run(capsys, monkeypatch, "--cell", cell)
    assert code == 0
    for word in (
        cell,
        "治安 Public order",
        "expected against",
        "预期危害",
        "recent reports here",
        "rests on",
        "moved up from",
        "new reports +",
    ):
        assert word in out
    code, out, _ = _run(capsys, monkeypatch, "--cell", cell, "--category", "public_order", "--json")
    assert [c["category"] for c in json.loads(out)["categories"]] == ["public_order"]
    code, out, _ = _run(capsys, monkeypatch, "--moved", "--json")
    assert {m["cell"] for m in json.loads(out)["moves"]} >= {cell}
    code, out, _ = _run(capsys, monkeypatch, "--moved", "--category", "public_order")
    assert "new reports +" in out
    for arguments, status, said in (
        (("--cell", cell[:-1] + "x"), 2, "Did you mean"),
        (("--cell", "nowhere at all"), 2, "Its cells are named like"),
        (("--cell", cell, "--night", "2031-01-01"), 1, f"The last one that was is {NEXT}"),
        (("--cell", cell, "--category", "weather"), 2, "is no category"),
        (("--cell", cell, "--moved"), 2, "name a cell with --cell"),
        ((), 2, "name a cell with --cell"),
    ):
        code, out, err = _run(capsys, monkeypatch, *arguments)
        assert (code, out) == (status, ""), arguments
        assert said in " ".join(err.replace("│", " ").split())
        assert "Traceback" not in err
