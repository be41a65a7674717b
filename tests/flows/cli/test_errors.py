"""How the command ends when something is wrong: exit code 2 for wrong use, 1 for failed work in one plain paragraph, 130 when stopped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from infra.errors import SifangError
from tests.helpers.command import Sifang, plain, process
from tests.helpers.keys import KEY, OTHER_KEY
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)


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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["explain", "--cell", "nowhere"], "tiny has no cell 'nowhere'"),
        (["quarantine", "list", "--source", "nobody"], "tiny has no source 'nobody'. Its sources: fire, order, stability."),
        (["quarantine", "retry", "--source", "nobody"], "tiny has no source 'nobody'"),
        (["quarantine", "list", "--reason", "whim"], "There is no reason 'whim'"),
        (["quarantine", "list", "--kind", "whim"], "tiny has no kind 'whim'"),
        (["backtest", "--series", "whims"], "tiny has no series 'whims'"),
    ],
)
def test_a_name_that_nothing_bears_is_wrong_use(published: Tiny, sifang: Sifang, arguments: list[str], says: str) -> None:
    assert says in plain(sifang(*arguments, "-d", CODE), 2)


# --- failed work is 1, in one plain paragraph


def test_a_missing_key_gives_the_remedy(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIFANG_KEY")
    for verb in (["nightly"], ["backfill", "--from", "2025-06-01", "--to", "2025-06-02", "--reason", "first-run"]):
        text = plain(sifang(*verb, "-d", CODE))
        assert "SIFANG_KEY is not set" in text
        assert "`sifang key new`" in text
    monkeypatch.setenv("SIFANG_KEY", KEY[:-1])
    text = plain(sifang("nightly", "-d", CODE))
    assert "SIFANG_KEY is a key that was cut" in text
    assert KEY[12:20] not in text


@pytest.mark.parametrize(
    "verb", [["nightly"], ["status"], ["brief"], ["backfill", "--from", "2025-06-01", "--to", "2025-06-02", "--reason", "x-y"]]
)
@pytest.mark.parametrize("code", ["nowhere", "Bad-Code"])
def test_an_unknown_district_is_named_with_those_that_exist(empty_root: Path, sifang: Sifang, verb: list[str], code: str) -> None:
    text = plain(sifang(*verb, "-d", code), 2)
    assert f"There is no district {code!r}. Found: boston, chicago, new_york, san_francisco, tiny, toronto, weibin." in text
    assert "SIFANG_DISTRICTS" in text


def test_a_night_that_is_too_old_or_not_begun_is_refused_before_a_server_starts(published: Tiny, sifang: Sifang) -> None:
    text = plain(sifang("nightly", "-d", CODE, "--night", NIGHT - DAY))
    assert f"Use `sifang backfill --from {NIGHT - DAY} --to {NIGHT - DAY} --reason ...`." in text
    assert "has not begun" in plain(sifang("nightly", "-d", CODE, "--night", "2999-01-01"))
    assert not (published.home / "prefect").exists()


def test_a_backfill_that_must_not_run_is_refused_before_a_server_starts(empty_root: Path, sifang: Sifang) -> None:
    run = ("backfill", "-d", CODE)
    assert "Swap them." in plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-01", "--reason", "late-data"))
    assert "has not begun" in plain(sifang(*run, "--from", "2025-06-02", "--to", "2999-01-01", "--reason", "late-data"))
    assert "is not a reason code" in plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-02", "--reason", "It was late"), 2)
    assert "no ticket number" in plain(sifang(*run, "--from", "2025-06-02", "--to", "2025-06-02", "--reason", "late-data: 13812345678"))
    assert not (empty_root / "home" / "prefect").exists()


def test_a_path_that_cannot_be_written_is_a_plain_error(empty_root: Path, sifang: Sifang) -> None:
    (empty_root / "file").touch()
    text = plain(sifang("simulate", "--days", "3", "--scale", "0.1", "--out", empty_root / "file" / "under"))
    assert str(empty_root / "file") in text


def test_a_brief_of_a_night_that_was_never_published_is_a_plain_error(published: Tiny, sifang: Sifang, tmp_path: Path) -> None:
    text = plain(sifang("brief", "-d", CODE, "--night", NIGHT - DAY, "--out", tmp_path / "b.html"))
    assert f"Night {NIGHT - DAY} of {CODE} was never published." in text
    assert not (tmp_path / "b.html").exists()


def test_a_brief_without_any_night_is_a_plain_error(empty_root: Path, sifang: Sifang) -> None:
    assert "has no published night. Run `sifang nightly` first." in plain(sifang("brief", "-d", CODE))


def test_an_error_inside_a_flow_is_one_plain_paragraph_and_no_traceback(prefect_server: Server, published: Tiny) -> None:
    from prefect.settings import PREFECT_API_URL

    script = "import sys; sys.argv = ['sifang', 'nightly', '-d', 'tiny', '--night', '2025-06-09']; from flows.cli.app import main; main()"
    # Another key than the one the district was filled under is noticed only once the flow runs.
    answer = process(script, PREFECT_API_URL=PREFECT_API_URL.value(), SIFANG_KEY=OTHER_KEY)
    assert answer.returncode == 1
    assert answer.stdout == ""
    errors = [line for line in answer.stderr.splitlines() if line.startswith("sifang: ")]
    assert len(errors) == 1
    assert "Set the key that was used before." in errors[0]
    assert "Traceback" not in answer.stderr
    assert OTHER_KEY not in answer.stderr


@pytest.mark.slow
def test_a_server_that_does_not_start_in_time_is_one_plain_paragraph(published: Tiny) -> None:
    script = "import sys; sys.argv = ['sifang', 'nightly', '-d', 'tiny', '--night', '2025-06-09']; from flows.cli.app import main; main()"
    answer = process(script, PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="0")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "sifang: Prefect's own server did not start in time." in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_stop_by_the_keyboard_says_that_nothing_is_lost(empty_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.tell.status.status", stop)
    said = sifang("status", "-d", CODE)
    assert plain(said, 130) == "sifang: stopped; what was published stays, and the same command can be run again"


def test_an_error_carries_what_is_wrong_and_what_to_do() -> None:
    assert str(SifangError("It is broken.", "Mend it.")) == "It is broken. Mend it."
