"""The questions of the page, answered by its SELECTs and again from the tables: both must agree, on each database."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from infra.warehouse.database.engine import Warehouse, reading
from tests.helpers.dashboards import LAST, RESIDENTS
from tests.helpers.source import ROOT
from transforms.words import CONTRIBUTIONS

README = (ROOT / "infra" / "views" / "README.md").read_text("utf-8")
QUESTIONS = {int(n): sql for n, sql in re.findall(r"^(\d+)\. .+?\n\n```sql\n(.+?)\n```$", README, re.MULTILINE | re.DOTALL)}
Tables = dict[str, pl.DataFrame]
ROW = ["category", "cell_id"]


def of_night(tables: Tables, name: str, back: int = 0) -> pl.DataFrame:
    """What a table says of the newest night, or of one before it, in the revision that stands."""
    nights = tables["nights"].filter("is_latest").sort("night")[-1 - back].select("district", "night", "revision")
    return tables[name].join(nights, on=nights.columns)


def changed(tables: Tables) -> pl.DataFrame:
    both = of_night(tables, "scores").join(of_night(tables, "scores", 1).select(*ROW, level_before="level"), on=ROW)
    moved = both.filter(pl.col("category") != "political", pl.col("level") != pl.col("level_before"))
    return moved.group_by("category", "level_before", "level").agg(cells=pl.len())


def top(tables: Tables) -> pl.DataFrame:
    own = of_night(tables, "scores").filter(pl.col("category").is_in(RESIDENTS), pl.col("level").is_not_null())
    ranked = own.sort("category", "score", descending=[False, True]).with_columns(turn=pl.int_range(1, pl.len() + 1).over("category"))
    parts = pl.concat_list(f"from_{name}" for name in CONTRIBUTIONS).list.arg_max()
    first = parts.replace_strict(dict(enumerate(CONTRIBUTIONS)), return_dtype=pl.String)
    return ranked.filter(pl.col("turn") <= 3).select("category", "turn", "cell_id", "level", first_cause=first)


def counted(tables: Tables) -> pl.DataFrame:
    rounds = tables["alert_events"].filter(pl.col("event").is_in(["opened", "reopened"])).sort("seq").group_by("alert_id").last()
    alerts = tables["alerts"].join(rounds.select("alert_id", begun="night"), on="alert_id")
    going_on = ~pl.col("state").is_in(["closed", "expired", "retracted"])
    return alerts.group_by("type").agg(
        new=(pl.col("begun") == LAST).sum(), going_on=going_on.sum(), ended=(pl.col("ended_night") == LAST).fill_null(False).sum()
    )


def acknowledged(tables: Tables) -> pl.DataFrame:
    found = []
    for (_,), events in tables["alert_events"].sort("seq").group_by("alert_id"):
        begun = None
        for event in events.iter_rows(named=True):
            if event["event"] in {"opened", "reopened"}:
                begun = event
            elif begun is not None and event["role"] != "system":
                hours = (event["recorded_at"] - begun["recorded_at"]).total_seconds() / 3600
                found.append((f"{begun['night']:%Y-%m}", begun["type"], hours))
                begun = None
    hours = pl.DataFrame(found, ["month", "type", "hours"], orient="row")
    every = (
        tables["alert_events"].filter(pl.col("event").is_in(["opened", "reopened"])).select(pl.col("night").dt.strftime("%Y-%m"), "type")
    )
    by = hours.group_by("month", "type").agg(
        acknowledged=pl.len(),
        p50_hours_to_acknowledge=pl.col("hours").sort().get(((pl.len() + 1) // 2 - 1).cast(pl.Int64)),
        p90_hours_to_acknowledge=pl.col("hours").sort().get(((pl.len() * 9 + 9) // 10 - 1).cast(pl.Int64)),
    )
    return (
        every.unique()
        .rename({"night": "month"})
        .join(by, on=["month", "type"], how="left")
        .with_columns(pl.col("acknowledged").fill_null(0))
    )


def worst(tables: Tables) -> pl.DataFrame:
    lines = of_night(tables, "duty").sort("lower", descending=True)
    return lines.head(1).select("department", "subdistrict", missed_share="share", overdue="overdue")


def fresh(tables: Tables) -> pl.DataFrame:
    as_of = tables["nights"].filter(pl.col("is_latest"), pl.col("night") == LAST)["as_of"][0]
    days = (
        of_night(tables, "source_days")
        .group_by("source")
        .agg(last_complete_on=pl.col("day").filter(pl.col("state") == "ok").max(), days_not_complete=(pl.col("state") != "ok").sum())
    )
    landed = tables["batches"].filter(state="stored").group_by("source").agg(pl.col("landed_at").max())
    since = (pl.lit(as_of) - pl.col("landed_at")).dt.total_seconds() / 3600
    return days.join(landed, on="source").select("source", "last_complete_on", "days_not_complete", hours_since_delivery=since)


def set_aside(tables: Tables) -> pl.DataFrame:
    rows = tables["quarantine"].sort("reason").unique(["batch_id", "row"], keep="first").group_by("reason").agg(waiting=pl.len())
    closed = tables["quarantine_closed"].filter(outcome="resolved").group_by("reason").agg(resolved=pl.col("rows").sum())
    return rows.join(closed, on="reason", how="full", coalesce=True).with_columns(pl.col("waiting", "resolved").fill_null(0))


def right(tables: Tables) -> pl.DataFrame:
    whole = tables["evaluations"].filter(level="all")
    inside = (pl.col("observed") - pl.col("expected")).abs() <= 1.2816 * pl.col("spread")
    return whole.group_by("category").agg(ratio=pl.col("observed").sum() / pl.col("expected").sum(), inside=inside.mean())


def again(tables: Tables) -> pl.DataFrame:
    runs = tables["runs"].select("run_id", "night", "reason", "rows_changed")
    later = tables["nights"].filter(pl.col("revision") > 1, pl.col("retracted_at").is_null())
    return later.join(runs, on=["run_id", "night"]).select("night", "revision", "reason", "rows_changed")


def trends(tables: Tables) -> pl.DataFrame:
    own = of_night(tables, "subdistricts").filter(pl.col("subdistrict") != "")
    latest = tables["nights"].filter("is_latest").select("night", "revision")
    then = (
        tables["subdistricts"]
        .join(latest, on=["night", "revision"])
        .select(
            "category",
            "subdistrict",
            before="night",
            was="expected_harm",
            events="expected_events",
            low="expected_events_low",
            high="expected_events_high",
        )
    )
    both = own.join(then, on=["category", "subdistrict", "before"], how="left")
    harm, was = pl.col("expected_harm"), pl.col("was")
    said = (
        pl.when(was.is_null())
        .then(pl.lit("unsure"))
        .when(harm / was > pl.col("high") / pl.col("events"))
        .then(pl.lit("rising"))
        .when(harm / was < pl.col("low") / pl.col("events"))
        .then(pl.lit("falling"))
        .when((harm / was - 1).abs() <= 0.1)
        .then(pl.lit("steady"))
        .otherwise(pl.lit("unsure"))
    )
    return both.group_by("category", trend=said).agg(subdistricts=pl.len())


def monthly(tables: Tables) -> pl.DataFrame:
    latest = tables["nights"].filter("is_latest").select("night", "revision")
    whole = tables["subdistricts"].join(latest, on=["night", "revision"]).filter(subdistrict="")
    share = ((pl.col("orange") + pl.col("red")) / pl.col("scored")).mean()
    return whole.group_by("category", "reference_version", month=pl.col("night").dt.strftime("%Y-%m")).agg(share=share)


def parts_of_day(tables: Tables) -> pl.DataFrame:
    return (
        of_night(tables, "report_counts")
        .group_by("category", "part_of_day")
        .agg(pl.col("reports").sum(), by_residents=pl.col("reports").filter(pl.col("discovery") == "resident").sum())
    )


def attended(tables: Tables) -> pl.DataFrame:
    areas = of_night(tables, "subdistricts").filter(pl.col("category") == "safety", pl.col("subdistrict") != "")
    night, before = areas["night"][0], areas["before"][0]
    events = tables["alert_events"].filter(
        ~pl.col("taken_back"),
        pl.col("event").is_in(["opened", "reopened"]),
        pl.col("category").is_in(["safety", "public_order", "stability"]),
    )
    opened = events.filter(pl.col("night") > before, pl.col("night") <= night).group_by("subdistrict").agg(alerts=pl.len())
    hot = of_night(tables, "subdistricts").group_by("subdistrict").agg(hot=(pl.col("orange") + pl.col("red")).sum())
    visits = of_night(tables, "visit_counts").group_by("subdistrict").agg(pl.col("visits").sum())
    counts = of_night(tables, "report_counts").filter(pl.col("discovery").is_in(["inspection", "patrol"]))
    parts = (opened, hot, visits, counts.group_by("subdistrict").agg(by_inspection=pl.col("reports").sum()))
    both = areas
    for part in parts:
        both = both.join(part, on="subdistrict", how="left")
    both = both.with_columns(pl.col("alerts", "hot", "visits", "by_inspection").fill_null(0))
    return both.with_columns(
        household_share=pl.col("households") / pl.col("households").sum(), alert_share=pl.col("alerts") / pl.col("alerts").sum()
    )


ANSWERS: dict[int, Callable[[Tables], pl.DataFrame]] = {
    1: changed,
    2: top,
    3: counted,
    4: acknowledged,
    5: worst,
    6: fresh,
    7: set_aside,
    8: right,
    9: again,
    10: trends,
    11: monthly,
    12: parts_of_day,
    13: attended,
}


def test_every_question_of_the_page_has_an_answer_of_its_own() -> None:
    assert list(QUESTIONS) == list(ANSWERS)


@pytest.mark.parametrize("number", ANSWERS)
def test_one_select_on_one_view_answers_as_the_tables_do(dashboards: Warehouse, tables: Tables, number: int) -> None:
    sql = QUESTIONS[number]
    assert len(re.findall(r"\b(?:FROM|JOIN)\b", sql)) == 1
    with reading(dashboards) as connection:
        found = connection.execute(sa.text(sql))
        rows, names = found.all(), list(found.keys())
    own = ANSWERS[number](tables).select(names)
    told = pl.DataFrame([tuple(row) for row in rows], names, orient="row", infer_schema_length=None)
    for name, kind in own.schema.items():
        column = told[name]
        told = told.with_columns(column.str.to_date() if kind == pl.Date and column.dtype == pl.String else column.cast(kind))
    assert len(own)
    assert_frame_equal(told, own, check_row_order=False, abs_tol=1e-6)
