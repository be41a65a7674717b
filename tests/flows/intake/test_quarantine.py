"""Quarantine as a workflow: listed, read again under a mended folder, expired, and the ledger balances throughout."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.intake import retry as flow
from flows.intake.ingest import ingest
from flows.intake.quarantine import listed
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.nights.replay import is_stale, replay
from flows.stores import open_context
from flows.upkeep import purge
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import quarantine_counts
from tests.helpers import tiny
from tests.helpers.tiny import CODE, NIGHT, Tiny

DAY = dt.timedelta(days=1)
LATER = tiny.moment(NIGHT, 9)


def rows_with(changes: Mapping[int, Mapping[str, str]], count: int = 30) -> pl.DataFrame:
    """Order reports of the day before the night, some of them changed."""
    rows = tiny.reports("order", NIGHT - DAY, NIGHT - DAY, seed=5).head(count).to_dicts()
    return pl.DataFrame([{**row, **changes.get(n, {})} for n, row in enumerate(rows)])


def take(district: Tiny, rows: pl.DataFrame, name: str = "dirty", at: dt.datetime = LATER) -> BatchRecord:
    tiny.deliver(district.inbox, "order", rows, name)
    (record,) = ingest(district.context, at)
    assert record.state == "stored", record.warnings
    return record


def mend(district: Tiny, old: str, new: str) -> None:
    """Change the folder and open the district again."""
    file = district.root / "districts" / CODE / "district.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    district.context.stores.close()
    district.context = open_context(CODE, Settings())


def balance(district: Tiny) -> dict[str, int]:
    parts = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")
    total = ledger(district.context.warehouse).select(pl.col("delivered", *parts).sum()).to_dicts()[0]
    assert total["delivered"] == sum(total[p] for p in parts)
    return total


ORDER_KIND = 'columns = { occurred_at = "happened", kind = "kind"'
UNKNOWN = {3: {"kind": "brawl"}, 7: {"kind": "brawl"}, 9: {"lat": "x"}}


def know_brawls(district: Tiny) -> None:
    kinds = 'kinds = { brawl = "fight", theft = "theft", fight = "fight", assault = "assault" }'
    mend(district, 'feed = "public_order"\n', f'feed = "public_order"\n{kinds}\n')


def test_rows_that_pass_now_enter_as_if_they_had_come_whole_and_make_the_night_stale(on_both: Tiny) -> None:
    district = on_both
    record = take(district, rows_with(UNKNOWN))
    run_night(district.context, nightly_run(district.context, NIGHT, LATER, "first"))
    context = district.context
    assert [(r.reason, r.kind, r.waiting) for r in listed(context)] == [
        ("coordinates_impossible", listed(context)[0].kind, 1),
        ("kind_unknown", "", 2),
    ]
    before = balance(district)
    lake = context.lake.read()

    know_brawls(district)
    context = district.context
    run_night(context, backfill_runs(context, PastNights(NIGHT, NIGHT, "mended"), LATER + DAY, "restated")[0])
    assert not is_stale(context, NIGHT, LATER + DAY)
    result = retry(context, LATER + DAY)
    assert {k: getattr(result, k) for k in ("resolved", "accepted", "merged", "duplicate", "waiting")} == {
        "resolved": 2, "accepted": 2, "merged": 0, "duplicate": 0, "waiting": 1,
    }  # fmt: skip
    assert (result.nights_from, result.nights_to) == (NIGHT, NIGHT)
    after = balance(district)
    assert (after["accepted"], after["quarantined"]) == (before["accepted"] + 2, before["quarantined"] - 2)

    new = context.lake.read().join(lake, on=["report_id", "version_hash"], how="anti")
    happened = rows_with(UNKNOWN)[[3, 7]]
    released = happened["released"].str.to_datetime().dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC")
    # Up to the hour.
    assert new["known_at"].sort().to_list() == released.dt.offset_by("59m59s").dt.truncate("1h").sort().to_list()
    assert set(new["batch_id"]) == {record.batch_id}
    assert new["recorded_seq"].n_unique() == 1
    assert new["recorded_seq"][0] == context.lake.sequence() > lake["recorded_seq"].max()  # type: ignore[operator]
    assert set(new["kind"]) == {"fight"}
    assert is_stale(context, NIGHT, LATER + DAY)
    # What was known that night does not change.
    assert replay(context, NIGHT).identical
    assert [(r.reason, r.waiting, r.resolved) for r in listed(context, source="order")] == [
        ("coordinates_impossible", 1, 0),
        ("kind_unknown", 0, 2),
    ]
    # Again: nothing.
    again = retry(context, LATER + 2 * DAY)
    assert (again.resolved, again.waiting, again.nights_from) == (0, 1, None)
    assert balance(district) == after


def test_only_the_rows_that_were_mended_make_a_night_stale(district: Tiny) -> None:
    take(district, rows_with(UNKNOWN))
    run_night(district.context, nightly_run(district.context, NIGHT, LATER, "first"))
    run_night(district.context, backfill_runs(district.context, PastNights(NIGHT, NIGHT, "check"), LATER, "again")[0])
    assert not is_stale(district.context, NIGHT, LATER)
    result = retry(district.context, LATER)
    assert (result.resolved, result.waiting, result.nights_from) == (0, 3, None)
    assert not is_stale(district.context, NIGHT, LATER)


@pytest.mark.parametrize("point", ["after the lake", "before the lake"])
def test_a_retry_that_is_killed_is_completed_and_doubles_nothing(district: Tiny, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    take(district, rows_with(UNKNOWN))
    know_brawls(district)
    before, rows = balance(district), len(district.context.lake.read())

    def die(*_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(flow, "resolve" if point == "after the lake" else "enter_more", die)
        with pytest.raises(RuntimeError, match="power"):
            retry(district.context, LATER)
    assert balance(district) == before
    result = retry(district.context, LATER)
    assert (result.resolved, result.accepted) == (2, 2)
    assert len(district.context.lake.read()) == rows + 2
    assert balance(district)["accepted"] == before["accepted"] + 2


def test_a_row_that_says_nothing_new_is_a_duplicate(district: Tiny) -> None:
    take(district, rows_with({3: {"kind": "brawl"}}))
    take(district, rows_with({3: {"kind": "fight"}}), "sent_again", LATER + DAY)
    know_brawls(district)
    rows = len(district.context.lake.read())
    result = retry(district.context, LATER + DAY)
    assert (result.resolved, result.accepted, result.duplicate) == (1, 0, 1)
    assert len(district.context.lake.read()) == rows
    balance(district)


def test_a_row_that_completes_an_incident_is_merged_into_it(district: Tiny) -> None:
    mend(district, 'code = "order"\n', 'code = "order"\nmerge = true\nrow_key = ["kind"]\n')
    rows = rows_with({})
    first = rows.row(2, named=True)
    unit = pl.DataFrame([first | {"kind": "brawl"}, rows.row(4, named=True) | {"number": "alone", "kind": "brawl"}])
    take(district, pl.concat([rows, unit]))
    know_brawls(district)
    result = retry(district.context, LATER)
    assert (result.resolved, result.accepted, result.merged) == (2, 1, 1)
    balance(district)


def test_a_conflict_is_resolved_by_saying_how(district: Tiny) -> None:
    rows = rows_with({})
    twin = pl.DataFrame([rows.row(2, named=True) | {"kind": "assault" if rows["kind"][2] != "assault" else "theft"}])
    record = take(district, pl.concat([rows, twin]))
    assert record.quarantined == 2
    assert retry(district.context, LATER).resolved == 0
    mend(district, 'code = "order"\n', 'code = "order"\nmerge = true\n')
    result = retry(district.context, LATER)
    assert (result.resolved, result.accepted, result.merged) == (2, 1, 1)
    balance(district)


def test_what_looked_personal_was_never_kept_and_looks_so_again(district: Tiny) -> None:
    take(district, rows_with({5: {"department": "13800001111"}}))
    result = retry(district.context, LATER)
    assert (result.gone, result.resolved, result.waiting) == (0, 0, 1)
    assert [r.reason for r in listed(district.context)] == ["personal_value"]


def test_rows_expire_with_their_counts_kept(on_both: Tiny) -> None:
    district = on_both
    take(district, rows_with(UNKNOWN))
    before, counts = balance(district), quarantine_counts(district.context.warehouse)
    later = LATER + 15 * DAY
    assert purge(district.context, later, dry_run=True).quarantined_rows == 3
    assert sum(r.waiting for r in listed(district.context)) == 3
    for expected in (3, 0):
        assert purge(district.context, later, dry_run=False).quarantined_rows == expected
    assert [(r.reason, r.waiting, r.expired) for r in listed(district.context)] == [
        ("coordinates_impossible", 0, 1),
        ("kind_unknown", 0, 2),
    ]
    assert balance(district) == before
    assert quarantine_counts(district.context.warehouse).equals(counts)
    know_brawls(district)
    assert retry(district.context, later).resolved == 0


def test_a_file_that_has_gone_is_named_and_what_was_not_read_then_stays_so(district: Tiny) -> None:
    record = take(district, rows_with(UNKNOWN))
    know_brawls(district)
    (delivered,) = district.inbox.glob("order_dirty.csv")
    away = delivered.rename(district.root / "away.csv")
    found = retry(district.context, LATER)
    assert (found.gone, found.resolved, found.waiting, found.expired) == (3, 0, 3, 0)
    assert [kept.batch for kept in found.kept_back] == [record.batch_id]
    (landed,) = (district.home / "landing" / CODE).rglob(f"{record.batch_id}-*.parquet")
    landed.unlink()
    assert retry(district.context, LATER).expired == 3
    away.rename(delivered)
    found = retry(district.context, LATER)
    assert (found.gone, found.resolved, found.accepted) == (0, 2, 2)
    balance(district)


def test_of_a_file_that_has_gone_what_was_read_can_still_be_judged_again(district: Tiny) -> None:
    rows = rows_with({})
    twin = pl.DataFrame([rows.row(2, named=True) | {"kind": "assault" if rows["kind"][2] != "assault" else "theft"}])
    take(district, pl.concat([rows, twin]))
    (delivered,) = district.inbox.glob("order_dirty.csv")
    delivered.unlink()
    mend(district, 'code = "order"\n', 'code = "order"\nmerge = true\n')
    result = retry(district.context, LATER)
    assert (result.gone, result.resolved, result.accepted, result.merged) == (2, 2, 1, 1)
    balance(district)


def test_a_batch_that_today_would_be_refused_is_kept_back_with_the_reason(district: Tiny) -> None:
    take(district, rows_with(UNKNOWN))
    mend(district, 'code = "order"\n', 'code = "order"\nmin_rows = 500\n')
    result = retry(district.context, LATER)
    assert (result.resolved, result.waiting) == (0, 3)
    assert "rows_below_floor" in result.kept_back[0].why


def test_unknown_sources_and_reasons_are_refused(district: Tiny) -> None:
    with pytest.raises(SifangError, match="Its sources: fire, order, stability"):
        retry(district.context, LATER, source="orders")
    with pytest.raises(SifangError, match="no reason 'kinds'"):
        listed(district.context, reason="kinds")


def test_the_command_lists_and_retries(
    district: Tiny, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import sys

    from flows.cli import app as cli

    take(district, rows_with(UNKNOWN))

    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["sifang", *arguments, "-d", CODE])
        with pytest.raises(SystemExit) as left:
            cli.main()
        assert not left.value.code
        return capsys.readouterr().out

    rows: list[dict[str, Any]] = json.loads(said("quarantine", "list", "--reason", "kind_unknown", "--json"))
    assert [(r["source"], r["waiting"]) for r in rows] == [("order", 2)]
    assert "类别不在代码表中" in said("quarantine", "list")
    assert json.loads(said("quarantine", "retry", "--json"))["waiting"] == 3
    know_brawls(district)
    run_night(district.context, nightly_run(district.context, NIGHT, LATER, "first"))
    assert f"sifang backfill --from {NIGHT} --to {NIGHT} --reason quarantine-retry --stale" in said("quarantine", "retry")
