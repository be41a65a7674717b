"""`sifang doctor --files` reads the newest file of each source as tonight would, says what would become of it, and keeps nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.intake.ingest import ingest
from tests.helpers.district_folders import source, write_district
from tests.helpers.homes import settle
from tests.helpers.town import NOW, Town, row, table


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path))


def looked(code: int = 0) -> dict[str, Any]:
    """What the doctor says of the newest file of the source ``police``."""
    result = CliRunner().invoke(app, ["doctor", "-d", "town", "--files", "--json"])
    assert result.exit_code == code, result.output
    (found,) = [f for f in json.loads(result.stdout) if f["what"] == "newest file of police"]
    return dict(found)


def put(tmp_path: Path, content: str, name: str = "police_1.csv", **changes: Any) -> None:
    folder = write_district(tmp_path, "town", source(**changes))
    (folder / "in" / name).write_text(content, "utf-8")


def test_a_file_that_reads_well_is_well_and_nothing_is_kept(tmp_path: Path) -> None:
    put(tmp_path, table(*[row(n, "theft") for n in range(40)]))
    before = sorted(tmp_path.rglob("*"))
    found = looked()
    assert found["ok"] is True
    assert "would bring 40 rows: 40 accepted" in found["detail"]
    assert found["detail"].endswith("; 40 of 40 rows get a kind that is no catch-all")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_is_shown_as_the_night_will_show_it(tmp_path: Path) -> None:
    put(tmp_path, table(*[row(n, "theft") for n in range(40)]), "police_of_somebody.csv")
    found = looked()
    town = Town(tmp_path, f"sqlite:///{tmp_path / 'home' / 'warehouse.db'}")
    (record,) = ingest(town.context, NOW)
    town.context.stores.close()
    assert record.file_name.startswith("police_~")
    assert found["detail"].startswith(f"{record.file_name}, its newest")


def test_kinds_that_say_nothing_are_worth_a_look(tmp_path: Path) -> None:
    put(tmp_path, table(*[row(n, "theft" if n < 37 else "rest") for n in range(40)]), kinds={"theft": "theft", "rest": "order_other"})
    found = looked()
    assert found["ok"] is None
    assert found["detail"].endswith("; 37 of 40 rows get a kind that is no catch-all")


def test_what_would_be_set_aside_is_told_by_reason_column_and_shape_and_never_by_value(tmp_path: Path) -> None:
    good = [row(n, "theft") for n in range(30)]
    odd = [row(100 + n, "theft").replace(" ", " at half past ") for n in range(8)]
    put(tmp_path, table(*good, *odd, *[row(200 + n, "brawl") for n in range(21)], row(300, "rare")))
    found = looked()
    assert found["ok"] is None
    said = found["detail"]
    assert "60 rows: 30 accepted, 30 set aside" in said
    assert "22 rows: the kind is in no codelist (in kind)" in said
    assert "8 rows: the time is in none of the declared formats (in time, written like " in said
    assert "words without a kind: 'brawl' (21), 1 more, in 1 row" in said
    assert "2025" not in said
    assert "rare" not in said


def test_the_night_counts_what_was_foretold(tmp_path: Path) -> None:
    rows = [row(n, "theft") for n in range(30)] + [row(40 + n, "brawl") for n in range(5)] + [row(1, "theft")]
    put(tmp_path, table(*rows))
    foretold = looked()["detail"]
    town = Town(tmp_path, f"sqlite:///{tmp_path / 'home' / 'warehouse.db'}")
    record = town.take(table(*rows), now=NOW)
    town.context.stores.close()
    assert f"{record.accepted} accepted, {record.duplicate} duplicate, {record.quarantined} set aside" in foretold


def test_only_the_newest_file_is_read_and_one_that_would_be_refused_is_a_fault(tmp_path: Path) -> None:
    put(tmp_path, table(row(1, "theft")))
    put(tmp_path, "id,when,kind,x,y\n1,2025-05-01 10:00:00,theft,113.81,35.31\n", "police_2.csv")
    found = looked(code=1)
    assert found["ok"] is False
    assert "police_2.csv would be refused: a declared column is missing (time" in found["detail"]


def test_too_many_rows_set_aside_name_all_their_reasons_although_the_night_would_stop_at_the_first(tmp_path: Path) -> None:
    put(
        tmp_path,
        table(*[row(n, "theft").replace(":", ".") for n in range(20)], *[row(30 + n, "odd") for n in range(5)]),
        max_quarantined=0.5,
    )
    found = looked(code=1)
    assert "refused, for more than 50% are set aside" in found["detail"]
    assert "5 rows: the kind is in no codelist" in found["detail"]


def test_rows_that_mostly_merge_are_worth_a_look(tmp_path: Path) -> None:
    put(tmp_path, table(*[row(n, "theft", x=f"113.81{n:02d}") for n in range(40)]), key=["kind"], merge=True)
    found = looked()
    assert found["ok"] is None
    assert "most rows are merged: check that rows with the same key are one incident" in found["detail"]
