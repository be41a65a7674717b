"""Outcomes come back: into the lake once, each marked by how it came about, moving the alerts of its place; what cannot be is set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.alerts.chronic import chronic_list
from flows.alerts.helped import standing
from flows.alerts.outcomes import SetAside, take_in
from flows.cli.draw import worklist as drawn
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import Context
from flows.tell.worklist import work_list, write_sheets
from infra.errors import SifangError
from infra.sources.outcomes import handed_outcomes
from infra.warehouse.alerts.alerts import alerts_of
from tests.helpers.invented import dampness
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.types import TYPES
from transforms.district.work import WorkRules
from transforms.words import Chosen, Helped, Outcome, Unfit
from transforms.worklist.visits import visits_known

DAY = dt.timedelta(days=1)
NOW = moment(NIGHT, 17)


@pytest.fixture
def sent(district: Tiny) -> Iterator[Context]:
    """The district on the day of its first list, with alerts on cells open since that night."""
    declared = district.context.district.model_copy(update={"worklist": WorkRules(visits_per_day=10, random_share=0.2)})
    context = district.context.under(replace(district.context.folder, district=declared))
    with TYPES.including(dampness.TYPE):
        run_night(context, nightly_run(context, NIGHT, None, "first"))
        yield context


def known(context: Context) -> pl.DataFrame:
    return visits_known(context.lake.visits(), NOW + DAY, context.lake.sequence())


def row(cell: str, outcome: str = "fixed", day: dt.date = NIGHT) -> dict[str, str]:
    return {"day": day.isoformat(), "cell": cell, "outcome": outcome}


def test_the_sheets_that_were_written_are_filled_in_and_come_back(sent: Context, tmp_path: Path) -> None:
    tasks = work_list(sent).tasks
    tables = [Path(file) for file in write_sheets(sent, work_list(sent), tmp_path) if file.endswith(".csv")]
    rows = [{**each, "outcome": "已整改" if int(each["turn"]) % 2 else ""} for file in tables for each in handed_outcomes(file)]
    found = take_in(sent, rows, NOW)
    told = [task for task in tasks if task.turn % 2]
    assert (found.rows, found.empty, found.known, found.set_aside) == (10, 5, 0, ())
    assert found.new == {chosen: sum(task.chosen is chosen for task in told) for chosen in Chosen}
    assert sorted(known(sent)["cell_id"]) == sorted(task.cell_id for task in told)
    # Handed over again, nothing enters, and no alert is moved a second time.
    before = sent.lake.sequence()
    again = take_in(sent, rows, NOW + dt.timedelta(hours=1))
    assert (again.known, sum(again.new.values()), again.alerts, sent.lake.sequence()) == (5, 0, 0, before)
    # The list enters with the next night, and does not overrule what is known of it.
    run_night(sent, nightly_run(sent, NIGHT + DAY, None, "second"))
    assert known(sent).filter(pl.col("outcome").is_not_null()).height == 5
    assert known(sent).height == 10


def test_what_is_said_later_overrules_and_a_place_that_was_not_sent_for_is_somebodys_own(sent: Context) -> None:
    listed = {task.cell_id for task in work_list(sent).tasks}
    own = next(cell for cell in sent.folder.cells["cell_id"] if cell not in listed)
    assert take_in(sent, [row(own, "fixed"), row(own, "referred")], NOW).new[Chosen.OWN] == 1
    assert known(sent).select("chosen", "outcome").rows() == [("own", "referred")]
    take_in(sent, [row(own, "nothing_found")], NOW + dt.timedelta(minutes=1))
    assert known(sent)["outcome"].to_list() == ["nothing_found"]


def test_a_visit_moves_the_alerts_of_its_place_by_itself(sent: Context) -> None:
    alert, cell = alerts_of(sent.warehouse).filter(pl.col("subject_kind") == "cell").select("alert_id", "subject").row(0)
    assert take_in(sent, [row(cell, day=NIGHT - DAY)], NOW).alerts == 0
    found = take_in(sent, [{"day": NIGHT.isoformat(), "alert": f"{alert[:8]}@1", "outcome": "fixed"}], NOW)
    assert (found.alerts, found.new[Chosen.OWN] + found.new[Chosen.LISTED] + found.new[Chosen.RANDOM]) == (1, 1)
    assert alerts_of(sent.warehouse).filter(pl.col("alert_id") == alert)["state"].item() == "resolved"
    assert take_in(sent, [row(cell)], NOW).alerts == 0
    told = standing(sent, NOW)
    assert told.alerts["damp"].found == 1
    assert told.alerts_helped["damp"].says is Helped.NOT_KNOWN


def test_rows_that_cannot_be_are_set_aside_with_a_plain_word_and_nothing_of_them_is_told(sent: Context) -> None:
    alert, its_own = alerts_of(sent.warehouse).filter(pl.col("subject_kind") == "cell").select("alert_id", "subject").row(0)
    cell, other = [each for each in sent.folder.cells["cell_id"] if each != its_own][:2]
    rows = [
        row("nowhere"),
        row(cell, "王某已处理"),
        row(cell, day=NIGHT + DAY),
        {"day": str(NIGHT), "alert": "zz", "outcome": "fixed"},
        {"day": str(NIGHT), "alert": alert, "cell": other, "outcome": "fixed"},
        row(cell, "fixed"),
        row(cell),
    ]
    found = take_in(sent, rows, NOW)
    why = (Unfit.PLACE, Unfit.OUTCOME, Unfit.DAY, Unfit.ALERT, Unfit.ELSEWHERE)
    assert found.set_aside == tuple(SetAside(k, one) for k, one in enumerate(why, start=2))
    # Each row is in the answer once.
    assert (sum(found.new.values()), found.overruled, found.rows) == (1, 1, len(why) + 2)


def test_of_thousands_of_rows_set_aside_the_first_are_named_and_the_others_counted(
    sent: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn.taken_in(take_in(sent, [row("nowhere")] * 3000, NOW))
    said = capsys.readouterr().out.splitlines()
    assert len(said) < 30
    assert said[-1] == f"  2,980 more lines set aside: {Unfit.PLACE.words.joined}"


def test_a_table_may_come_from_a_chinese_spreadsheet_and_one_without_its_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "back.csv"
    file.write_bytes("Day,Cell,Outcome,备注\r\n2025-06-09,c1,已整改,\r\n,,,\r\n".encode("gb18030"))
    assert handed_outcomes(file)[0] == {"day": "2025-06-09", "cell": "c1", "outcome": "已整改", "备注": ""}
    file.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(SifangError, match="no columns outcome"):
        handed_outcomes(file)
    with pytest.raises(SifangError, match="cannot be read"):
        handed_outcomes(tmp_path / "gone.csv")


def test_a_sheet_whose_codes_a_spreadsheet_took_for_numbers_comes_back_whole(sent: Context) -> None:
    tasks = work_list(sent).tasks
    written = {task.cell_id: f"{int(task.cell_id):.5E}" if task.cell_id.isdecimal() else task.cell_id for task in tasks}
    rows = [{**row(written[task.cell_id]), "turn": str(task.turn)} for task in tasks]
    assert take_in(sent, rows, NOW).set_aside == ()
    assert sorted(known(sent)["cell_id"]) == sorted(task.cell_id for task in tasks)


@pytest.mark.parametrize("between", [";", "\t"])
def test_a_table_may_have_semicolons_or_tabulators_between_its_values(tmp_path: Path, between: str) -> None:
    file = tmp_path / "back.csv"
    file.write_text(f"day{between}cell{between}outcome\n2025-06-09{between}c1{between}fixed\n", "utf-8")
    assert handed_outcomes(file) == [{"day": "2025-06-09", "cell": "c1", "outcome": "fixed"}]


@pytest.mark.parametrize("names", ["day,day,cell,outcome", "day,cell,outcome,结果", "day,网格,cell,outcome"])
def test_a_table_with_two_columns_of_one_name_is_refused(tmp_path: Path, names: str) -> None:
    file = tmp_path / "back.csv"
    file.write_text(f"{names}\n2025-06-09,c1,fixed,nothing_found\n", "utf-8")
    with pytest.raises(SifangError, match=r"more than one column (day|outcome|cell)"):
        handed_outcomes(file)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (['2025-06-09,"c1,fixed', "2025-06-09,c2,fixed"], "no table from line 3 on"),
        (['2025-06-09,"c1" or c2,fixed'], "no table from line 3 on"),
        (["2025-06-09,c1,,fixed"], "Line 3 of .* has more values"),
    ],
)
def test_a_table_that_does_not_read_as_one_swallows_no_row(tmp_path: Path, lines: list[str], says: str) -> None:
    file = tmp_path / "back.csv"
    file.write_text("\n".join(["day,cell,outcome", "2025-06-09,c0,fixed", *lines]) + "\n", "utf-8")
    with pytest.raises(SifangError, match=says):
        handed_outcomes(file)


def test_a_row_is_told_by_its_line_whatever_lies_empty_before_it(sent: Context, tmp_path: Path) -> None:
    file = tmp_path / "back.csv"
    file.write_text(f"day,cell,outcome\n\n{NIGHT},nowhere,fixed\n,,\n\n", "utf-8")
    found = take_in(sent, handed_outcomes(file), NOW)
    assert (found.rows, found.empty, found.set_aside) == (2, 1, (SetAside(3, Unfit.PLACE),))


def test_a_chronic_place_shows_its_last_review_and_whether_it_is_due(sent: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = sent.folder.cells["cell_id"][:2].to_list()
    hot = pl.DataFrame({"category": ["safety"] * 2, "cell_id": cells, "nights": [80, 70], "since": [NIGHT - 90 * DAY] * 2})
    monkeypatch.setattr("flows.alerts.chronic.hot_nights", lambda *_: hot)
    take_in(sent, [row(cells[0], "referred")], NOW)
    found = chronic_list(sent, NOW + DAY)
    assert found.due == 1
    assert [(p.reviewed_on, p.outcome, p.due) for p in found.places] == [(NIGHT, Outcome.REFERRED, False), (None, None, True)]


def test_a_table_may_name_its_columns_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "结果.csv"
    file.write_bytes("日期,网格编码,结果\n2025-06-09,c1,已整改\n".encode("gb18030"))
    assert handed_outcomes(file) == [{"day": "2025-06-09", "cell": "c1", "outcome": "已整改"}]
