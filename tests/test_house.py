"""The rules of the house: who may import whom, who may ask the time, what may not be written down.

Rooms within packages are ``tests.test_rooms``'s, sizes ``tests.test_sizes``'s, charters and reference pages ``tests.test_documentation``'s.

Every file is parsed, so that an import inside a function counts as well. A failure names file, line and what is wrong.
"""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from tests.helpers.source import HOUSE, ROOT, at, dotted, imports, modules, name_of, tell, tree

# What each package may import of the others, itself always included.
MAY_IMPORT = {
    "transforms": set(),
    "expectations": {"transforms"},
    "infra": {"transforms"},
    "flows": {"transforms", "expectations", "infra"},
    "tests": {*HOUSE},
}
# Libraries that belong to one package alone.
ONLY_IN = {"great_expectations": "expectations", "pandas": "expectations", "prefect": "flows"}
# A pure function knows neither disk nor network nor clock nor environment.
NOT_IN_TRANSFORMS = {
    *("prefect", "great_expectations", "pandas", "sqlalchemy", "deltalake", "alembic", "psycopg"),
    *("os", "pathlib", "time", "requests", "httpx", "urllib", "socket", "shutil", "tempfile", "subprocess", "io", "glob", "sqlite3"),
}
CLOCK = "infra/clock.py"
CLOCK_CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "strftime", "ctime"},
}


def wrong_imports(package: str, source: str) -> list[tuple[int, str]]:
    """Line and sentence of every import that the house forbids to ``package``."""
    found = []
    for line, name in imports(ast.parse(source)):
        top = name.split(".")[0]
        if name.startswith("."):
            found.append((line, f"imports {name!r} relatively; write the full name"))
        elif top in {*HOUSE, "tests"} - {package} and top not in MAY_IMPORT[package]:
            found.append((line, f"{package} imports {name}"))
        elif ONLY_IN.get(top, package) != package and package != "tests":
            found.append((line, f"{package} imports {name}, which belongs to {ONLY_IN[top]} alone"))
        elif package == "transforms" and (top in NOT_IN_TRANSFORMS or name == "(a computed name)"):
            found.append((line, f"transforms imports {name}, and is pure"))
    return found


def opened(source: str) -> list[int]:
    """Lines that open a file by themselves."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    reading = re.compile(r"^(pl|polars)\.(read|scan)_|\.(write|sink)_(parquet|delta|database|avro|excel)$|^open$|^io\.open$")
    return [node.lineno for node in calls if reading.search(name_of(node.func))]


def asked_the_time(source: str) -> list[tuple[int, str]]:
    """Line and name of every use of the wall clock; ``perf_counter`` and ``monotonic`` measure, and are fine."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = name_of(node.value)
            # `dt.time` is a type and `dt.date.today` a clock; the module `time` is never an attribute of anything.
            kind = owner.split(".")[-1]
            if node.attr in CLOCK_CALLS.get(kind, ()) and (kind != "time" or owner == "time"):
                found.append((node.lineno, f"{owner}.{node.attr}"))
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [(node.lineno, f"time.{a.name}") for a in node.names if a.name in CLOCK_CALLS["time"]]
    return found


# --- the rules


@pytest.mark.parametrize("package", [*HOUSE, "tests"])
def test_every_package_imports_only_what_it_may(package: str) -> None:
    files = modules(package)
    assert files
    tell([at(f, line, text) for f in files for line, text in wrong_imports(package, f.read_text("utf-8"))])


def test_transforms_opens_no_file() -> None:
    tell([at(f, line, "transforms reads or writes a file") for f in modules("transforms") for line in opened(f.read_text("utf-8"))])


def test_only_one_place_asks_what_time_it_is() -> None:
    tell(
        [
            at(f, line, f"{name}; ask infra.clock")
            for f in modules(*HOUSE)
            if str(f.relative_to(ROOT)) != CLOCK
            for line, name in asked_the_time(f.read_text("utf-8"))
        ]
    )
    assert asked_the_time((ROOT / CLOCK).read_text("utf-8"))


def test_what_tests_share_stands_with_the_helpers() -> None:
    tell([at(f, line, text) for f in modules("tests") for line, text in borrowed(dotted(f), tree(f))])


def borrowed(importer: str, source: ast.AST) -> list[tuple[int, str]]:
    """Line and sentence of everything that a module of the tests takes from other tests; from its own folder it may take helpers."""
    own, found = importer.rpartition(".")[0], []
    for line, name in imports(source):
        folder, _, last = name.rpartition(".")
        if last.startswith("test_") or (last == "conftest" and not importer.endswith(".conftest")):
            found.append((line, f"{importer} imports from {name}; what two of them use stands in tests/helpers"))
        elif name.startswith("tests.") and not name.startswith("tests.helpers") and last != "conftest" and own not in {name, folder}:
            found.append((line, f"{importer} imports {name} of another room; put it into tests/helpers"))
    return found


def test_both_readmes_list_the_same_categories_places_and_rooms() -> None:
    english, chinese = (
        re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", (ROOT / f).read_text("utf-8"), re.M) for f in ("README.md", "README.zh.md")
    )
    assert {"`safety`", "`intake/`"} <= set(english)
    assert [c for c in english if c not in chinese] + [c for c in chinese if c not in english] == []
    named = [set(re.findall(r"`([a-z_]+/[\w./]*)`", (ROOT / f).read_text("utf-8"))) for f in ("README.md", "README.zh.md")]
    assert named[0] == named[1]


def test_no_tracked_file_names_a_machine_or_a_package_index() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout: there are no tracked files to look at")
    problems = []
    for name in filter(None, tracked.stdout.split("\0")):
        file = ROOT / name
        if not file.is_file():
            continue
        for number, line in enumerate(file.read_bytes().decode("utf-8", "ignore").splitlines(), start=1):
            problems += [
                at(file, number, f"{what} {hit.group()!r}") for what, pattern in _FORBIDDEN.items() if (hit := pattern.search(line))
            ]
    tell(problems)


# Put together from parts, so that this file does not hold what it forbids.
_FORBIDDEN = {
    # /home/me stands for anybody's home where a test needs one.
    "the home of a person": re.compile(
        r"(?<![\w.$}/])/(?!home/me\b)" + r"(?:home|Users|root|work|mnt|workspace)/[\w.-]+|[A-Z]:\\" + r"Users\\"
    ),
    "a package index": re.compile(r"https?://[^\s\"'<>)]*(?:/simple\b|" + r"pypi\.|/pypi/|files\.pythonhosted|artifactory|nexus)"),
    "an index option": re.compile(r"--(?:extra-)?index" + r"-url[ =]+\S|--find" + r"-links[ =]+\S"),
}


# --- the rules themselves can fail


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("transforms", "import infra.lake.lake"),
        ("transforms", "def f():\n    from flows import plan"),
        ("transforms", "import os.path"),
        ("transforms", "from time import perf_counter"),
        ("transforms", "import sqlalchemy as sa"),
        ("transforms", "import importlib\nimportlib.import_module(name)"),
        ("expectations", "from infra.clock import now"),
        ("expectations", "import prefect"),
        ("infra", "from expectations import judge"),
        ("infra", "def f():\n    import pandas as pd"),
        ("infra", "from flows.nights.plan import span"),
        ("flows", "import great_expectations"),
        ("flows", "from tests.flows import tiny"),
        ("infra", "from . import clock"),
        ("infra", "__import__('prefect.flows')"),
    ],
)
def test_a_forbidden_import_is_found_wherever_it_stands(package: str, source: str) -> None:
    assert [line for line, _ in wrong_imports(package, source)] == [len(source.splitlines())]


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("tests.flows.test_demo", "from tests.infra.lake.test_lake import versions"),
        ("tests.flows.test_demo", "from tests.flows.conftest import settle"),
        ("tests.flows.test_demo", "from tests.crash.scene import told"),
    ],
)
def test_taking_from_other_tests_is_found(importer: str, source: str) -> None:
    assert borrowed(importer, ast.parse(source))


@pytest.mark.parametrize("source", ["from tests.helpers.tiny import CODE", "from tests.crash.scene import told", "import pytest"])
def test_helpers_and_what_stands_beside_are_fine(source: str) -> None:
    assert not borrowed("tests.crash.test_crash", ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "dt.datetime.now(dt.UTC)",
        "datetime.utcnow()",
        "dt.date.today()",
        "time.time()",
        "from time import time",
        "x = datetime.datetime.now",
    ],
)
def test_asking_the_time_is_found(source: str) -> None:
    assert asked_the_time(source)


@pytest.mark.parametrize(
    "source", ["time.perf_counter()", "from time import monotonic, sleep", "clock.now()", "dt.time()", "pl.col(a).dt.time()", "row.today"]
)
def test_measuring_and_asking_the_one_clock_are_fine(source: str) -> None:
    assert not asked_the_time(source)


@pytest.mark.parametrize("source", ["open('x')", "pl.read_csv('x')", "pl.scan_delta(t)", "frame.write_parquet('x')"])
def test_opening_a_file_is_found(source: str) -> None:
    assert opened(source)
    assert not opened("frame.write_csv().encode()")


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("the home of a person", "cd /" + "home/somebody/sifang"),
        ("the home of a person", 'path = "/' + 'Users/somebody"'),
        ("a package index", "index = http" + "s://mirror.example/" + "simple"),
        ("an index option", "pip install --index" + "-url something"),
    ],
)
def test_a_machine_or_an_index_is_found(what: str, line: str) -> None:
    assert _FORBIDDEN[what].search(line)


def test_an_ordinary_address_is_no_machine() -> None:
    fine = ("$HOME/home/x", "https://example.org/home/page", "uv pip compile --no-emit-index-url --generate-hashes", "./work/x", "a/work/x")
    assert not [line for line in fine for pattern in _FORBIDDEN.values() if pattern.search(line)]
