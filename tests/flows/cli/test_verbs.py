"""Verbs that do what they are asked: what they write, what they print as JSON and as tables, what they leave alone."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tomllib
from pathlib import Path

import polars as pl
import pytest

from flows.cli.door import WRONG
from infra.settings import SHIPPED_DISTRICTS
from infra.warehouse.database.engine import connect
from infra.warehouse.upgrade import current_revision, head_revision
from tests.helpers import tiny
from tests.helpers.command import Sifang, digests, plain
from tests.helpers.keys import KEY
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny
from transforms.words import DayState

DAY = dt.timedelta(days=1)


def test_status_tells_night_ledger_and_sources_as_json_and_as_tables(published: Tiny, sifang: Sifang) -> None:
    said = sifang("status", "-d", CODE, "--json")
    found = json.loads(said.out)
    assert said.code == 0
    assert (found["district"], found["night"], found["revision"], found["waiting_files"]) == (CODE, str(NIGHT), 1, 0)
    assert [r["source"] for r in found["ledger"]] == ["fire", "order", "stability"]
    for row in found["ledger"]:
        assert row["delivered"] == row["accepted"] + row["merged"] + row["duplicate"] + row["quarantined"] + row["out_of_scope"] > 0
    assert found["source_days"]["order"] == {"ok": 14}
    assert found["runs"][0]["run_id"] == "first"
    screen, books = sifang("status", "-d", CODE), sifang("status", "-d", CODE, "--ledger")
    assert (screen.code, screen.err, books.code) == (0, "", 0)
    assert f"night {NIGHT}, revision 1" in screen.out
    lines = [line.split() for line in (screen.out + books.out).splitlines()]
    for row in found["ledger"]:
        numbers = {f"{row[n]:,}" for n in ("batches", "delivered", "accepted", "quarantined", "out_of_scope")}
        assert any(line[:1] == [row["source"]] and numbers <= set(line) for line in lines)
        assert [row["source"], *map(str, days_of(found["source_days"][row["source"]]))] in lines


def test_a_monitor_hears_by_the_exit_code_whether_somebody_should_look(published: Tiny, sifang: Sifang) -> None:
    said = sifang("status", "-d", CODE, "--json", "--check")
    told = json.loads(said.out)["attention"]
    # The tiny district's nights lie long ago, so some were missed since.
    assert told[0]["ok"] is False
    assert said.code == WRONG
    assert [f["ok"] for f in told] == sorted((f["ok"] for f in told), key=lambda ok: ok is not False)


def days_of(counted: dict[str, int]) -> list[int]:
    """How many days there are of each state, in their order."""
    return [counted.get(state, 0) for state in DayState]


def test_status_before_the_first_run_says_so_and_makes_nothing(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("status", "-d", CODE)
    assert said.code == 0
    assert "no night published yet" in said.out
    assert not (empty_root / "home").exists()


def test_a_district_is_named_by_code_by_folder_or_by_the_environment(
    empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = empty_root / "elsewhere"
    tiny.write_district(folder, name="other")
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    asked = [(), ("-d", "weibin"), ("--district", folder / "other"), ("-d", f"{Path('elsewhere') / 'other'}{os.sep}")]
    told = [json.loads(sifang("status", *a, "--json").out)["district"] for a in asked]
    assert told == [CODE, "weibin", "other", "other"]


def test_doctor_finds_a_filled_district_sound(published: Tiny, sifang: Sifang) -> None:
    said = sifang("doctor", "-d", CODE, "--json")
    findings = {f["what"]: f for f in json.loads(said.out)}
    assert {"district folder", "source fire", "hash key", "clock", "home", "disk", "warehouse", "lake", "lock", "refusals"} <= set(findings)
    assert [f for f in findings.values() if f["ok"] is False and f["what"] not in {"messages", "clock and records"}] == []
    assert findings["district folder"]["detail"].startswith("Tiny: 36 cells, 3 sources")
    assert re.match(r"CN, version [0-9a-f]{16}, off: \d{4}-\d\d-\d\d", findings["calendar"]["detail"])
    assert KEY not in said.out


def test_doctor_before_the_first_run_notes_missing_files_and_makes_nothing(empty_root: Path, sifang: Sifang) -> None:
    closed = sifang("doctor", "-d", CODE, "--json")
    assert closed.code == 1
    assert "a folder of $SIFANG_INBOX/fire_*.csv cannot be listed (No such file or directory)" in closed.out
    (empty_root / "inbox").mkdir()
    said = sifang("doctor", "-d", CODE, "--json")
    findings = {f["what"]: f for f in json.loads(said.out)}
    assert said.code == 0
    assert findings["source fire"]["ok"] is None
    assert "no file matches $SIFANG_INBOX/fire_*.csv" in findings["source fire"]["detail"]
    assert findings["warehouse"]["detail"].startswith("empty")
    assert not (empty_root / "home").exists()


def test_doctor_names_every_problem_of_a_broken_folder_at_once(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    file = empty_root / "districts" / CODE / "district.toml"
    text = file.read_text("utf-8")
    broken = text.replace('"Asia/Shanghai"', '"Asia/Weibin"').replace("size_m = 500", "size_m = 100")
    broken = broken.replace('feed = "fire_hazard"', 'feed = "fires"').replace('key = ["number"]', 'kee = ["number"]', 1)
    file.write_text(broken, "utf-8")
    monkeypatch.delenv("SIFANG_KEY")
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", "mysql://somewhere/db")
    said = sifang("doctor", "-d", CODE)
    assert said.code == 1
    assert "Traceback" not in said.err + said.out
    for problem in ("Asia/Weibin", "size_m", "'fires'", "kee", "SIFANG_KEY is not set", "mysql"):
        assert problem in said.out, f"doctor does not name {problem}"
    assert said.out.count("bad ") == 5
    assert "could not look: district.toml, columns, series, coverage, grid, sources, calendar" in said.out
    assert "clock and records" in said.out


def test_init_copies_a_shipped_district_under_its_own_code(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("init", empty_root / "districts" / "mine", "--from", "weibin")
    assert said.code == 0
    assert "SIFANG_KEY" in said.out
    copy, shipped = empty_root / "districts" / "mine", SHIPPED_DISTRICTS / "weibin"
    declared, original = (tomllib.loads((folder / "district.toml").read_text("utf-8")) for folder in (copy, shipped))
    assert declared == {**original, "code": "mine"}
    theirs, ours = digests(shipped), digests(copy)
    # Premises of another city are none of this one's: of the register its head comes along.
    assert (copy / "premises.csv").read_text("utf-8").splitlines() == (shipped / "premises.csv").read_text("utf-8").splitlines()[:1]
    assert {**ours, "district.toml": "", "premises.csv": ""} == {**theirs, "district.toml": "", "premises.csv": ""}
    findings = json.loads(sifang("doctor", "-d", "mine", "--json").out)
    assert findings[0]["ok"] is True


@pytest.mark.parametrize(
    ("target", "origin", "says"),
    [
        (CODE, "weibin", "exists already"),
        ("mine", "atlantis", "Choose one of: blank, boston, chicago, new_york, san_francisco, toronto, weibin"),
        ("Mine!", "weibin", "lower-case"),
    ],
)
def test_init_refuses_what_would_be_lost_or_could_not_work(empty_root: Path, sifang: Sifang, target: str, origin: str, says: str) -> None:
    before = digests(empty_root / "districts")
    assert says in plain(sifang("init", empty_root / "districts" / target, "--from", origin))
    assert digests(empty_root / "districts") == before


def test_simulate_writes_the_files_and_the_truth_it_counts(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("simulate", "--days", "4", "--scale", "0.2", "--out", empty_root / "sim", "--json")
    told = json.loads(said.out)
    files = sorted(p.name for p in (empty_root / "sim").iterdir())
    assert said.code == 0
    assert told["files"] == len([f for f in files if not f.startswith("truth_")]) > 8
    rows = sum(len(p.read_bytes().splitlines()) - (p.suffix == ".csv") for p in (empty_root / "sim").glob("[!t]*"))
    assert told["rows"] == rows > 0
    surges, dirt = (pl.read_csv(empty_root / "sim" / f"truth_{of}.csv", try_parse_dates=True) for of in ("surges", "dirt"))
    assert {"truth_surges.csv", "truth_dirt.csv"} == {f for f in files if f.startswith("truth_")}
    assert surges.columns[0] == "series"
    assert dirt.columns == ["source", "day", "row", "reason"]
    # Every fault is in a file that was written.
    assert len(dirt) > 0
    assert {f"{source}_{day:%Y%m%d}" for source, day in dirt.select("source", "day").iter_rows()} <= {Path(f).stem for f in files}


def test_a_dry_run_lists_the_nights_and_changes_no_byte(published: Tiny, sifang: Sifang) -> None:
    tiny.deliver_days(published.inbox, NIGHT, NIGHT)
    before = digests(published.home)
    run = ("backfill", "-d", CODE, "--from", NIGHT - DAY, "--to", NIGHT, "--reason", "late-data", "--dry-run")
    said = sifang(*run, "--json")
    assert said.code == 0
    assert [(n["night"], n["stored_revision"]) for n in json.loads(said.out)] == [(str(NIGHT - DAY), None), (str(NIGHT), 1)]
    assert str(NIGHT) in sifang(*run).out
    assert digests(published.home) == before


def test_a_dry_run_of_a_first_backfill_makes_no_home(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("backfill", "-d", CODE, "--from", NIGHT, "--to", NIGHT, "--reason", "first-run", "--dry-run", "--json")
    assert (said.code, len(json.loads(said.out))) == (0, 1)
    assert not (empty_root / "home").exists()


def test_brief_writes_one_html_file_and_says_where(published: Tiny, sifang: Sifang, tmp_path: Path) -> None:
    said = sifang("brief", "-d", CODE, "--out", tmp_path / "deep" / "b.html")
    assert said.code == 0
    assert Path(said.out.strip()) == tmp_path / "deep" / "b.html"
    page = (tmp_path / "deep" / "b.html").read_text("utf-8")
    assert str(NIGHT) in page
    assert page.rstrip().endswith("</html>")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["b.html"]
    default = sifang("brief", "-d", CODE, "--night", NIGHT)
    assert Path(default.out.strip()) == published.home / "briefs" / CODE / f"{NIGHT}.html"
    assert not list((published.home / "briefs").rglob("*.draft"))


def test_db_upgrade_brings_an_empty_warehouse_up_and_may_be_repeated(empty_root: Path, sifang: Sifang) -> None:
    for _ in range(2):
        said = sifang("db", "upgrade")
        assert (said.code, said.out.strip()) == (0, f"The warehouse is at {head_revision()}.")
    engine = connect(f"sqlite:///{empty_root / 'home' / 'warehouse.db'}")
    assert current_revision(engine) == head_revision()
    engine.dispose()


def test_nightly_and_backfill_print_what_they_did_as_json_and_refused_files_exit_with_1(
    prefect_server: Server, district_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = sifang("nightly", "-d", CODE, "--night", NIGHT, "--json")
    told = json.loads(said.out)
    assert said.code == 0
    assert (told["night"], told["revision"], told["batches"], told["refusals"]["new"]) == (str(NIGHT), 1, 0, [])
    assert Path(told["products"]["brief"]).is_file()
    tiny.deliver_days(district_root / "inbox", NIGHT, NIGHT, ("fire",))
    (district_root / "inbox" / "order_broken.csv").write_text("nothing,useful\n1,2\n", "utf-8")
    said = sifang("backfill", "-d", CODE, "--from", NIGHT, "--to", NIGHT + DAY, "--reason", "late-data", "--json")
    told = json.loads(said.out)
    assert said.code == 1
    (refused,) = told["refusals"]["new"]
    assert (refused["file"][:7], refused["reason"], refused["size_bytes"]) == ("order_~", "column_missing", 19)
    assert {"number", "happened", "kind", "lon", "lat"} <= set(refused["detail"].split(", "))
    # The others went on.
    assert told["batches"] == 1
    assert [n["night"] for n in told["nights"]] == [str(NIGHT), str(NIGHT + DAY)]
    shown = sifang("backfill", "-d", CODE, "--from", NIGHT, "--to", NIGHT, "--reason", "audit", "--as-known")
    # It stands, and is no news.
    assert shown.code == 0
    assert "0 of 144 rows changed" in shown.out
    assert "Still refused order_~" in shown.out
    stands = sifang("status", "-d", CODE).out
    assert "Still refused order_~" in stands
    assert "19 bytes, changed 20" in stands


def test_a_published_night_without_all_that_follows_it_is_told_from_a_failed_one(
    prefect_server: Server, district_root: Path, sifang: Sifang
) -> None:
    docs = district_root / "home" / "docs"
    docs.write_text("a file where a folder should be")
    said = sifang("nightly", "-d", CODE, "--night", NIGHT)
    assert said.code == 3
    assert f"Night {NIGHT} is published, revision 1" in said.out
    assert f"Not made docs of night {NIGHT}: {docs / CODE} cannot be written (Not a directory)" in said.out
    assert f"docs of night {NIGHT}: not made, tried once" in sifang("status", "-d", CODE).out
    docs.unlink()
    assert sifang("nightly", "-d", CODE, "--night", NIGHT).code == 0
    failed = sifang("nightly", "-d", CODE, "--night", NIGHT - DAY)
    assert (failed.code, failed.out) == (1, "")


def test_runs_are_shown_with_how_each_ended_and_how_long_it_took(published: Tiny, sifang: Sifang) -> None:
    (run,) = json.loads(sifang("runs", "-d", CODE, "--json").out)["runs"]
    assert (run["night"], run["kind"], run["status"], run["run_id"], run["rows_total"]) == (str(NIGHT), "nightly", "ok", "first", 144)
    assert run["seconds"] > 0
    assert "nightly" in sifang("runs", "-d", CODE).out
    assert json.loads(sifang("runs", "-d", CODE, "--failed", "--json").out)["runs"] == []
