"""One file that cannot be used is refused, named, and stops nothing: not the other files, not the night, not `status`."""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.status import status
from infra.sources.formats import read
from infra.sources.places import LocalFile
from infra.sources.table import UnusableFile
from infra.warehouse.intake.ledger import ledger
from tests.helpers import tiny
from tests.helpers.rights import python, run_bound
from tests.helpers.tiny import NIGHT, Tiny, deliver, moment, reports

DAY = dt.timedelta(days=1)
LATER = moment(NIGHT + DAY)

# What an ingest and a look at the district come to for somebody whom rights bind.
_NIGHT = """
import datetime as dt, json, sys
from flows.intake.ingest import ingest
from flows.intake.retry import retry
from flows.stores import open_context
from flows.tell.status import status
context = open_context("tiny")
records = ingest(context, dt.datetime.fromisoformat(sys.argv[1]))
print(json.dumps([[r.source, r.file_name, r.state, r.reason, r.warnings[0].detail if r.state == "refused" else None] for r in records]))
status(context)
context.stores.close()
"""


def _bound(district: Tiny) -> list[list[Any]]:
    """Take in what lies in the inbox as somebody whom rights bind; source, name, state, reason and detail of each file."""
    district.context.stores.close()
    done = run_bound(python(_NIGHT, LATER.isoformat()), os.environ)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_a_name_of_any_bytes_is_taken_in_under_what_may_be_kept_of_it(on_both: Tiny) -> None:
    district = on_both
    rows = reports("order", NIGHT, NIGHT)
    names = ["back\\slash", os.fsdecode(b"\xb0\xa1\xff"), "new\nline", "[red]\x1b[31m", "\u202egnp", "张伟 138-0000-1111"]
    for number, name in enumerate(names):
        deliver(district.inbox, "order", rows[number : number + 1], name)
    before = set(ledger(district.context.warehouse)["batch_id"])
    records = ingest(district.context, LATER)
    assert [r.state for r in records] == ["stored"] * len(names)
    kept = [row for row in ledger(district.context.warehouse).to_dicts() if row["batch_id"] not in before]
    for row in kept:
        assert row["file_name"].isascii(), row
        assert row["file_name"].startswith("order_")
        assert row["file_name"].endswith(".csv")
    assert len({row["file_name"] for row in kept}) == len(names)
    assert status(district.context).waiting_files == 0


def test_members_of_an_archive_may_bear_any_name(district: Tiny) -> None:
    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("/order_*.csv", "/order_*"), "utf-8")
    rows = reports("order", NIGHT, NIGHT)
    names = [b"folder\\a.csv", "警情.csv".encode("gb18030"), "警情二.csv".encode(), b"\xff\xfe.csv"]
    with zipfile.ZipFile(district.inbox / "order_1.zip", "w") as archive:
        for number in range(len(names)):
            archive.writestr(chr(ord("A") + number) * len(names[number]), rows[number : number + 1].write_csv())
    content = (district.inbox / "order_1.zip").read_bytes()
    for number, name in enumerate(names):
        content = content.replace(chr(ord("A") + number).encode() * len(name), name)
    (district.inbox / "order_1.zip").write_bytes(content)
    with_odd = Tiny(district.root)
    try:
        records = ingest(with_odd.context, LATER)
        assert [(r.state, r.reason) for r in records] == [("stored", None)] * len(names)
        assert all(r.file_name.startswith("order_1.zip:") and r.file_name.isascii() for r in records)
    finally:
        with_odd.context.stores.close()


def test_a_file_that_may_not_be_read_is_named_and_the_others_are_taken_in(district: Tiny) -> None:
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "20250609").chmod(0)
    deliver(district.inbox, "fire", reports("fire", NIGHT, NIGHT), "20250609")
    found = {name: (source, state, reason, detail) for source, name, state, reason, detail in _bound(district)}
    assert found.pop("fire_20250609.csv") == ("fire", "stored", None, None)
    ((source, state, reason, detail),) = found.values()
    assert (list(found), source, state, reason) == (["order_20250609.csv"], "order", "refused", "file_no_rights")
    assert "Permission denied" in detail
    assert "right to read it" in detail


@pytest.mark.slow
def test_a_folder_that_cannot_be_listed_is_named_and_what_lies_elsewhere_is_taken_in(district: Tiny) -> None:
    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("/order_*.csv", "/**/order_*.csv"), "utf-8")
    deliver(district.inbox / "open", "order", reports("order", NIGHT, NIGHT), "new")
    deliver(district.inbox / "closed", "order", reports("order", NIGHT, NIGHT + DAY), "newer")
    (district.inbox / "closed").chmod(0o300)
    found = _bound(district)
    (district.inbox / "closed").chmod(0o700)
    stored = [f for f in found if f[2] == "stored"]
    assert len(stored) == 1
    (refused,) = (f for f in found if f[2] == "refused")
    assert (refused[0], refused[3]) == ("order", "source_unreachable")
    assert "cannot be listed (Permission denied)" in refused[4]


def test_an_inbox_that_is_not_there_is_told_and_the_night_runs(district: Tiny) -> None:
    district.inbox.rename(district.inbox.with_name("elsewhere"))
    records = ingest(district.context, LATER)
    assert {(r.source, r.reason) for r in records} == {(s, "source_unreachable") for s in tiny.SOURCES}
    assert all("No such file or directory" in r.warnings[0].detail for r in records)
    assert run_night(district.context, nightly_run(district.context, NIGHT, None, "one")).revision == 1


def test_a_file_that_vanishes_between_listing_and_reading_is_named(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "a")
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT + DAY), "b")
    fetch = LocalFile.fetch

    def vanish(place: LocalFile) -> bytes:
        if place.name == gone.name:
            gone.unlink()
        return fetch(place)

    monkeypatch.setattr(LocalFile, "fetch", vanish)
    assert [(r.state, r.reason) for r in ingest(district.context, LATER)] == [("refused", "file_not_there"), ("stored", None)]


def test_what_is_no_file_is_passed_over_or_named_and_never_waited_for(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    (district.inbox / "order_folder.csv").mkdir()
    os.mkfifo(district.inbox / "order_pipe.csv")
    (district.inbox / "order_circle.csv").symlink_to("order_circle.csv")
    (district.inbox / "order_into_nothing.csv").symlink_to("nothing.csv")
    found = ingest(district.context, LATER)
    assert sorted(str(r.reason) for r in found) == ["file_damaged", "file_not_there"]
    # One that becomes a pipe after it was listed.
    late = deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "late")
    fetch = LocalFile.fetch

    def swapped(place: LocalFile) -> bytes:
        if place.name == late.name:
            late.unlink()
            os.mkfifo(late)
        return fetch(place)

    monkeypatch.setattr(LocalFile, "fetch", swapped)
    assert "file_unreadable" in {r.reason for r in ingest(district.context, LATER)}


def test_a_file_that_nobody_knows_the_end_of_is_refused_like_any_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "grows.csv"
    file.write_bytes(b"a" * 100)
    size = os.stat_result((*file.stat()[:6], 10, *file.stat()[7:]))
    monkeypatch.setattr("infra.sources.places.os.fstat", lambda _: size)
    assert len(LocalFile(file).fetch()) == 100
    monkeypatch.setattr("infra.sources.fetching.MAX_BYTES", 50)
    with pytest.raises(UnusableFile) as caught:
        LocalFile(file).fetch()
    assert caught.value.reason == "file_too_large"


@pytest.mark.parametrize("raised", [ValueError, RecursionError, pl.exceptions.ComputeError, "PanicException"])
def test_what_nobody_foresaw_about_one_file_refuses_that_file(district: Tiny, monkeypatch: pytest.MonkeyPatch, raised: Any) -> None:
    error = type(raised, (BaseException,), {}) if isinstance(raised, str) else raised
    deliver(district.inbox, "fire", reports("fire", NIGHT, NIGHT), "20250609")
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "20250609")

    def fail(content: bytes, name: str, *rest: Any) -> Any:
        if name.startswith("fire"):
            raise error("somebody's name")
        return read(content, name, *rest)

    monkeypatch.setattr("infra.landing.scanning.read", fail)
    refused, stored = ingest(district.context, LATER)
    assert (refused.source, refused.reason, stored.source, stored.state) == ("fire", "check_failed_to_run", "order", "stored")
    assert "somebody" not in str(refused.warnings)


def test_landing_says_which_of_the_four_it_is(district: Tiny) -> None:
    script = """
import sys
from pathlib import Path
from typing import Any
from infra.errors import StoreError
from infra.landing.landing import land, landed_rows, purge, withdraw
import datetime as dt, polars as pl
folder = Path(sys.argv[1])
for deed in (lambda: land(folder, "order", "b", pl.DataFrame()), lambda: landed_rows(folder, "order", "damaged"),
             lambda: withdraw(folder, "order", "damaged"), lambda: purge(folder, dt.datetime(2200, 1, 1, tzinfo=dt.UTC), dry_run=False)):
    try:
        deed()
        print("ok")
    except StoreError as error:
        print(error.fault, "|", error)
"""
    folder = district.context.settings.landing(tiny.CODE)
    (folder / "order" / "damaged-0123.parquet").write_bytes(b"PAR1 and then nothing")
    for child in (folder / "order", folder):
        child.chmod(0o500)
    done = run_bound(python(script, str(folder)), os.environ)
    for child in (folder, folder / "order"):
        child.chmod(0o700)
    assert done.returncode == 0, done.stderr
    kinds = [line.split(" | ")[0] for line in done.stdout.splitlines()]
    assert kinds == ["no rights", "damaged", "no rights", "no rights"]
    assert "delete" not in done.stdout
    assert "move it away" not in done.stdout


def test_a_retry_names_a_batch_that_cannot_be_read_and_reads_the_others(district: Tiny) -> None:
    rows = reports("order", NIGHT, NIGHT)
    for number, name in enumerate(("1", "2")):
        part = rows[10 * number : 10 * number + 10]
        unknown = part.with_columns(kind=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("unheard of")).otherwise(pl.col("kind")))
        deliver(district.inbox, "order", unknown, name)
    assert [r.quarantined for r in ingest(district.context, LATER)] == [1, 1]
    (first,) = (f for f in district.inbox.iterdir() if f.name == "order_1.csv")
    first.unlink()
    landed = sorted((district.context.settings.landing(tiny.CODE) / "order").glob("*.parquet"), key=lambda f: f.stat().st_size)
    for file in landed[:2]:
        file.write_bytes(b"PAR1 and then nothing")
    found = retry(district.context, LATER)
    (kept,) = found.kept_back
    assert "cannot be understood" in kept.why
    assert (found.waiting, found.resolved) == (2, 0)


def test_a_retry_of_one_source_that_cannot_be_looked_into_reads_the_others(district: Tiny) -> None:
    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("$SIFANG_INBOX/order_", "$SIFANG_INBOX/own/order_"), "utf-8")
    other = Tiny(district.root)
    unknown = {s: reports(s, NIGHT, NIGHT).head(9) for s in ("fire", "order")}
    try:
        for source, rows in unknown.items():
            odd = rows.with_columns(kind=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("unheard of")).otherwise(pl.col("kind")))
            deliver(district.inbox / ("own" if source == "order" else ""), source, odd, "1")
        assert {r.source: r.quarantined for r in ingest(other.context, LATER) if r.state == "stored"} == {"fire": 1, "order": 1}
        (district.inbox / "own").rename(district.inbox / "away")
        found = retry(other.context, LATER)
        (kept,) = found.kept_back
        assert "cannot be listed" in kept.why
        assert found.waiting == 2
    finally:
        other.context.stores.close()
