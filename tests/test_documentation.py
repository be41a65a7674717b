"""Documentation that cannot rot: charters, and every name they and the READMEs use.

A module's docstring is its charter. It says what belongs there and what does not, and what it names exists.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.helpers import vocabulary
from tests.helpers.source import HOUSE, ROOT, at, dotted, modules, named, tell, tree

# A module of ours, named in full.
OURS = re.compile(rf"({'|'.join(HOUSE)}|tests)(\.\w+)+")
CHARTER = ("Belongs here", "Does not")
# What charters name and other houses own.
ELSEWHERE = {
    *("AWS_ACCESS_KEY_ID", "GOOGLE_SERVICE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_KEY"),
    *("s3://", "gs://", "az://", "http(s)://"),
}


# --- charters


def test_every_module_says_what_belongs_there_and_what_does_not() -> None:
    tell([at(f, 1, f"does not say {half!r}") for f in modules(*HOUSE) for half in CHARTER if half not in charter(f)])


def test_every_name_in_a_charter_exists() -> None:
    tell([at(f, 1, f"there is no {name}") for f in modules(*HOUSE) for name in quoted(charter(f)) if not exists(name, f)])


def test_every_module_that_a_docstring_names_exists() -> None:
    problems = []
    for file in modules(*HOUSE, "tests"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
                ours = [n for n in quoted(ast.get_docstring(node) or "") if OURS.fullmatch(n)]
                problems += [at(file, getattr(node, "lineno", 1), f"there is no {name}") for name in ours if not in_full(name)]
    tell(problems)


def charter(file: Path) -> str:
    """What a module says of itself."""
    return ast.get_docstring(tree(file)) or ""


def quoted(text: str) -> list[str]:
    """What stands in double backticks."""
    return re.findall(r"``(.+?)``", text, re.DOTALL)


def exists(name: str, file: Path) -> bool:
    """Whether a name in a charter means something: in its module, its room or the house, on disk, or as a word of the project."""
    if name in ELSEWHERE or in_full(name) or name.strip("[]") in meant():
        return True
    if name.startswith("sifang"):
        return is_command(name)
    if "/" in name or re.fullmatch(r"\w+\.(toml|geojson|csv|md|j2|css|yaml|sql)", name):
        return any((place / name).exists() for place in (file.parent, ROOT)) or bool(list(ROOT.glob(f"infra/districts/*/{name}")))
    return name in words_of(file) or any(in_full(f"{room}.{name}") for room in rooms_around(file)) or name in defined_in_room(file)


@cache
def meant() -> frozenset[str]:
    """Words that mean the same wherever they stand."""
    shipped = {f.parent.name for f in (ROOT / "infra" / "districts").glob("*/district.toml")}
    words = vocabulary.codes() | vocabulary.columns() | vocabulary.stored() | vocabulary.key_names() | vocabulary.settings()
    return frozenset({"--help", *shipped, *words})


def in_full(name: str) -> bool:
    """Whether a dotted name is a module of ours, or what one of them defines."""
    if name in HOUSE or name in named() or name == "tests" or (ROOT / Path(*name.split("."))).with_suffix(".py").is_file():
        return True
    home, _, last = name.rpartition(".")
    if not home:
        return False
    if (file := named().get(home)) is not None:
        return last in defined(file)
    above, _, owner = home.rpartition(".")
    return above in named() and last in defined(named()[above]).get(owner, set())


def rooms_around(file: Path) -> Iterator[str]:
    """The rooms that a module stands in, the nearest first, itself included."""
    name = dotted(file)
    while name:
        yield name
        name = name.rpartition(".")[0]


def defined_in_room(file: Path) -> set[str]:
    """What the modules beside one define."""
    return {name for beside in file.parent.glob("*.py") for name in defined(beside)}


@cache
def defined(file: Path) -> dict[str, set[str]]:
    """What a module defines, each with its own members."""
    found: dict[str, set[str]] = {}
    for node in tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = set()
        elif isinstance(node, ast.ClassDef):
            found[node.name] = members(node)
        elif isinstance(node, ast.Assign):
            found |= {t.id: set() for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = set()
        elif isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: set() for a in node.names}
    return found


def members(node: ast.ClassDef) -> set[str]:
    """Methods and attributes of a class."""
    found = {n.name for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    found |= {n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    return found | {t.id for n in node.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}


@cache
def words_of(file: Path) -> set[str]:
    """Every name and every text that a module's own code uses; what it imports counts by the names it gets here."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != charter(file):
            found.add(node.value)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def is_command(text: str) -> bool:
    """Whether a command can be typed: its verb is one, or a group of such, and has the options it is given."""
    words = text.split()[1:]
    verb = next((v for n in (3, 2, 1) if (v := " ".join(words[:n])) in vocabulary.verbs()), None)
    if verb is None:
        return not words or any(v.startswith(f"{' '.join(words)} ") for v in vocabulary.verbs())
    return {w for w in words if w.startswith("--")} <= vocabulary.options(verb)


# --- pages


# Variables of the environment that are no setting: of the tests, and the examples' own.
OTHER_VARIABLES = {"SIFANG_GOLDEN", "SIFANG_TEST_DATA", "SIFANG_INBOX", "SIFANG_SECRET_", "SIFANG_SECRET_CITY"}


# What lies in a home folder, in a district's folder, or in an example.
HOME = {"var", "landing", "lake", "briefs", "docs", "outbox", "prefect", "backtests", "simulated", "mycity", "data", "DIR"}


PLACE = re.compile(r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml|yaml|sql|css))")


def pages() -> list[Path]:
    """Every page of Markdown that speaks of what is there today."""
    tracked = [f for p in (*HOUSE, "tests") for f in (ROOT / p).rglob("*.md")]
    return sorted([*tracked, *(f for f in ROOT.glob("*.md") if f.name != "CHANGELOG.md")])


def test_every_command_on_a_page_can_be_typed() -> None:
    tell([at(f, 1, f"there is no {c}") for f in pages() for c in commands_on(f.read_text("utf-8")) if not is_command(c)])


def test_every_verb_and_every_option_says_what_it_is() -> None:
    tell([f"sifang {words} {name}" for words, verb in vocabulary.verbs().items() for name, said in described(verb) if not said])


def described(verb: vocabulary.Verb) -> list[tuple[str, str | None]]:
    """A verb and its parameters, with what each says of itself."""
    return [("", verb.help), *((p.opts[0], p.help) for p in verb.params)]


def test_every_place_that_a_page_names_is_there() -> None:
    tell([at(f, 1, f"there is no {p}") for f in pages() for p in places_on(f.read_text("utf-8")) if not is_there(p, f)])


def test_every_setting_that_a_page_names_is_one() -> None:
    known = vocabulary.settings() | OTHER_VARIABLES
    tell([at(f, 1, f"there is no {s}") for f in pages() for s in re.findall(r"SIFANG_[A-Z_]+", f.read_text("utf-8")) if s not in known])


def commands_on(text: str) -> list[str]:
    """What a page says can be typed: in backticks, or on an indented line."""
    typed = re.findall(r"`(sifang [^`]+)`", text) + [m.strip() for m in re.findall(r"^ {4}(?:\S+/)?(sifang [^#\n]+)", text, re.MULTILINE)]
    return [re.sub(r"[\[\]…|\\]", " ", c) for c in typed]


def places_on(text: str) -> list[str]:
    """Files and folders that a page names: in backticks, and where its links lead."""
    in_backticks = [q for q in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text) if PLACE.fullmatch(q)]
    return [*in_backticks, *re.findall(r"\]\(([^)#:]+)\)", text)]


def is_there(place: str, page: Path) -> bool:
    """Whether a place is in the project, seen from its top or from the page; a name alone may stand in any room. A home is not ours."""
    bare = place.rstrip("/")
    if "/" not in bare and any(list((ROOT / p).rglob(bare)) for p in (*HOUSE, "tests")):
        return True
    return place.split("/")[0] in HOME or any((base / place).exists() for base in (ROOT, page.parent))


# --- the rules themselves can fail


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("flows.stale", "transforms/panel/digests.py"),
        ("flows.nightly.gone", "flows/nightly.py"),
        ("expectations.verdict.Verdict.gone", "expectations/judge.py"),
        ("gone", "transforms/scoring/model.py"),
        ("templates/gone.html", "infra/pages/brief/render.py"),
        ("gone.toml", "infra/districts/folder.py"),
        ("sifang gone", "flows/cli/app.py"),
        ("sifang backfill --gone", "flows/cli/app.py"),
    ],
)
def test_a_name_of_something_gone_is_found(name: str, file: str) -> None:
    assert not exists(name, ROOT / file)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("transforms.scoring", "flows/nightly.py"),
        ("expectations.verdict.Verdict.told", "flows/nightly.py"),
        ("judge.get_ready", "expectations/engine.py"),
        ("Verdict.told", "expectations/verdict.py"),
        ("templates/", "infra/pages/brief/render.py"),
        ("sifang db upgrade", "infra/errors.py"),
        ("sifang backfill --stale", "infra/errors.py"),
        ("sifang db", "infra/errors.py"),
        ("known_at", "infra/errors.py"),
        ("max_quarantined", "infra/errors.py"),
    ],
)
def test_a_name_that_means_something_is_known(name: str, file: str) -> None:
    assert exists(name, ROOT / file)
