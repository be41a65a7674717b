"""The command's help: which verbs there are, and what each says of itself."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from flows.cli import app as cli
from tests.helpers import vocabulary
from tests.helpers.command import process

VERBS = {
    "api",
    "cap",
    "worklist",
    "outcomes",
    "find",
    "demo",
    "serve",
    "runs",
    "init",
    "key",
    "erase",
    "simulate",
    "nightly",
    "backfill",
    "backtest",
    "rehearse",
    "replay",
    "explain",
    "export",
    "site",
    "status",
    "brief",
    "doctor",
} | {
    "challenge",
    "export",
    "site",
    "clocks",
    "alerts",
    "quarantine",
    "db",
    "grid",
    "nights",
    "source",
    "backup",
    "restore",
}
HEAVY = ("prefect", "great_expectations", "polars", "pandas", "scipy", "sqlalchemy", "deltalake")

# Typer and the rest of the command's own plumbing take a quarter of a second of processor time.
MOST_SECONDS = 1.0


def test_the_verbs_are_exactly_those_of_this_version() -> None:
    command = typer.main.get_command(cli.app)
    assert set(getattr(command, "commands")) == VERBS  # noqa: B009 - typed as a plain command
    shown = CliRunner().invoke(cli.app, ["--help"]).output
    listed = shown.split("Commands:")[1]
    assert {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "} == VERBS


@pytest.mark.parametrize("words", vocabulary.verbs())
def test_every_verb_explains_itself_and_every_option(words: str) -> None:
    result = CliRunner().invoke(cli.app, [*words.split(), "--help"], env={"COLUMNS": "400"})
    verb = vocabulary.verbs()[words]
    assert result.exit_code == 0
    shown = " ".join(result.output.split())
    assert f"sifang {words} " in shown.replace("root ", "sifang ", 1)
    assert " ".join(verb.help.split()) in shown
    for option in verb.params:
        assert option.opts[0] in shown or (option.metavar or option.name.upper()) in shown
        assert str(option.help).rstrip(".") in shown


def test_help_imports_nothing_heavy_and_so_answers_at_once() -> None:
    script = f"""
import sys
sys.argv = ["sifang", "--help"]
from flows.cli.app import main
try:
    main()
except SystemExit as left:
    assert not left.code
import time
print("SECONDS", time.process_time())
print("HEAVY", [m for m in {HEAVY!r} if m in sys.modules])
"""
    answer = process(script)
    assert answer.returncode == 0, answer.stderr
    *_, seconds, heavy = answer.stdout.splitlines()
    assert heavy == "HEAVY []"
    assert float(seconds.split()[1]) < MOST_SECONDS
