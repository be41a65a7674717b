"""`sifang explain` on the tiny district: what it says of a cell, of a move, and of what it cannot say."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from flows.cli import app as cli
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.explain import explain, insight, moves
from infra.errors import SifangError
from infra.pages.brief.collect import collect
from infra.warehouse import tables
from infra.warehouse.scores import scores_of
from tests.helpers import tiny
from tests.helpers.homes import going_on
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from transforms.words import Category

DAY = dt.timedelta(days=1)
NEXT = NIGHT + DAY
NUMBERS = ("score", "expected_harm", "harm_low", "harm_high", "p_any", "usual", "last_report_day")


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


def _category(told: dict[str, Any], category: str) -> dict[str, Any]:
    return next(one for one in told["categories"] if one["category"] == category)


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
    assert [c["category"] for c in told["categories"]] == [c.value for c in Category]
    order = _category(told, "public_order")
    row = scores_of(lived.context.warehouse, NEXT).row(
        by_predicate=(pl.col("cell_id") == cell) & (pl.col("category") == "public_order"), named=True
    )
    assert order["told_in_numbers"]
    assert order["score"] == row["score"]
    assert sum(part["harm"] for part in order["contributions"]) == pytest.approx(row["expected_harm"], abs=1e-9)
    assert sum(part["share"] for part in order["contributions"]) == pytest.approx(1)
    assert sum(one["harm"] for one in order["series"]) + row["open_stock"] == pytest.approx(row["expected_harm"], abs=1e-9)
    assert order["usual"] > 0
    assert f"against {order['usual']:.1f} usual" in order["sentence"]["en"]
    assert order["last_report_day"] == NIGHT
    assert order["last_day_observed"] == NIGHT
    assert 0.9 < order["exposure_28_days"] <= 1
    assert order["model_id"] != order["reference_id"]
    assert told["lake_seq"] == lived.context.lake.sequence()


def test_few_reports_leave_words_alone(lived: Tiny) -> None:
    known = insight(lived.context, NEXT)
    scored = scores_of(lived.context.warehouse, NEXT).filter((pl.col("category") == "safety") & (pl.col("state") != "not_scored"))
    quiet = [c for c in scored["cell_id"] if not known.numbers("safety", c)]
    assert 0 < len(quiet) < len(scored)
    told = _category(explain(lived.context, NEXT, quiet[0]), "safety")
    assert [told[name] for name in NUMBERS] == [None] * len(NUMBERS)
    assert told["contributions"] == told["series"] == []
    assert told["drivers"]
    assert told["level"] is not None
    assert not any(c.isdigit() for c in told["sentence"]["zh"] + told["sentence"]["en"])


def test_the_brief_shows_a_score_only_where_there_were_enough_reports(lived: Tiny) -> None:
    known = insight(lived.context, NEXT)
    told = collect(lived.context.warehouse, lived.context.folder, NEXT, known).categories
    shown = {(c.code.value, cell): state.score is not None for c in told for cell, state in c.cells.items() if state.level is not None}
    assert shown == {(category, cell): known.numbers(category, cell) for category, cell in shown}
    assert set(shown.values()) == {True, False}
    ignorant = collect(lived.context.warehouse, lived.context.folder, NEXT).categories
    assert all(state.score is None for c in ignorant if c.code is not Category.POLITICAL for state in c.cells.values())


def test_a_move_is_told_by_its_causes(lived: Tiny) -> None:
    found = {(m["category"], m["cell"]): m for m in moves(lived.context, NEXT)}
    new = found["public_order", _cell(lived, 113.91, 35.31)]
    assert new["direction"] == "up"
    assert new["causes"][0]["cause"] == "new_reports"
    assert sum(c["points"] for c in new["causes"]) == pytest.approx(new["to"] - new["from"], abs=1e-9)
    assert "new reports +" in new["sentence"]["en"]
    late = found["public_order", _cell(lived, 113.903, 35.325)]
    assert late["causes"][0]["cause"] == "late"
    hidden = [m for m in found.values() if m["from"] is None]
    assert all(c["points"] is None for m in hidden for c in m["causes"])
    by = [abs(m["to"] - m["from"]) for m in moves(lived.context, NEXT, Category.PUBLIC_ORDER) if m["to"] is not None]
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
    assert all(one["moved"] is None for one in told["categories"])
    with lived.context.warehouse.engine.begin() as connection:
        connection.execute(sa.update(tables.nights).where(tables.nights.c.night == NEXT).values(replayable_until=NIGHT))
    with pytest.raises(SifangError, match="past their time"):
        moves(lived.context, NEXT)
    order = _category(explain(lived.context, NEXT, _cell(lived, 113.91, 35.31)), "public_order")
    assert not order["told_in_numbers"]
    assert order["exposure_28_days"] is None


def test_a_cell_without_a_score_says_why(lived: Tiny) -> None:
    scores = scores_of(lived.context.warehouse, NEXT)
    bare = scores.filter((pl.col("category") == "public_order") & (pl.col("state") == "not_scored"))["cell_id"][0]
    told = _category(explain(lived.context, NEXT, bare, Category.PUBLIC_ORDER), "public_order")
    assert (told["reason"], told["level"], told["series"], told["drivers"]) == ("not_covered", None, [], [])
    assert told["sentence"]["en"] == "not scored: no source covers this cell"
    assert told["exposure_28_days"] == 0


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
    assert {m["cell"] for m in json.loads(out)} >= {cell}
    code, out, _ = _run(capsys, monkeypatch, "--moved", "--category", "public_order")
    assert "new reports +" in out
    for arguments, status, said in (
        (("--cell", cell[:-1] + "x"), 1, "Did you mean"),
        (("--cell", "nowhere at all"), 1, "Its cells are named like"),
        (("--cell", cell, "--night", "2031-01-01"), 1, f"The last one that was is {NEXT}"),
        (("--cell", cell, "--category", "weather"), 2, "is no category"),
        (("--cell", cell, "--moved"), 2, "name a cell with --cell"),
        ((), 2, "name a cell with --cell"),
    ):
        code, out, err = _run(capsys, monkeypatch, *arguments)
        assert (code, out) == (status, ""), arguments
        assert said in " ".join(err.replace("│", " ").split())
        assert "Traceback" not in err
