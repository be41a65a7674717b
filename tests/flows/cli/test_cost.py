"""A verb pays for what it uses: what only reads imports nothing of what computes, judges or orchestrates."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from tests.helpers.command import process
from tests.helpers.tiny import CODE, NIGHT, Tiny

pytestmark = pytest.mark.slow
DAY = dt.timedelta(days=1)

# Great Expectations takes eight seconds to import, Prefect three, SciPy's statistics one and a half, its optimisers a fifth.
NEVER = ("great_expectations", "pandas", "prefect", "scipy.stats", "alembic.command")
# What computes a forecast: who only looks at what was published does without.
COMPUTES = ("scipy", "holidays", "threadpoolctl", "jinja2", "tomlkit", "transforms.scoring.model", "transforms.workshop")
# A status says which working days of the coming year nobody knows.
LOOKS = tuple(module for module in COMPUTES if module != "holidays")
EXPLAINS = ("scipy.optimize", "jinja2", "tomlkit", "transforms.workshop")


@pytest.fixture
def lived(district: Tiny) -> Tiny:
    """The district with two nights behind it, the second one knowing a day more."""
    for night in (NIGHT, NIGHT + DAY):
        run_night(district.context, nightly_run(district.context, night, None, f"{night}"))
    district.context.stores.close()
    return district


_SCRIPT = """
import sys
from flows.cli.app import main

sys.argv = ["sifang", *{arguments!r}]
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
print("IMPORTED", [m for m in {modules!r} if m in sys.modules])
"""


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (["status"], LOOKS),
        (["status", "--json"], LOOKS),
        (["quarantine", "list"], COMPUTES),
        (["doctor", "--codelist"], COMPUTES),
        (["explain", "--cell", "sq500_00000_00000"], EXPLAINS),
        (["explain", "--moved"], EXPLAINS),
        (["brief"], ("scipy.optimize", "tomlkit", "transforms.workshop")),
        (["replay"], ("jinja2", "tomlkit", "transforms.workshop")),
        (["backfill", "--from", str(NIGHT), "--to", str(NIGHT), "--reason", "late-data", "--dry-run"], ("jinja2", "tomlkit")),
    ],
)
def test_a_verb_that_only_reads_imports_nothing_that_it_does_not_use(lived: Tiny, arguments: list[str], without: tuple[str, ...]) -> None:
    cell = lived.context.folder.cells["cell_id"][0]
    named = [cell if a.startswith("sq500") else a for a in arguments]
    answer = process(_SCRIPT.format(arguments=[*named, "--district", CODE], modules=[*NEVER, *without]))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == "IMPORTED []"
