"""Another key: the same reports under other ids, nothing of the old key left, and what was erased stays out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay_last
from flows.repair import rotation
from flows.repair.erasure import erase_reports
from flows.repair.rotation import Rotated, rotate
from flows.stores import open_context, opened
from flows.tell.doctor.examination import examine
from infra.errors import SifangError
from infra.keys import fingerprint
from infra.settings import Settings
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.keeping.erasures import erased
from tests.helpers.homes import going_on
from tests.helpers.keys import KEY, OTHER_KEY
from tests.helpers.tiny import CODE, FIRST_DAY, NIGHT, Tiny, deliver, deliver_days, moment, reports
from transforms.reports.versions import standing

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
# What is made under the key, or counts commits; all else must come out as it was.
KEYED = ("report_id", "batch_id", "spot", "version_hash", "recorded_seq")
ERASED = reports("fire", FIRST_DAY, NIGHT - DAY)["number"].head(2).to_list()


def night(made: Tiny, number: int) -> None:
    day = NIGHT + number * DAY
    if number:
        deliver_days(made.inbox, day - DAY, day - DAY)
    made.ingest(moment(day))
    run_night(made.context, nightly_run(made.context, day, None, f"night-{number}"))


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights, a correction among what came, and two reports that were erased."""
    with going_on(filled, tmp_path_factory.mktemp("rotation") / "lived") as made:
        night(made, 0)
        again = reports("fire", NIGHT - DAY, NIGHT - DAY).with_columns(kind=pl.lit("gas_leak"))
        deliver(made.inbox, "fire", again, "again")
        night(made, 1)
        keys = made.root / "keys.txt"
        keys.write_text("\n".join(ERASED), "utf-8")
        erase_reports(made.context, "fire", keys, "erasure", moment(NIGHT + DAY, 9), dry_run=False)
        return made.root


def stands(made: Tiny) -> pl.DataFrame:
    held = standing(made.context.lake.read(), made.context.district.released)
    columns = [c for c in held.columns if c not in KEYED]
    return held.select(columns).sort(columns)


def rotated(made: Tiny, patch: pytest.MonkeyPatch, **how: bool) -> Rotated:
    """Rotate, and go on under the new key."""
    made.context.stores.close()
    patch.setenv("SIFANG_KEY_NEXT", OTHER_KEY)
    wanted = {"lost": False, "dry_run": False} | how
    done = rotate(CODE, Settings(), made.root / "kept", "key-changed", **wanted)
    if not wanted["dry_run"]:
        patch.setenv("SIFANG_KEY", OTHER_KEY)
    patch.delenv("SIFANG_KEY_NEXT")
    made.context = open_context(CODE, Settings())
    return done


def test_the_same_reports_stand_but_for_their_ids(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    before, versions, gone = stands(lived), lived.context.lake.read(), lived.context.erased()
    foreseen = rotated(lived, monkeypatch, dry_run=True)
    assert lived.context.lake.read().equals(versions)
    done = rotated(lived, monkeypatch)
    assert stands(lived).equals(before)
    after = lived.context.lake.read()
    assert not set(after["report_id"]) & set(versions["report_id"])
    assert not set(after["batch_id"]) & set(versions["batch_id"])
    assert (done.batches, done.batches_gone, done.reports, done.reports_gone) == (7, 0, len(before), 0)
    assert (foreseen.batches, foreseen.batches_gone, foreseen.nights) == (7, 0, done.nights)
    assert (done.erased, done.erased_unknown, done.nights) == (2, 0, 2)
    # Nothing that the old key made is left: no id in any file, not that of what was erased either.
    old = {*versions["report_id"], *gone}
    for file in (lived.home / "lake").rglob("*.parquet"):
        assert not old & set(pl.read_parquet(file, hive_partitioning=False)["report_id"])
    assert not old & erased(lived.context.warehouse)
    assert {b for b in versions["batch_id"].unique() if any(b in f.name for f in lived.home.rglob("*"))} == set()
    counted = ledger(lived.context.warehouse)
    assert (counted["accepted"] + counted["withdrawn"]).sum() == len(after)
    assert lived.context.pair.look(fingerprint(Settings().hash_key())).goes_on


def test_nights_go_on_and_those_before_name_the_backup(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    done = rotated(lived, monkeypatch)
    with pytest.raises(SifangError, match=f"backup {done.backup}"):
        replay_last(lived.context, 1)
    night(lived, 2)
    assert replay_last(lived.context, 1)[0].identical
    assert ingest(lived.context, moment(NIGHT + 3 * DAY)) == []


def test_what_has_no_file_is_counted(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stands(lived)
    next(lived.inbox.glob("order_20250301*")).unlink()
    done = rotated(lived, monkeypatch)
    assert (done.batches, done.batches_gone) == (6, 1)
    assert done.reports + done.reports_gone == len(before)
    assert done.reports_gone > 1000


@pytest.mark.parametrize("where", ["leave", "go_on", "take_in", "read_again", "end"])
def test_a_kill_is_gone_on_with(lived: Tiny, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stands(lived)
    lived.context.stores.close()
    monkeypatch.setenv("SIFANG_KEY_NEXT", OTHER_KEY)
    real = getattr(rotation, where)
    asked = []

    def die(*given: object) -> object:
        asked.append(given)
        if len(asked) > (2 if where in {"take_in", "read_again"} else 0):
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(rotation, where, die)
        with pytest.raises(KeyboardInterrupt):
            rotate(CODE, Settings(), lived.root / "kept", "key-changed", lost=False, dry_run=False)
    if where != "leave":
        monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
        with opened(CODE, Settings()) as context, pytest.raises(SifangError, match="is being changed"):
            ingest(context, moment(NIGHT + 2 * DAY))
        monkeypatch.setenv("SIFANG_KEY", KEY)
        # Under the key of before as well, which nobody is told to set.
        with pytest.raises(SifangError, match=r"is being changed.*Run the same `sifang key rotate` again"), opened(CODE, Settings()):
            pass
        faults = {f.what: f for f in examine(CODE, Settings()) if f.ok is False}
        assert "lake and warehouse" not in faults
        assert "Run the same `sifang key rotate` again" in faults["change of keys"].remedy
    folder = "kept" if where != "leave" else "kept2"
    rotate(CODE, Settings(), lived.root / folder, "key-changed", lost=False, dry_run=False)
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    lived.context = open_context(CODE, Settings())
    assert stands(lived).equals(before)
    assert len(lived.context.erased()) == 2


def test_a_lost_key_is_left_by_beginning_again_from_the_files(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drill: nobody has the key any more. What was erased is handed to the new key before the next night."""
    before = stands(lived)
    monkeypatch.delenv("SIFANG_KEY")
    done = rotated(lived, monkeypatch, lost=True)
    assert (done.reports, done.erased, done.erased_unknown) == (0, 0, 2)
    keys = lived.root / "keys.txt"
    told = erase_reports(lived.context, "fire", keys, "erasure", moment(NIGHT + DAY, 10), dry_run=False)
    assert (told.keys, told.unknown) == (2, 2)
    lived.ingest(moment(NIGHT + 2 * DAY))
    times = ["known_at", "order_key"]
    assert stands(lived).drop(times).sort(pl.all()).equals(before.drop(times).sort(pl.all()))


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (None, "SIFANG_KEY_NEXT is not set"),
        ("short", "SIFANG_KEY_NEXT is no key"),
        ("same", "SIFANG_KEY_NEXT is the key itself"),
    ],
)
def test_a_next_key_that_is_none_is_refused(lived: Tiny, key: str | None, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Settings().key
    assert held is not None
    if key is not None:
        monkeypatch.setenv("SIFANG_KEY_NEXT", held.get_secret_value() if key == "same" else key)
    with pytest.raises(SifangError, match=says):
        rotate(CODE, Settings(), lived.root / "kept", "key-changed", lost=False, dry_run=False)
