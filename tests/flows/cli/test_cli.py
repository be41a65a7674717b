"""The command as people use it: verbs, help, exit codes, plain errors, JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from flows.cli import app as cli
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra.errors import SifangError
from infra.warehouse.engine import connect
from infra.warehouse.upgrade import current_revision, head_revision
from tests.flows import tiny
from tests.flows.conftest import Server, settle
from tests.flows.tiny import CODE, NIGHT, Tiny

VERBS = {"demo", "init", "simulate", "nightly", "backfill", "backtest", "replay", "explain", "status", "brief", "doctor"} | {
    "quarantine",
    "db",
    "grid",
}
HEAVY = ("prefect", "great_expectations", "polars", "pandas", "scipy", "sqlalchemy", "deltalake")
DAY = dt.timedelta(days=1)
REPOSITORY = Path(cli.__file__).parents[2]


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Sifang = Callable[..., Said]


@pytest.fixture
def sifang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sifang:
    """The command as its entry point runs it, in this process."""

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["sifang", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def empty_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that point at a folder with nothing in it but the tiny district."""
    settle(monkeypatch, tmp_path)
    tiny.write_district(tmp_path / "districts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def published(district: Tiny) -> Tiny:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    district.context.stores.close()
    return district


def _plain(said: Said, code: int = 1) -> str:
    """The error as one plain paragraph."""
    assert said.code == code
    assert "Traceback" not in said.err + said.out
    assert said.out == ""
    text = said.err.strip()
    assert text.startswith("sifang: ")
    assert "\n\n" not in text
    return text


def _process(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # A server's address is handed over only where a test says so.
    kept = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


# --- help


def test_the_verbs_are_exactly_those_of_this_version() -> None:
    command = typer.main.get_command(cli.app)
    assert set(getattr(command, "commands")) == VERBS  # noqa: B009 - typed as a plain command
    shown = CliRunner().invoke(cli.app, ["--help"]).output
    listed = shown.split("Commands:")[1]
    assert {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "} == VERBS


@pytest.mark.parametrize("verb", [*sorted(VERBS), "db upgrade", "db purge", "db compact", "quarantine list", "quarantine retry"])
def test_every_verb_explains_itself(verb: str) -> None:
    result = CliRunner().invoke(cli.app, [*verb.split(), "--help"])
    assert result.exit_code == 0
    assert f"{verb} " in result.output.splitlines()[0] + result.output.splitlines()[1]
    # A sentence of its own, and every option with one.
    assert any(line.startswith("  ") and line.rstrip().endswith((".", ":")) for line in result.output.splitlines())


def test_help_imports_nothing_heavy_and_so_answers_at_once() -> None:
    script = f"""
import sys
sys.argv = ["sifang", "--help"]
from flows.cli.app import main
try:
    main()
except SystemExit as left:
    assert not left.code
print("HEAVY", [m for m in {HEAVY!r} if m in sys.modules])
"""
    answer = _process(script)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == "HEAVY []"


# --- wrong use is 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--nonsense"], "No such option"),
        (["fly"], "No such command"),
        (["nightly", "--night", "tomorrow"], "write it like 2026-03-31"),
        (["backfill", "--from", "2025-06-01", "--to", "2025-06-02"], "Missing option '--reason'"),
        (["backfill", "--from", "2025-02-30", "--to", "2025-06-02", "--reason", "late-data"], "is not a date"),
        (["simulate", "--days", "0"], "greater than or equal to 1"),
        (["status"], "name a district, or set SIFANG_DISTRICT"),
        (["nightly"], "name a district, or set SIFANG_DISTRICT"),
    ],
)
def test_wrong_use_exits_with_2_and_says_what_is_wrong(empty_root: Path, sifang: Sifang, arguments: list[str], says: str) -> None:
    said = sifang(*arguments)
    assert said.code == 2
    assert says in " ".join(said.err.replace("│", " ").split())
    assert "Traceback" not in said.err
    assert not (empty_root / "home").exists()


# --- failed work is 1, in one plain paragraph


def test_a_missing_key_gives_the_remedy(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIFANG_KEY")
    for verb in (["nightly"], ["backfill", "--from", "2025-06-01", "--to", "2025-06-02", "--reason", "first-run"]):
        text = _plain(sifang(*verb, "-d", CODE))
        assert "SIFANG_KEY is not set" in text
        assert "secrets.token_hex(32)" in text
    monkeypatch.setenv("SIFANG_KEY", "short")
    assert "SIFANG_KEY is shorter than 16 characters" in _plain(sifang("nightly", "-d", CODE))


@pytest.mark.parametrize(
    "verb", [["nightly"], ["status"], ["brief"], ["backfill", "--from", "2025-06-01", "--to", "2025-06-02", "--reason", "x-y"]]
)
@pytest.mark.parametrize("code", ["nowhere", "Bad-Code"])
def test_an_unknown_district_is_named_with_those_that_exist(empty_root: Path, sifang: Sifang, verb: list[str], code: str) -> None:
    text = _plain(sifang(*verb, "-d", code))
    assert f"There is no district {code!r}. Found: san_francisco, tiny, weibin." in text
    assert "SIFANG_DISTRICTS" in text


def test_a_night_that_is_too_old_or_not_begun_is_refused_before_a_server_starts(published: Tiny, sifang: Sifang) -> None:
    text = _plain(sifang("nightly", "-d", CODE, "--night", NIGHT - DAY))
    assert f"Use `sifang backfill --from {NIGHT - DAY} --to {NIGHT - DAY} --reason ...`." in text
    assert "has not begun" in _plain(sifang("nightly", "-d", CODE, "--night", "2999-01-01"))
    assert not (published.home / "prefect").exists()


def test_a_backfill_that_must_not_run_is_refused_before_a_server_starts(empty_root: Path, sifang: Sifang) -> None:
    run = ("backfill", "-d", CODE)
    assert "Swap them." in _plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-01", "--reason", "late-data"))
    assert "has not begun" in _plain(sifang(*run, "--from", "2025-06-02", "--to", "2999-01-01", "--reason", "late-data"))
    assert "is not a reason code" in _plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-02", "--reason", "It was late"))
    assert "personal data" in _plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-02", "--reason", "late-data: 13812345678"))
    assert not (empty_root / "home" / "prefect").exists()


def test_a_path_that_cannot_be_written_is_a_plain_error(empty_root: Path, sifang: Sifang) -> None:
    (empty_root / "file").touch()
    text = _plain(sifang("simulate", "--days", "3", "--scale", "0.1", "--out", empty_root / "file" / "under"))
    assert str(empty_root / "file") in text


def test_a_brief_of_a_night_that_was_never_published_is_a_plain_error(published: Tiny, sifang: Sifang, tmp_path: Path) -> None:
    text = _plain(sifang("brief", "-d", CODE, "--night", NIGHT - DAY, "--out", tmp_path / "b.html"))
    assert f"Night {NIGHT - DAY} of {CODE} was never published." in text
    assert not (tmp_path / "b.html").exists()


def test_a_brief_without_any_night_is_a_plain_error(empty_root: Path, sifang: Sifang) -> None:
    assert "has no published night. Run `sifang nightly` first." in _plain(sifang("brief", "-d", CODE))


def test_an_error_inside_a_flow_is_one_plain_paragraph_and_no_traceback(prefect_server: Server, published: Tiny) -> None:
    from prefect.settings import PREFECT_API_URL

    script = "import sys; sys.argv = ['sifang', 'nightly', '-d', 'tiny', '--night', '2025-06-09']; from flows.cli.app import main; main()"
    # Another key than the one the district was filled under is noticed only once the flow runs.
    answer = _process(script, PREFECT_API_URL=PREFECT_API_URL.value(), SIFANG_KEY="another key of sufficient length")
    assert answer.returncode == 1
    assert answer.stdout == ""
    errors = [line for line in answer.stderr.splitlines() if line.startswith("sifang: ")]
    assert len(errors) == 1
    assert "Set the key that was used before." in errors[0]
    assert "Traceback" not in answer.stderr
    assert "another key" not in answer.stderr


def test_a_server_that_does_not_start_in_time_is_one_plain_paragraph(published: Tiny) -> None:
    script = "import sys; sys.argv = ['sifang', 'nightly', '-d', 'tiny', '--night', '2025-06-09']; from flows.cli.app import main; main()"
    answer = _process(script, PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="0")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "sifang: Prefect's own server did not start in time." in answer.stderr
    assert "Traceback" not in answer.stderr


# --- what works


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
    table = sifang("status", "-d", CODE)
    assert (table.code, table.err) == (0, "")
    assert f"night {NIGHT}, revision 1" in table.out
    assert "Ledger" in table.out


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
    assert said.code == 0
    assert list(findings) == [
        *("district folder", "source fire", "source order", "source stability", "holiday calendar", "hash key", "warehouse", "lake")
    ]
    assert all(f["ok"] is True for f in findings.values())
    assert findings["district folder"]["detail"].startswith("Tiny: 36 cells, 3 sources")
    assert tiny.KEY not in said.out


def test_doctor_before_the_first_run_notes_missing_files_and_makes_nothing(empty_root: Path, sifang: Sifang) -> None:
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
    broken = text.replace('"Asia/Shanghai"', '"Asia/Weibin"').replace("size_m = 500", "size_m = 100").replace('encoding = "x"', "")
    broken = broken.replace('feed = "fire_hazard"', 'feed = "fires"').replace('key = ["number"]', 'kee = ["number"]', 1)
    file.write_text(broken, "utf-8")
    monkeypatch.delenv("SIFANG_KEY")
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", "mysql://somewhere/db")
    said = sifang("doctor", "-d", CODE)
    assert said.code == 1
    assert "Traceback" not in said.err + said.out
    for problem in ("Asia/Weibin", "size_m", "'fires'", "kee", "sources.0.key", "SIFANG_KEY is not set", "mysql"):
        assert problem in said.out, f"doctor does not name {problem}"
    assert said.out.count("bad ") == 3


def test_init_copies_a_shipped_district_under_its_own_code(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("init", empty_root / "districts" / "mine", "--from", "weibin")
    assert said.code == 0
    assert "SIFANG_KEY" in said.out
    findings = json.loads(sifang("doctor", "-d", "mine", "--json").out)
    assert findings[0]["ok"] is True


@pytest.mark.parametrize(
    ("target", "origin", "says"),
    [
        (CODE, "weibin", "exists already"),
        ("mine", "atlantis", "Choose one of: blank, san_francisco, weibin"),
        ("Mine!", "weibin", "lower-case"),
    ],
)
def test_init_refuses_what_would_be_lost_or_could_not_work(empty_root: Path, sifang: Sifang, target: str, origin: str, says: str) -> None:
    before = _bytes(empty_root / "districts")
    assert says in _plain(sifang("init", empty_root / "districts" / target, "--from", origin))
    assert _bytes(empty_root / "districts") == before


def test_simulate_writes_the_files_and_the_truth_it_counts(empty_root: Path, sifang: Sifang) -> None:
    said = sifang("simulate", "--days", "4", "--scale", "0.2", "--out", empty_root / "sim", "--json")
    told = json.loads(said.out)
    files = sorted(p.name for p in (empty_root / "sim").iterdir())
    assert said.code == 0
    assert told["files"] == len([f for f in files if not f.startswith("truth_")]) > 8
    rows = sum(len(p.read_bytes().splitlines()) - (p.suffix == ".csv") for p in (empty_root / "sim").glob("[!t]*"))
    assert told["rows"] == rows > 0
    assert pl.read_csv(empty_root / "sim" / "truth_dirt.csv").columns == ["source", "day", "row", "reason"]


def test_a_dry_run_lists_the_nights_and_changes_no_byte(published: Tiny, sifang: Sifang) -> None:
    tiny.deliver_days(published.inbox, NIGHT, NIGHT)
    before = _bytes(published.home)
    run = ("backfill", "-d", CODE, "--from", NIGHT - DAY, "--to", NIGHT, "--reason", "late-data", "--dry-run")
    said = sifang(*run, "--json")
    assert said.code == 0
    assert [(n["night"], n["stored_revision"]) for n in json.loads(said.out)] == [(str(NIGHT - DAY), None), (str(NIGHT), 1)]
    assert str(NIGHT) in sifang(*run).out
    assert _bytes(published.home) == before


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
    assert (told["night"], told["revision"], told["batches"], told["refused"]) == (str(NIGHT), 1, 0, [])
    assert Path(told["brief"]).is_file()
    tiny.deliver_days(district_root / "inbox", NIGHT, NIGHT, ("fire",))
    (district_root / "inbox" / "order_broken.csv").write_text("nothing,useful\n1,2\n", "utf-8")
    said = sifang("backfill", "-d", CODE, "--from", NIGHT, "--to", NIGHT + DAY, "--reason", "late-data", "--json")
    told = json.loads(said.out)
    assert said.code == 1
    (refused,) = told["refused"]
    assert (refused["file"], refused["reason"]) == ("order_broken.csv", "column_missing")
    assert {"number", "happened", "kind", "lon", "lat"} <= set(refused["detail"].split(", "))
    # The others went on.
    assert told["batches"] == 2
    assert [n["night"] for n in told["nights"]] == [str(NIGHT), str(NIGHT + DAY)]
    shown = sifang("backfill", "-d", CODE, "--from", NIGHT, "--to", NIGHT, "--reason", "audit", "--as-known")
    assert shown.code == 0
    assert "0 of 144 rows changed" in shown.out


def test_a_stop_by_the_keyboard_says_that_nothing_is_lost(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.tell.status.status", stop)
    said = sifang("status", "-d", CODE)
    assert _plain(said, 130) == "sifang: stopped; what was published stays, and the same command can be run again"


def test_an_error_carries_what_is_wrong_and_what_to_do() -> None:
    assert str(SifangError("It is broken.", "Mend it.")) == "It is broken. Mend it."


def _bytes(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.is_file()}
