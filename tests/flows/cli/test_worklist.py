"""The work list of a night: sent once, the same whenever it is made again, shown and written for each subdistrict."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.alerts.outcomes import take_in
from flows.nights.look import look
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.nights.replay import replay_last
from flows.stores import Context, opened
from flows.tell.worklist import work_list, write_sheets
from infra.errors import SifangError
from infra.warehouse.database.engine import writing
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.work_lists import work_list as stored
from infra.warehouse.nights.work_lists import work_list_of
from tests.helpers import tiny
from tests.helpers.command import Sifang
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from transforms.district.work import WorkRules
from transforms.words import Chosen

DAY = dt.timedelta(days=1)
RULES = WorkRules(visits_per_day=10, random_share=0.2)


def sending(context: Context, rules: WorkRules | None = RULES) -> Context:
    """The same district, with a work list."""
    return context.under(replace(context.folder, district=context.district.model_copy(update={"worklist": rules})))


def night(context: Context, day: dt.date = NIGHT, newest: dt.datetime | None = None) -> None:
    run_night(context, nightly_run(context, day, newest, f"n{day}"))


def test_a_list_is_sent_with_its_night_and_is_made_once(on_both: Tiny) -> None:
    context = sending(on_both.context)
    night(context)
    sent = work_list_of(context.warehouse, NIGHT)
    assert sent["turn"].to_list() == list(range(1, 11))
    assert sent.filter(pl.col("chosen") == "random").height == 2
    night(context)
    assert work_list_of(context.warehouse, NIGHT).equals(sent)
    # What comes in later makes a further revision; who is on the way stays on the way.
    tiny.deliver(on_both.inbox, "order", tiny.reports("order", NIGHT - 3 * DAY, NIGHT - DAY, seed=9), "late")
    on_both.ingest(moment(NIGHT, 6))
    night(context, newest=moment(NIGHT, 6))
    assert work_list_of(context.warehouse, NIGHT).equals(sent)


def test_a_list_that_was_sent_is_an_input_of_the_nights_after_it(district: Tiny) -> None:
    context = sending(district.context)
    night(context)
    before = context.lake.sequence()
    tiny.deliver_days(district.inbox, NIGHT, NIGHT)
    district.ingest(moment(NIGHT + DAY))
    night(context, NIGHT + DAY)
    sent = work_list_of(context.warehouse, NIGHT)
    known = look(context, NIGHT + DAY, moment(NIGHT + DAY), None).visits
    assert sorted(known.select("cell_id", "chosen").iter_rows()) == sorted(sent.select("cell_id", "chosen").iter_rows())
    assert known["day"].unique().to_list() == [NIGHT]
    # It enters once, in a commit that night knows and the one before does not, and is none of the reports.
    again = context.lake.sequence()
    night(context, NIGHT + DAY)
    assert again == context.lake.sequence() == before + 4
    first, second = night_row(context.warehouse, NIGHT), night_row(context.warehouse, NIGHT + DAY)
    assert first is not None
    assert second is not None
    assert look(context, NIGHT, first.as_of, first.lake_seq).visits.is_empty()
    assert second.lake_seq == again
    assert not context.lake.read()["feed"].is_in(["visit"]).any()
    assert all(told.identical for told in replay_last(context, 2))
    # Whoever was sent there yesterday is sent elsewhere today.
    assert not set(sent["cell_id"]) & set(work_list_of(context.warehouse, NIGHT + DAY)["cell_id"])


def test_a_list_comes_out_again_from_what_its_night_knew_and_one_that_was_changed_is_told(district: Tiny) -> None:
    context = sending(district.context)
    for k in range(3):
        if k:
            tiny.deliver_days(district.inbox, NIGHT + (k - 1) * DAY, NIGHT + (k - 1) * DAY)
            district.ingest(moment(NIGHT + k * DAY))
        night(context, NIGHT + k * DAY)
    # Whatever is said of visits afterwards, and however nights before it are restated, was not known then.
    first = work_list_of(context.warehouse, NIGHT)["cell_id"].to_list()
    take_in(context, [{"day": str(NIGHT), "cell": cell, "outcome": "fixed"} for cell in first], moment(NIGHT + 3 * DAY))
    tiny.deliver(district.inbox, "order", tiny.reports("order", NIGHT - 9 * DAY, NIGHT - DAY, seed=9), "late")
    district.ingest(moment(NIGHT + 3 * DAY))
    for terms in backfill_runs(context, PastNights(NIGHT, NIGHT, "late-data"), moment(NIGHT + 3 * DAY), "again"):
        run_night(context, terms)
    assert [(told.identical, told.places_different) for told in replay_last(context, 3)] == [(True, 0)] * 3
    with writing(context.warehouse) as connection:
        these = (stored.c.night == NIGHT + 2 * DAY, stored.c.turn == 1)
        connection.execute(stored.update().where(*these).values(chosen="random"))
    (told,) = replay_last(context, 1)
    assert (told.identical, told.different, told.places_different) == (False, 0, 1)


def test_what_is_not_declared_or_not_there_is_said(district: Tiny) -> None:
    with pytest.raises(SifangError, match="no published night"):
        work_list(district.context)
    night(district.context)
    with pytest.raises(SifangError, match="declares no work list"):
        work_list(district.context)
    with pytest.raises(SifangError, match="sent no list"):
        work_list(sending(district.context))
    with pytest.raises(SifangError, match="no subdistrict 'west'"):
        work_list(district.context, subdistrict="west")


def test_each_subdistrict_has_a_page_and_a_table_to_fill_in(district: Tiny, tmp_path: Path) -> None:
    context = sending(district.context)
    night(context)
    found = work_list(context)
    files = [Path(file) for file in write_sheets(context, found, tmp_path / "lists")]
    assert {f.name for f in files} == {f"2025-06-09_{code}.{kind}" for code in ("north", "south") for kind in ("html", "csv")}
    rows = [row for f in files if f.suffix == ".csv" for row in csv.DictReader(f.read_text("utf-8-sig").splitlines())]
    assert sorted((int(row["turn"]), row["cell"]) for row in rows) == [(task.turn, task.cell_id) for task in found.tasks]
    assert {row["outcome"] for row in rows} == {""}
    for task in found.tasks:
        page = next(f for f in files if f.name == f"2025-06-09_{task.subdistrict}.html").read_text("utf-8")
        assert task.cell_id in page
    only = work_list(context, subdistrict="north").tasks
    assert only
    assert {task.subdistrict for task in only} == {"north"}


def test_the_command_shows_it(district_root: Path, sifang: Sifang) -> None:
    file = district_root / "districts" / CODE / "district.toml"
    file.write_text(file.read_text("utf-8") + "\n[worklist]\nvisits_per_day = 5\nrandom_share = 0.2\n", "utf-8")
    assert sifang("worklist", "-d", CODE).code == 1
    with opened(CODE) as context:
        night(context)
    told = json.loads(sifang("worklist", "-d", CODE, "--json").out)
    assert [task["turn"] for task in told["tasks"]] == [1, 2, 3, 4, 5]
    assert [task["chosen"] for task in told["tasks"]].count(Chosen.RANDOM) == 1
    drawn = sifang("worklist", "-d", CODE, "--out", str(district_root / "lists")).out
    assert "5 visits on 2025-06-09" in drawn
    assert "drawn at random" in drawn
    assert "_south.csv" in drawn


def test_on_a_day_off_nobody_is_sent_where_the_district_says_so_and_nothing_rests_because_of_it(district: Tiny) -> None:
    def on(rules: WorkRules) -> Context:
        declared = district.context.district.model_copy(update={"worklist": rules, "calendar_days": {str(NIGHT): "off"}})
        return district.context.under(replace(district.context.folder, district=declared))

    resting = on(RULES.model_copy(update={"on_days_off": False}))
    night(resting)
    assert work_list_of(resting.warehouse, NIGHT).is_empty()
    with pytest.raises(SifangError, match="a day off without on_days_off"):
        work_list(resting)
    night(on(RULES))
    assert work_list_of(resting.warehouse, NIGHT).height == 10
    assert not resting.folder.calendar.is_worked(NIGHT)
    following = next(NIGHT + k * DAY for k in range(1, 9) if resting.folder.calendar.is_worked(NIGHT + k * DAY))
    night(resting, following)
    assert work_list_of(resting.warehouse, following).height == 10
