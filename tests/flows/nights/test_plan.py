"""What is decided before anything runs: which nights, which reasons, and a dry run that writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from flows.nights.night import run_night
from flows.nights.plan import PastNights, PlannedNight, backfill_runs, checked_reason, describe, nightly_run
from flows.stores import looking
from infra.errors import SifangError
from infra.warehouse.nights.nights import latest_night
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment, write_district

DAY = dt.timedelta(days=1)


def _published(district: Tiny, night: dt.date = NIGHT) -> None:
    run_night(district.context, nightly_run(district.context, night, None, "first"))


def test_a_night_older_than_the_last_published_one_is_refused_with_the_remedy(district: Tiny) -> None:
    _published(district)
    with pytest.raises(SifangError) as refused:
        nightly_run(district.context, NIGHT - DAY, None, "x")
    assert str(NIGHT) in refused.value.message
    assert f"sifang backfill --from {NIGHT - DAY} --to {NIGHT - DAY} --reason" in refused.value.remedy
    assert nightly_run(district.context, NIGHT, None, "x").night == NIGHT


def test_a_night_that_has_not_begun_is_refused(district: Tiny) -> None:
    # 23:59 of the night before in Shanghai is still the day before, whatever the date in UTC.
    late = moment(NIGHT, 0) - dt.timedelta(minutes=1)
    with pytest.raises(SifangError, match=f"Night {NIGHT} has not begun; today is {NIGHT - DAY} in Asia/Shanghai"):
        nightly_run(district.context, NIGHT, None, "x", now=late)
    assert nightly_run(district.context, NIGHT, None, "x", now=moment(NIGHT, 0)).night == NIGHT
    with pytest.raises(SifangError, match="Choose an earlier --to"):
        backfill_runs(district.context, PastNights(NIGHT - DAY, NIGHT, "late-data"), late, "x")


def test_swapped_dates_are_refused(district: Tiny) -> None:
    with pytest.raises(SifangError, match="Swap them"):
        backfill_runs(district.context, PastNights(NIGHT, NIGHT - DAY, "late-data"), moment(NIGHT), "x")


def test_the_as_of_of_a_night_is_its_cutoff_or_what_landed_for_it_later(district: Tiny) -> None:
    assert nightly_run(district.context, NIGHT, None, "x").as_of == moment(NIGHT, 5)
    assert nightly_run(district.context, NIGHT, moment(NIGHT, 4), "x").as_of == moment(NIGHT, 5)
    assert nightly_run(district.context, NIGHT, moment(NIGHT, 7), "x").as_of == moment(NIGHT, 7)


def test_restate_moves_only_the_as_of_and_as_known_takes_the_stored_one(district: Tiny) -> None:
    _published(district)
    now = moment(NIGHT + 5 * DAY)
    restate = backfill_runs(district.context, PastNights(NIGHT - DAY, NIGHT, "late-data"), now, "x")
    assert [(r.night, r.as_of, r.lake_seq, r.mode, r.kind) for r in restate] == [
        (NIGHT - DAY, now, None, "restate", "backfill"),
        (NIGHT, now, None, "restate", "backfill"),
    ]
    known = backfill_runs(district.context, PastNights(NIGHT - DAY, NIGHT, "late-data", "as_known"), now, "x")
    # The night before was never published: its own cutoff, with everything that is in the lake.
    assert [(r.as_of, r.lake_seq, r.mode) for r in known] == [(moment(NIGHT - DAY), None, "as_known"), (moment(NIGHT), 3, "as_known")]


TICKET = "[A-Z]{2,5}-[0-9]{1,6}"


@pytest.mark.parametrize(
    ("text", "stored"),
    [(" late-data ", "late-data"), ("first-run: OPS-12", "first-run:OPS-12"), ("audit:AB-123456", "audit:AB-123456")],
)
def test_a_reason_is_a_code_and_perhaps_a_ticket(text: str, stored: str) -> None:
    assert checked_reason(text, TICKET) == stored


@pytest.mark.parametrize("text", ["", "Late", "x", "because the data came late", ": note", "-late", "zhang-wei", "li-na:OPS-1"])
def test_what_is_no_reason_code_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SifangError, match="is not a reason code") as refused:
        checked_reason(text, TICKET)
    assert not any(word in str(refused.value) for word in ("zhang", "li-na", "because"))


@pytest.mark.parametrize("note", ["", "asked by Zhang Wei", "13812345678", "OPS-1234567", "xOPS-1", "OPS-1 and more", "ops-1"])
def test_a_sentence_is_no_ticket_and_is_not_repeated(note: str) -> None:
    with pytest.raises(SifangError, match="no ticket number") as refused:
        checked_reason(f"late-data: {note}", TICKET)
    assert not note or note not in str(refused.value)


@pytest.mark.parametrize("note", ["asked by Ada", "13812345678", "A" * 25, "王小明"])
def test_no_pattern_of_a_district_lets_a_sentence_or_a_number_of_somebodys_pass(note: str) -> None:
    with pytest.raises(SifangError, match="no ticket number") as refused:
        checked_reason(f"late-data: {note}", ".*")
    assert note not in str(refused.value)


def test_a_dry_run_describes_every_night(district: Tiny) -> None:
    _published(district)
    runs = backfill_runs(district.context, PastNights(NIGHT - DAY, NIGHT, "late-data"), moment(NIGHT, 7), "x")
    assert describe(district.context, runs) == [
        PlannedNight(NIGHT - DAY, moment(NIGHT, 7), None, "never published", district_version_changes=False),
        PlannedNight(NIGHT, moment(NIGHT, 7), 1, "asked for", district_version_changes=False),
    ]


def test_a_dry_run_says_when_the_district_has_changed_since(district: Tiny) -> None:
    _published(district)
    file = district.root / "districts" / CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace('"Tiny"', '"Tiny as renamed"'), "utf-8")
    with looking(CODE) as context:
        runs = backfill_runs(context, PastNights(NIGHT, NIGHT, "late-data"), moment(NIGHT, 7), "x")
        assert [d.district_version_changes for d in describe(context, runs)] == [True]


def test_looking_at_a_filled_home_changes_no_byte_of_it(district: Tiny) -> None:
    _published(district)
    district.context.stores.close()
    before = _bytes(district.home)
    assert len(before) > 5
    with looking(CODE) as context:
        runs = backfill_runs(context, PastNights(NIGHT - DAY, NIGHT, "late-data"), moment(NIGHT, 7), "x")
        assert len(describe(context, runs)) == 2
    assert _bytes(district.home) == before


def test_looking_at_a_home_that_does_not_exist_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_district(tmp_path / "districts")
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path / "districts"))
    monkeypatch.delenv("SIFANG_WAREHOUSE_URL", raising=False)
    with looking(CODE) as context:
        assert latest_night(context.warehouse) is None
    assert not (tmp_path / "home").exists()


def _bytes(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.is_file()}
