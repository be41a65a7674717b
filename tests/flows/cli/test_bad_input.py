"""Bad input as somebody might deliver it on purpose: one plain paragraph or a file set aside, and the night goes on."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.intake.batches import BatchRecord
from tests.helpers.command import Sifang, plain
from tests.helpers.packed import edited, workbook
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny, deliver, moment, reports

DAY = dt.timedelta(days=1)
LATER = moment(NIGHT + DAY)
# Put together, so that no text here is somebody's.
NUMBER = "138" + "00001111"
NAME = "王" + "警" + "官"


def declared(root: Path, change: Callable[[str], str]) -> None:
    """Change what the district says."""
    file = root / "districts" / CODE / "district.toml"
    before = file.read_text("utf-8")
    assert change(before) != before
    file.write_text(change(before), "utf-8")


def taken_in(district: Tiny, rows: pl.DataFrame, name: str = "new") -> BatchRecord:
    """What comes of one file of the order source."""
    deliver(district.inbox, "order", rows, name)
    district.context.stores.close()
    again = Tiny(district.root)
    try:
        (record,) = ingest(again.context, LATER)
    finally:
        again.context.stores.close()
    return record


def far_cell() -> bytes:
    """A workbook of a kilobyte and a half with a value in its last cell."""
    book = workbook(one=[["number"], ["1"]])
    return edited(book, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def forty_million() -> bytes:
    """Parquet of some kilobytes with forty million rows of one value."""
    made = io.BytesIO()
    pl.select(number=pl.repeat("1", 40_000_000)).write_parquet(made)
    return made.getvalue()


def test_a_night_goes_on_past_files_made_to_bring_it_down(prefect_server: Server, district_root: Path, sifang: Sifang) -> None:
    declared(district_root, lambda text: text.replace("/order_*.csv", "/order_*"))
    inbox = district_root / "inbox"
    (inbox / "order_far.xlsx").write_bytes(far_cell())
    (inbox / "order_many.parquet").write_bytes(forty_million())
    rows = reports("order", NIGHT - DAY, NIGHT - DAY)
    odd = [os.fsdecode("警情".encode("gbk")), "[red]\x1b[31m\x1b]0;title\x07", "\u202egnp"]
    for number, name in enumerate(odd):
        deliver(inbox, "order", rows[number : number + 1].with_columns(number=pl.lit(f"odd-{number}")), name)
    (inbox / os.fsencode("order_[bold]\x1b[31m.csv").decode()).write_bytes(b"nothing\n1\n")
    said = sifang("nightly", "-d", CODE, "--night", NIGHT)
    assert said.code == 1
    assert f"Night {NIGHT} is published" in said.out
    refused = [line for line in said.out.splitlines() if line.startswith("Refused ")]
    assert len(refused) == 3
    assert any("file_over_limit" in line and "of memory" in line and ".xlsx" in line for line in refused)
    assert any("file_over_limit" in line and "10,000,000 rows" in line and ".parquet" in line for line in refused)
    for text in (said.out, said.err, sifang("status", "-d", CODE).out, sifang("status", "-d", CODE, "--json").out):
        assert not {"\x1b", "\x07", "\u202e"} & {*text}
        assert "[red]" not in text
    ledger = json.loads(sifang("status", "-d", CODE, "--json").out)["ledger"]
    # What was there before, three files of odd names, three that were refused.
    assert next(row for row in ledger if row["source"] == "order")["batches"] == 7


def test_names_of_officers_in_the_column_of_departments_are_kept_and_told_nowhere(district: Tiny, sifang: Sifang) -> None:
    rows = pl.concat([reports("order", NIGHT, NIGHT, seed) for seed in range(2, 24)])
    rows = rows.with_columns(department=pl.when(pl.int_range(pl.len()) < 500).then(pl.lit(NAME)).otherwise(pl.lit(NAME + "乙")))
    assert len(rows) > 500
    record = taken_in(district, rows)
    assert (record.state, record.accepted) == ("stored", len(rows))
    assert "department_unknown" in {one.reason for one in record.checked.found} | {one.reason for one in record.warnings}
    sample = sifang("doctor", "-d", CODE, "--sample", district.inbox / "order_new.csv")
    for said in (sifang("status", "-d", CODE), sifang("doctor", "-d", CODE), sifang("doctor", "-d", CODE, "--codelist"), sample):
        assert NAME not in said.out + said.err
    # For a person to choose from, who asked.
    assert NAME in sifang("doctor", "-d", CODE, "--departments").out
    for file in district.home.rglob("*"):
        assert not file.is_file() or NAME.encode() not in file.read_bytes()


def test_a_source_of_one_callers_number_is_no_district(empty_root: Path, sifang: Sifang) -> None:
    declared(
        empty_root, lambda text: text.replace('key = ["number"]', f'key = ["number"]\nwhere = [{{ column = "ref", equals = "{NUMBER}" }}]')
    )
    text = plain(sifang("status", "-d", CODE))
    assert "looks like personal data" in text
    assert NUMBER not in text


@pytest.mark.parametrize("key", ["number", "callback_phone"])
def test_a_key_of_telephones_is_refused_whatever_it_is_called(district: Tiny, sifang: Sifang, key: str) -> None:
    rows = reports("order", NIGHT, NIGHT, 2)
    phones = [f"1{3 + n % 7}{n * 7919 % 10**9:09}" for n in range(len(rows))]
    if key != "number":
        declared(district.root, lambda text: text.replace('key = ["number"]', f'key = ["{key}"]'))
    record = taken_in(district, rows.with_columns(pl.Series(key, phones)))
    assert (record.state, record.reason) == ("refused", "personal_values" if key == "number" else "column_personal")
    said = sifang("status", "-d", CODE)
    assert f"{record.reason}: " in said.out
    assert phones[0] not in said.out
    assert str(district.home) not in record.warnings[0].detail


def test_words_are_what_they_look_like(district: Tiny) -> None:
    words = {"盜竊案件": "theft", "Fight": "fight", "打\u200b架": "fight"}
    table = ", ".join(f'"{word}" = "{kind}"' for word, kind in words.items())
    declared(district.root, lambda text: text.replace('feed = "public_order"', f'feed = "public_order"\nkinds = {{ {table} }}'))
    written = ["盗窃案件", "盜竊案件", "Ｆｉｇｈｔ", "打架", "盗\u200b窃案件"]
    rows = reports("order", NIGHT, NIGHT, 2)[: len(written)].with_columns(kind=pl.Series(written))
    record = taken_in(district, rows)
    assert (record.state, record.quarantined, record.accepted) == ("stored", 0, len(written))


def test_no_password_of_the_warehouse_is_printed(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_WAREHOUSE_WAIT", "0")
    for address in ("postgresql://127.0.0.1:1/x?password=hunter2&sslpassword=hunter2", "postgresql://me:hunter2@127.0.0.1:1/x"):
        monkeypatch.setenv("SIFANG_WAREHOUSE_URL", address)
        for verb in (["status"], ["nightly"], ["doctor"]):
            said = sifang(*verb, "-d", CODE)
            assert said.code == 1
            assert "hunter2" not in said.out + said.err
            assert "Traceback" not in said.out + said.err
    assert "127.0.0.1:1/x?password=***" in _told_of("postgresql://127.0.0.1:1/x?password=hunter2")


def _told_of(address: str) -> str:
    from flows.stores import open_context

    with pytest.raises(SifangError) as caught:
        open_context(CODE, Settings(warehouse_url=address))
    return str(caught.value)


@pytest.mark.parametrize(("word", "fine"), [("线上访问故障", True), ("Telecom access fault", True), ("群众集体上访", False)])
def test_a_refused_phrase_within_a_harmless_one_is_none(empty_root: Path, sifang: Sifang, word: str, fine: bool) -> None:
    kind = "theft"
    declared(empty_root, lambda text: text.replace('feed = "public_order"', f'feed = "public_order"\nkinds = {{ "{word}" = "{kind}" }}'))
    said = sifang("status", "-d", CODE)
    assert (said.code == 0) is fine
    if not fine:
        assert word in plain(said) or "refused" in plain(said)
