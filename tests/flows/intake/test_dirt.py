"""Dirt with known truth: named mutations of a clean simulated month, each found with its reason, and no good row lost.

Mutations of single rows go into one file per source, each into a row of its own; mutations of a whole file are delivered one by one.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from flows.intake.ingest import ingest_file
from flows.intake.new_files import New
from flows.stores import Context, open_context
from infra.landing.identity import identify
from infra.sources.unpack import unpack
from infra.warehouse import tables
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.keeping.locks import held
from tests.helpers.homes import settle
from transforms.reports.delivery import Delivery as Walked
from transforms.reports.delivery import order_key
from transforms.words.reasons import REASONS, Tier
from transforms.workshop.simulator.dirt import invented_resident_number
from transforms.workshop.simulator.simulate import Delivery, Simulation, simulate

FIRST = dt.date(2025, 1, 1)
NOW = dt.datetime(2025, 3, 20, tzinfo=dt.UTC)
FORM = "%Y-%m-%d %H:%M:%S"
PHONE = "1990000" + "1234"
NUMBER = invented_resident_number(7)

Row = dict[str, Any]


def at(column: str, other: str, **shift: int) -> Callable[[Row], Row]:
    """``column`` is set to the time in ``other``, moved."""
    return lambda row: {column: f"{dt.datetime.strptime(row[other], FORM) + dt.timedelta(**shift):{FORM}}"}  # noqa: DTZ007


def put(**values: str | None) -> Callable[[Row], Row]:
    return lambda _: values


ORDER: dict[str, tuple[str | None, Callable[[Row], Row]]] = {
    "key empty": ("key_missing", put(incident_no="")),
    "key of blanks": ("key_missing", put(incident_no="   ")),
    "key NULL": ("key_missing", put(incident_no="NULL")),
    "time empty": ("time_missing", put(occurred_time="")),
    "time NA": ("time_missing", put(occurred_time="NA")),
    "30 February": ("time_unreadable", put(occurred_time="2025-02-30 10:00:00")),
    "month 13": ("time_unreadable", put(occurred_time="2025-13-01 10:00:00")),
    "time of zeros": ("time_unreadable", put(occurred_time="0000-00-00 00:00:00")),
    "spreadsheet day number": ("time_unreadable", put(occurred_time="45748.4167")),
    "time in words": ("time_unreadable", put(occurred_time="昨天晚上")),
    "another format": ("time_unreadable", put(occurred_time="01/15/2025 10:00")),
    "report time unreadable": ("time_unreadable", put(report_time="soon")),
    "closing time unreadable": ("time_unreadable", put(closed_time="2025-01-32 00:00:00")),
    "release unreadable": ("time_unreadable", put(release_time="later")),
    "release empty": ("time_unreadable", put(release_time="")),
    "epoch": ("time_out_of_range", put(occurred_time="1970-01-01 08:00:00")),
    "year 1900": ("time_out_of_range", put(occurred_time="1900-01-01 00:00:00")),
    "next century": ("time_out_of_range", put(occurred_time="2125-01-01 00:00:00")),
    "reported in the future": ("time_out_of_range", put(report_time="2031-01-01 00:00:00")),
    "released in the future": ("time_out_of_range", put(release_time="2031-01-01 00:00:00")),
    "reported two days before": ("time_order", at("report_time", "occurred_time", days=-2)),
    "known before reported": ("time_order", at("release_time", "report_time", days=-3)),
    "closed before it happened": ("time_order", at("closed_time", "occurred_time", days=-5)),
    "kind empty": ("kind_missing", put(incident_class="")),
    "kind unknown": ("kind_unknown", put(incident_class="待分类")),
    "kind of another feed": ("kind_unknown", put(incident_class="住宅火灾")),
    "kind with a typing error": ("kind_unknown", put(incident_class="侵财/一般盗切")),
    "status unknown": ("status_unknown", put(status="挂起")),
    "no place": ("coordinates_missing", put(longitude="", latitude="")),
    "latitude empty": ("coordinates_impossible", put(latitude="")),
    "lon and lat exchanged": ("coordinates_impossible", lambda r: {"longitude": r["latitude"], "latitude": r["longitude"]}),
    "degrees in words": ("coordinates_impossible", put(longitude="东经一百一十三度")),
    "whole degrees with their direction": ("outside_district", put(longitude="东经113度")),
    "zero, zero": ("coordinates_impossible", put(longitude="0", latitude="0")),
    "beyond the date line": ("coordinates_impossible", put(longitude="181.5")),
    "beyond the pole": ("coordinates_impossible", put(latitude="-90.5")),
    "not a number": ("coordinates_impossible", put(longitude="nan")),
    "infinite": ("coordinates_impossible", put(longitude="inf")),
    "another town": ("outside_district", lambda r: {"longitude": f"{float(r['longitude']) + 0.7:.6f}"}),
    "another hemisphere": ("outside_district", lambda r: {"longitude": f"-{r['longitude']}"}),
    "a phone for a department": ("personal_value", put(department=PHONE)),
    "a resident number behind a kind": ("personal_value", lambda r: {"incident_class": f"{r['incident_class']} {NUMBER}"}),
    "a plate for a status": ("personal_value", put(status="豫G·9Z8X7")),
    "a mail address for a channel": ("personal_value", put(discovery="somebody@example.org")),
    # Combinations: the first reason in the order of the suite, and personal data before all.
    "no key, no time, no kind": ("key_missing", put(incident_no="", occurred_time="", incident_class="")),
    "no time, no place": ("time_missing", put(occurred_time="", longitude="", latitude="")),
    "no kind and closed too early": ("time_order", lambda r: {**at("closed_time", "occurred_time", days=-5)(r), "incident_class": ""}),
    "a phone and no key": ("personal_value", put(incident_no="", department=PHONE)),
    # What looks odd and is good.
    "blanks around a kind": (None, lambda r: {"incident_class": f"  {r['incident_class']} "}),
    "reported two minutes before": (None, at("report_time", "occurred_time", minutes=-2)),
    "an unknown channel": (None, put(discovery="别的")),
    "no department": (None, put(department="")),
    "a landline for a department": (None, put(department="0373-3021234")),
}  # fmt: skip
STABILITY: dict[str, tuple[str | None, Callable[[Row], Row]]] = {
    "zone empty": ("coordinates_missing", put(网格编码=None)),
    "zone of another district": ("zone_unknown", put(网格编码="410702001001001")),
    "zone in words": ("zone_unknown", put(网格编码="第三网格")),
    "deadline in 2099": ("deadline_implausible", put(办结期限="2099-12-31 23:59:59")),
    "deadline in 1900": ("deadline_implausible", put(办结期限="1900-01-01 00:00:00")),
    "deadline unreadable": ("time_unreadable", put(办结期限="尽快")),
    "contacted before it was reported": ("time_order", at("首次响应时间", "受理时间", hours=-2)),
    "closed before it was reported": ("time_order", at("办结时间", "受理时间", hours=-3)),
    "closed before the first contact": ("time_order", lambda r: at("首次响应时间", "办结时间", hours=3)(r)),
    "status of another system": ("status_unknown", put(办理状态="99")),
    "kind of a formal kind misspelt": ("kind_unknown", put(事项类型="正式请求2")),
    "a phone in the zone": ("personal_value", put(网格编码=PHONE)),
    "a full-width phone": ("personal_value", put(承办部门="".join(chr(ord(c) + 0xFEE0) for c in PHONE))),
    "deadline nine years away": (None, lambda r: at("办结期限", "受理时间", days=3300)(r)),
}  # fmt: skip
FIRE: dict[str, tuple[str | None, Callable[[Row], Row]]] = {
    "severity 0": ("severity_invalid", put(等级="0")),
    "severity 5": ("severity_invalid", put(等级="5")),
    "severity in words": ("severity_invalid", put(等级="重大")),
    "severity with a fraction": ("severity_invalid", put(等级="2.5")),
    "severity empty": ("severity_invalid", put(等级="")),
    "severity of a float table": (None, put(等级="2.0")),
}  # fmt: skip
SINGLE = {"order": ORDER, "stability": STABILITY, "fire": FIRE}
KEY = {"order": "incident_no", "stability": "工单编号", "fire": "事件编号"}
CLOSED = {"order": "closed_time", "stability": "办结时间", "fire": "办结时间"}
FORMATTED = {
    "order": ("occurred_time", "report_time", "closed_time", "release_time"),
    "stability": ("发生时间", "受理时间", "首次响应时间", "办结时间", "办结期限"),
    "fire": ("发生时间",),
}


@dataclass
class Month:
    """The district and a clean month of each source, one row per report, sorted as delivered."""

    context: Context
    rows: dict[str, pl.DataFrame]

    def take(self, source: str, content: bytes, name: str, now: dt.datetime = NOW) -> BatchRecord:
        (file,) = unpack(name, content)
        identity = identify(file.content, self.context.settings.batch_key(self.context.code, source))
        one = self.context.district.source(source)
        with held(self.context.warehouse) as lease:
            return ingest_file(self.context, New(one, file, identity), Walked(one, identity.batch_id, now, order_key(now, 0)), lease)

    def set_aside(self, batch_id: str) -> dict[int, str]:
        q = tables.quarantine.c
        with self.context.warehouse.engine.connect() as connection:
            found = connection.execute(sa.select(q.row, q.reason).where(q.batch_id == batch_id))
            return {row: reason for row, reason in found}  # noqa: C416 - typed as a pair


def written(source: str, rows: pl.DataFrame) -> bytes:
    if source == "stability":
        return rows.write_ndjson().encode()
    return rows.write_csv().encode("gb18030" if source == "fire" else "utf-8")


NAMES = {"order": "order_x.csv", "stability": "stability_x.jsonl", "fire": "fire_x.csv"}


def _clean(simulation: Simulation, delivery: Delivery) -> pl.DataFrame:
    """The rows of a delivery without those that were made dirty."""
    here = (pl.col("source") == delivery.source) & (pl.col("day") == delivery.day)
    dirty = simulation.truth.dirt.filter(here)["row"]
    return delivery.rows.with_row_index("~").filter(~pl.col("~").is_in(dirty.implode())).drop("~")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    root = tmp_path_factory.mktemp("month")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, root)
        context = open_context("weibin")
        simulation = simulate(context.folder.cells, first_day=FIRST, days=31, seed=11, history_days=31)
        rows = {d.source: _clean(simulation, d).unique(KEY[d.source], keep="none", maintain_order=True) for d in simulation.deliveries}
        yield Month(context, rows)
        context.stores.close()


def test_the_month_is_clean_and_there_are_enough_mutations(month: Month) -> None:
    for source, rows in month.rows.items():
        record = month.take(source, written(source, rows), NAMES[source])
        assert (record.state, record.quarantined, record.accepted) == ("stored", 0, len(rows)), source
    assert sum(len(m) for m in SINGLE.values()) + len(WHOLE) + 3 >= 60
    # Every reason that a row can be given occurs.
    given = {reason for mutations in SINGLE.values() for reason, _ in mutations.values()} | {"key_conflict"}
    # A line that is no row, a count and a damaged key have tests of their own (``test_golden_cities``, ``test_damaged_keys``): the month
    # here is written whole, and counts one.
    elsewhere = {"row_ragged", "row_no_report", "count_invalid", "key_control"}
    assert given - {None} == {code for code, reason in REASONS.items() if reason.tier is Tier.QUARANTINE} - elsewhere


@pytest.mark.parametrize("source", sorted(SINGLE))
def test_every_bad_row_is_caught_with_its_reason_and_no_good_row_is_lost(month: Month, source: str) -> None:
    rows = month.rows[source].to_dicts()
    formatted = FORMATTED[source]

    def usable(row: Row) -> bool:
        return all(row[c] is not None and len(row[c]) == 19 and row[c][10] == " " for c in formatted)

    free = iter([n for n, row in enumerate(rows) if usable(row)][:: max(1, len(rows) // 400)])
    truth: dict[int, str] = {}
    for reason, change in SINGLE[source].values():
        place = next(free)
        rows[place] |= change(rows[place])
        if reason is not None:
            truth[place + 1] = reason
    repeated = twins = 0
    if source == "order":
        # An exact repeat, and a second content under one key.
        rows.append(dict(rows[next(free)]))
        place = next(free)
        rows.append({**rows[place], "incident_class": "侵财/诈骗" if rows[place]["incident_class"] != "侵财/诈骗" else "侵财/抢劫"})
        truth |= {place + 1: "key_conflict", len(rows): "key_conflict"}
        repeated, twins = 1, 1
    record = month.take(source, written(source, pl.DataFrame(rows, schema=month.rows[source].schema)), NAMES[source])
    assert record.state == "stored", record.warnings
    assert month.set_aside(record.batch_id) == truth
    assert record.quarantined == len(truth)
    assert record.delivered == len(month.rows[source]) + repeated + twins
    assert record.accepted + record.merged + record.duplicate == record.delivered - len(truth)


# --- a whole file, or a batch beside the batches before it


def edited(column: str, value: Any, share: float = 1.0) -> Callable[[pl.DataFrame], bytes]:
    """A share of the rows gets ``value`` in a column."""

    def change(rows: pl.DataFrame) -> bytes:
        hit = pl.int_range(pl.len()) < share * pl.len()
        value_ = value if isinstance(value, pl.Expr) else pl.lit(value)
        return written("order", rows.with_columns(pl.when(hit).then(value_).otherwise(pl.col(column)).alias(column)))

    return change


def clock(column: str, time: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 10) + f" {time}"


def parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


Whole = tuple[str, Callable[[pl.DataFrame], bytes], str]
WHOLE: dict[str, Whole] = {
    "no bytes": ("file_empty", lambda _: b"", "csv"),
    "white space": ("file_empty", lambda _: b"\n \n", "csv"),
    "a header alone": ("no_rows", lambda r: written("order", r.clear()), "csv"),
    "another encoding": ("file_encoding", lambda r: r.write_csv().encode("gb18030"), "csv"),
    "half a gzip": ("file_unreadable", lambda r: gzip.compress(written("order", r), mtime=0)[:-9], "csv.gz"),
    "no Parquet": ("file_unreadable", lambda r: parquet(r)[:-20], "parquet"),
    "an unknown ending": ("file_unreadable", lambda r: written("order", r), "xlsx"),
    "stray separators": (
        "file_unreadable",
        lambda r: written("order", r).replace(b"\n", b",x\n").replace(b",x\n", b"\n", 1),
        "csv",
    ),
    "a column renamed": ("column_missing", lambda r: written("order", r.rename({"latitude": "lat"})), "csv"),
    "a column dropped": ("column_missing", lambda r: written("order", r.drop("release_time")), "csv"),
    "phones all over a column": ("personal_values", edited("department", PHONE, 0.2), "csv"),
    "most kinds unknown": ("quarantine_share", edited("incident_class", "?", 0.7), "csv"),
    "nearly nothing left": ("rows_far_below_usual", lambda r: written("order", r.head(8)), "csv"),
    "ten days in one": ("rows_above_usual", lambda r: written("order", _multiplied(r, 8)), "csv"),
    "a column nobody declared": ("column_undeclared", lambda r: written("order", r.with_columns(备注=pl.lit("x"))), "csv"),
    "a byte order mark": ("byte_order_mark", lambda r: b"\xef\xbb\xbf" + written("order", r), "csv"),
    "channels unknown": ("discovery_unknown", edited("discovery", "?", 0.8), "csv"),
    "departments lost": ("share_missing", edited("department", "", 0.9), "csv"),
    "one kind instead of many": ("kind_drift", edited("incident_class", "侵财/诈骗", 0.9), "csv"),
    "everything at noon": ("hour_drift", edited("occurred_time", clock("occurred_time", "12:07:00"), 1.0), "csv"),
    "half at midnight": ("midnight_spike", edited("occurred_time", clock("occurred_time", "00:00:00"), 0.5), "csv"),
    "one status": ("column_constant", edited("status", "处置中"), "csv"),
    "a fallback point": ("point_pile", lambda r: written("order", _piled(r)), "csv"),
}  # fmt: skip


def _multiplied(rows: pl.DataFrame, times: int) -> pl.DataFrame:
    return pl.concat([rows.with_columns(incident_no=pl.col("incident_no") + f"-{n}") for n in range(times)])


def _piled(rows: pl.DataFrame) -> pl.DataFrame:
    hit = pl.int_range(pl.len()) < 0.3 * pl.len()
    first = {c: rows[c][0] for c in ("longitude", "latitude")}
    return rows.with_columns(pl.when(hit).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in first.items())


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Six Mondays of clean daily files, taken in; ``rows`` holds the seventh."""
    root = tmp_path_factory.mktemp("weeks")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, root)
        context = open_context("weibin")
        simulation = simulate(context.folder.cells, first_day=FIRST, days=50, seed=12, history_days=0, scale=1.5)
        mondays = [d for d in simulation.deliveries if d.source == "order" and d.day.isoweekday() == 1]
        found = Month(context, {})
        for delivery in mondays:
            clean = _clean(simulation, delivery).unique(maintain_order=True)
            if delivery is mondays[-1]:
                found.rows["order"] = clean
                break
            arrived = dt.datetime.combine(delivery.day + dt.timedelta(days=1), dt.time(), dt.UTC)
            record = found.take("order", written("order", clean), "order_x.csv", arrived)
            # What is clean is not suspected either.
            assert (record.state, record.quarantined, record.warnings) == ("stored", 0, ())
        yield found
        context.stores.close()


ARRIVED = dt.datetime(2025, 2, 18, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_wrong_with_a_whole_file_is_named(weeks: Month, name: str) -> None:
    expected, change, ending = WHOLE[name]
    record = weeks.take("order", change(weeks.rows["order"]), f"order_x.{ending}", ARRIVED)
    if REASONS[expected].tier is Tier.STOP:
        assert (record.state, record.reason) == ("refused", expected)
        assert record.accepted == 0
    else:
        assert record.state == "stored"
        assert expected in [w.reason for w in record.warnings]
    parts = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")
    assert record.state == "refused" or record.delivered == sum(getattr(record, p) for p in parts)


def test_an_old_export_sent_again_is_not_fresh(weeks: Month) -> None:
    late = weeks.rows["order"].with_columns(discovery=pl.lit("移交"))
    record = weeks.take("order", written("order", late), "order_x.csv", ARRIVED + dt.timedelta(days=20))
    assert "not_fresh" in [w.reason for w in record.warnings]


def test_a_month_of_firsts_is_a_spike(month: Month) -> None:
    first = pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("2025-01-01") + pl.col("occurred_time").str.slice(10))
    rows = month.rows["order"].with_columns(occurred_time=first.otherwise("occurred_time"))
    record = month.take("order", written("order", rows), "order_x.csv")
    assert "month_start_spike" in [w.reason for w in record.warnings]
