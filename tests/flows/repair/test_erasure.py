"""Reports that are erased: nothing of them is left, and nothing brings them back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from flows.intake.reread import reread
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay_last
from flows.repair.erasure import Erased, erase_reports
from flows.stores import writing
from infra.accord import erasing
from infra.errors import SifangError
from infra.lake import tombstones
from infra.landing import landing
from infra.landing.scanning import report_ids
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import waiting
from tests.helpers.homes import going_on
from tests.helpers.residue import residue
from tests.helpers.tiny import NIGHT, Tiny, deliver, moment, reports

DAY = dt.timedelta(days=1)
COUNTS = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")


def night(made: Tiny, number: int) -> None:
    """A night as it comes, with what was delivered the day before."""
    day = NIGHT + number * DAY
    if number:
        deliver(made.inbox, "fire", reports("fire", day - DAY, day - DAY), f"day{number}")
    made.ingest(moment(day))
    run_night(made.context, nightly_run(made.context, day, None, f"night-{number}"))


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights."""
    with going_on(filled, tmp_path_factory.mktemp("erasure") / "lived") as made:
        for number in (0, 1):
            night(made, number)
        return made.root


@pytest.fixture
def chosen(lived: Tiny) -> tuple[Tiny, list[str]]:
    """The two nights, and three keys: two that both saw, and one of the last day."""
    long_known = reports("fire", dt.date(2025, 3, 1), NIGHT - DAY)["number"]
    return lived, [long_known[5], long_known[40], reports("fire", NIGHT, NIGHT)["number"][0]]


def erased(made: Tiny, keys: list[str], **how: bool) -> Erased:
    file = made.root / "keys.txt"
    file.write_text("\n".join(keys), "utf-8")
    try:
        return erase_reports(made.context, "fire", file, "erasure", moment(NIGHT + DAY, 9), dry_run=how.get("dry_run", False))
    finally:
        file.unlink()


def ids_of(made: Tiny, keys: list[str]) -> list[str]:
    source = made.context.district.source("fire")
    return report_ids(pl.DataFrame({"number": keys}), source, made.context.settings.district_key(made.context.code)).to_list()


def held(made: Tiny, keys: list[str]) -> int:
    return made.context.lake.read().filter(pl.col("report_id").is_in(ids_of(made, keys))).height


def balance(made: Tiny) -> None:
    """Every batch balances, and the lake holds what the ledger says of it."""
    stored = ledger(made.context.warehouse).filter(pl.col("state") == "stored")
    assert (stored["delivered"] == stored.select(pl.sum_horizontal(COUNTS)).to_series()).all()
    rows = made.context.lake.read().group_by("batch_id").len()
    told = stored.select("batch_id", entered=pl.col("accepted") + pl.col("withdrawn")).filter(pl.col("entered") > 0)
    assert dict(told.iter_rows()) == dict(rows.iter_rows())


def test_nothing_of_erased_reports_is_left(chosen: tuple[Tiny, list[str]]) -> None:
    made, keys = chosen
    before = made.context.lake.read()
    foreseen = erased(made, keys, dry_run=True)
    assert made.context.lake.read().equals(before)
    done = erased(made, [*keys, "of-no-report"])
    assert (done.keys, done.unknown, done.versions) == (4, 1, 3)
    assert (foreseen.versions, foreseen.batches, foreseen.rows_landed, foreseen.nights) == (3, 2, 3, done.nights)
    assert done.nights == (NIGHT, NIGHT + DAY)
    assert residue(made.home, ids_of(made, keys), keys) == []
    after = made.context.lake.read()
    assert after.sort("report_id", "recorded_seq").equals(
        before.filter(~pl.col("report_id").is_in(ids_of(made, keys))).sort("report_id", "recorded_seq")
    )
    assert made.context.lake.verify(deep=True).damaged == ()
    assert landing.rotten_files(made.home / "landing" / made.context.code) == []
    balance(made)


def test_replay_names_exactly_the_nights_that_saw_them(chosen: tuple[Tiny, list[str]]) -> None:
    made, keys = chosen
    night(made, 2)
    assert all(one.identical for one in replay_last(made.context, 3))
    # The last one is known since the second night.
    erased(made, keys[2:])
    found = replay_last(made.context, 3)
    assert [(one.identical, one.erased) for one in found] == [(True, False), (False, True), (False, True)]
    night(made, 3)
    assert replay_last(made.context, 1)[0].identical


def test_they_do_not_come_back(chosen: tuple[Tiny, list[str]]) -> None:
    made, keys = chosen
    erased(made, keys)
    again = pl.concat([reports("fire", dt.date(2025, 3, 1), NIGHT - DAY), reports("fire", NIGHT, NIGHT)])
    deliver(made.inbox, "fire", again.filter(pl.col("number").is_in(keys)), "again")
    (record,) = made.ingest(moment(NIGHT + 2 * DAY))
    assert (record.delivered, [n.reason for n in record.warnings]) == (0, ["report_erased"])
    reread(made.context, "fire", "mended", moment(NIGHT + 2 * DAY, 6))
    retry(made.context, moment(NIGHT + 2 * DAY, 7))
    assert held(made, keys) == 0
    assert residue(made.home, ids_of(made, keys), keys) == []
    balance(made)


def test_rows_that_wait_go_too(district: Tiny) -> None:
    one = reports("fire", NIGHT, NIGHT).head(6)
    bad = one.with_columns(lon=pl.when(pl.col("number").is_in(one["number"].head(2).implode())).then(pl.lit("nowhere")).otherwise("lon"))
    deliver(district.inbox, "fire", bad, "bad")
    (record,) = district.ingest(moment(NIGHT, 9))
    assert record.quarantined == 2
    done = erased(district, [one["number"][0]])
    assert (done.versions, done.rows_landed, done.rows_set_aside) == (0, 1, 1)
    assert waiting(district.context.warehouse)["row"].unique().to_list() == [2]
    balance(district)


@pytest.mark.parametrize("where", ["tell", "landing", "lake", "scrub"])
def test_a_kill_is_completed_by_the_next_run(chosen: tuple[Tiny, list[str]], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, keys = chosen

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        place = {"tell": (tombstones, "tell"), "landing": (landing, "erase"), "scrub": (erasing, "scrub")}.get(where)
        if place:
            patch.setattr(*place, die)
        else:
            patch.setattr(type(made.context.lake.table), "commit", die)
        with pytest.raises(KeyboardInterrupt):
            erased(made, keys)
    with writing(made.context, moment(NIGHT + DAY, 10)):
        pass
    assert residue(made.home, ids_of(made, keys), keys) == []
    balance(made)


def test_a_list_that_one_store_lost_is_told_by_the_other(chosen: tuple[Tiny, list[str]]) -> None:
    made, keys = chosen
    erased(made, keys)
    file = made.home / "lake" / made.context.code / "_tombstones.json"
    listed = json.loads(file.read_text())
    file.unlink()
    with writing(made.context, moment(NIGHT + DAY, 10)):
        pass
    assert json.loads(file.read_text()) == listed
    # One more that only the lake knows, as where the warehouse was put back: its rows go.
    (another,) = ids_of(made, [reports("fire", NIGHT, NIGHT)["number"][1]])
    file.write_text(json.dumps({"reports": [*listed["reports"], another]}))
    with writing(made.context, moment(NIGHT + DAY, 11)):
        pass
    assert another in made.context.erased()
    assert made.context.lake.read().filter(pl.col("report_id") == another).is_empty()
    balance(made)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is no text, or an empty one"),
        ("\n \n", "is no text, or an empty one"),
        ("number\n", "holds no key"),
    ],
)
def test_a_file_without_keys_is_told(district: Tiny, content: str, says: str) -> None:
    (district.root / "keys.txt").write_text(content, "utf-8")
    with pytest.raises(SifangError, match=says):
        erase_reports(district.context, "fire", district.root / "keys.txt", "erasure", moment(NIGHT), dry_run=True)


def test_keys_come_as_lines_or_as_a_table(district: Tiny) -> None:
    keys = reports("fire", dt.date(2025, 3, 1), NIGHT - DAY)["number"].head(2).to_list()
    file: Path = district.root / "keys.csv"
    for content in ("\ufeff" + "\r\n".join(keys), f"name;number\nx;{keys[0]}\ny;{keys[1]}\n", f"number\n{keys[0]}\n{keys[1]}\n{keys[1]}\n"):
        file.write_text(content, "utf-8")
        told = erase_reports(district.context, "fire", file, "erasure", moment(NIGHT), dry_run=True)
        assert (told.keys, told.unknown, told.versions) == (2, 0, 2)
