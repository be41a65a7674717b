"""Who may enter which room: rooms of ``flows`` among themselves, what the command may touch, libraries that belong to one room.

The floor plan itself (which package imports which) is ``tests.test_house``'s. Every file is parsed, so that an import inside a function
counts as well. A failure names file, line and what is wrong.
"""

from __future__ import annotations

import ast

import pytest

from tests.helpers.source import HOUSE, at, dotted, functions, imports, modules, name_of, named, tell, tree

# What each room of `flows` may import of the others. `flows` is what stands on the top: the flows themselves; `flows.stores` opens what
# every run needs, and is open to all. Reports and nights go down this list, and nobody climbs back.
FLOWS = {
    "flows.stores": set(),
    "flows.alerts": set(),
    "flows.intake": set(),
    "flows.nights": set(),
    "flows.tell": {"flows.alerts", "flows.intake", "flows.nights"},
    "flows.steps": {"flows.alerts", "flows.intake", "flows.nights", "flows.tell"},
    "flows.repair": {"flows.intake", "flows.nights"},
    "flows": {"flows.alerts", "flows.intake", "flows.nights", "flows.steps", "flows.tell"},
    "flows.cli": {
        "flows",
        "flows.alerts",
        "flows.api",
        "flows.intake",
        "flows.nights",
        "flows.repair",
        "flows.serving",
        "flows.steps",
        "flows.tell",
    },
    "flows.serving": {"flows", "flows.alerts", "flows.api", "flows.steps", "flows.tell"},
    "flows.api": {"flows", "flows.alerts", "flows.intake", "flows.nights", "flows.repair", "flows.tell"},
}

# The rooms of the warehouse: which may import which. What stands beside them ties all of them together, and no room climbs up to it.
WAREHOUSE = {
    "infra.warehouse.database": set(),
    "infra.warehouse.nights": {"infra.warehouse.database"},
    "infra.warehouse.alerts": {"infra.warehouse.database", "infra.warehouse.nights"},
    "infra.warehouse.intake": {"infra.warehouse.database"},
    "infra.warehouse.keeping": {"infra.warehouse.database", "infra.warehouse.intake", "infra.warehouse.nights"},
}

# The command parses, calls and draws. Beside the rooms of `flows` it knows settings and errors, and the words and shapes of what it draws.
DRAWERS = ("flows.cli", "flows.api")
OPEN_TO_DRAWERS = (
    *("infra.clock", "infra.errors", "infra.progress", "infra.settings", "infra.deploy", "infra.districts", "infra.version"),
    *("transforms.words", "transforms.schema", "transforms.district.codes"),
    "expectations.judge",
)

# What only setting up uses: the simulator, and what drafts a district. Whatever runs every night imports none of it, however indirectly.
WORKSHOP = "transforms.workshop"
OPEN_TO_WORKSHOP = ("transforms.workshop", "flows.demo", "flows.tell", "infra.districts", "infra.sources")
EVERY_NIGHT = ("flows.nightly", "flows.sweep", "flows.backfill", "flows.nights.replay", "flows.upkeep")

# Libraries that belong to rooms; what stands nowhere is everybody's.
LIBRARIES = {
    "sqlalchemy": ("infra.warehouse", "infra.sources.connectors"),
    "httpx": ("infra.sources.connectors", "infra.deliver"),
    "alembic": ("infra.warehouse",),
    "psycopg": ("infra.warehouse",),
    "psutil": ("infra.warehouse", "infra.deploy"),
    "deltalake": ("infra.lake",),
    "obstore": ("infra.sources", "infra.lake"),
    "fastexcel": ("infra.sources",),
    "holidays": ("infra.districts",),
    "tomlkit": ("infra.districts",),
    "jinja2": ("infra.pages", "expectations"),
    "markupsafe": ("infra.pages", "expectations"),
    "fastapi": ("flows.api", "flows.serving"),
    "starlette": ("flows.api", "flows.serving"),
    "uvicorn": ("flows.api", "flows.serving"),
    "typer": ("flows.cli",),
    "rich": ("flows.cli",),
}


def room(module: str) -> str:
    """The room of ``flows`` that a module stands in; those on the top are one room."""
    parts = module.split(".")
    if len(parts) < 2:
        return module
    return ".".join(parts[:2]) if ".".join(parts[:2]) in FLOWS else "flows"


def within(module: str, rooms: tuple[str, ...]) -> bool:
    """Whether a module is one of these, or stands in one of them."""
    return any(module == r or module.startswith(f"{r}.") for r in rooms)


def wrong_doors(importer: str, source: ast.AST) -> list[tuple[int, str]]:
    """Line and sentence of every import that ``importer`` may not make."""
    found = []
    for line, name in imports(source):
        library = name.split(".")[0]
        if library in LIBRARIES and not within(importer, LIBRARIES[library]):
            found.append((line, f"{importer} imports {name}, which belongs to {', '.join(LIBRARIES[library])}"))
        elif within(name, (WORKSHOP,)) and not within(importer, OPEN_TO_WORKSHOP):
            found.append((line, f"{importer} imports {name}, which only setting up uses"))
        elif library == "flows" and importer.startswith("flows.") and not may_enter(importer, name):
            found.append((line, f"{importer} imports {name}: {room(importer)} does not enter {room(name)}"))
        elif within(name, ("infra.warehouse",)) and not may_read(importer, name):
            found.append((line, f"{importer} imports {name}: rooms of the warehouse are entered from above"))
        elif within(importer, DRAWERS) and library in HOUSE and library != "flows" and not within(name, OPEN_TO_DRAWERS):
            found.append((line, f"{importer} imports {name}; it parses, calls and draws, so ask a room of flows for it"))
    return found


def may_enter(importer: str, imported: str) -> bool:
    """Whether one module of ``flows`` may import another."""
    return room(imported) in {room(importer), "flows.stores", *FLOWS[room(importer)]}


def may_read(importer: str, imported: str) -> bool:
    """Whether one module may import another of the warehouse: only its own rooms are bound to an order."""
    own = ".".join(importer.split(".")[:3])
    return own not in WAREHOUSE or within(imported, (own, *WAREHOUSE[own]))


def test_every_room_is_entered_only_by_whom_it_is_open_to() -> None:
    files = modules(*HOUSE)
    tell([at(f, line, text) for f in files for line, text in wrong_doors(dotted(f), tree(f))])


@pytest.mark.parametrize("module", EVERY_NIGHT)
def test_what_runs_every_night_imports_nothing_that_only_setting_up_uses(module: str) -> None:
    roads: dict[str, str] = {module: module}
    to_do = [module]
    while to_do:
        here = to_do.pop()
        for name in imported_at_once(here) - roads.keys():
            roads[name] = f"{roads[here]} → {name}"
            to_do.append(name)
    tell([road for name, road in roads.items() if within(name, (WORKSHOP,))])


def imported_at_once(module: str) -> set[str]:
    """The modules of ours that importing a module imports: what stands in its functions waits."""
    source = tree(named()[module])
    later = {id(n) for f in functions(source) for n in ast.walk(f)}
    checked = {id(n) for i in ast.walk(source) if isinstance(i, ast.If) and name_of(i.test) == "TYPE_CHECKING" for n in ast.walk(i)}
    now = [n for n in ast.walk(source) if isinstance(n, ast.Import | ast.ImportFrom) and id(n) not in later | checked]
    return {name for n in now for _, name in imports(n) if name in named()}


def test_every_room_of_flows_has_its_place_in_the_order() -> None:
    assert {room(dotted(f)) for f in modules("flows")} <= set(FLOWS)


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("flows.cli.nights", "from infra.warehouse.read import latest_night"),
        ("flows.cli.nights", "from infra.warehouse import read"),
        ("flows.cli.nights", "def f():\n    from transforms.scoring.risk import score_night"),
        ("flows.cli.nights", "import sqlalchemy"),
        ("flows.nights.night", "from flows.tell.brief import write_brief"),
        ("flows.intake.ingest", "from flows.nightly import nightly"),
        ("flows.intake.ingest", "from transforms.workshop.proposal.columns import times"),
        ("flows.nightly", "from flows.cli.shell import show"),
        ("flows.stores", "from flows.nights.night import run_night"),
        ("infra.lake.lake", "import sqlalchemy as sa"),
        ("infra.pages.brief.render", "import typer"),
        ("infra.warehouse.database.engine", "from infra.warehouse.nights.runs import runs"),
        ("infra.warehouse.nights.scores", "from infra.warehouse.publish import publish"),
        ("infra.warehouse.intake.batches", "from infra.warehouse.keeping import locks"),
    ],
)
def test_a_wrong_door_is_found(importer: str, source: str) -> None:
    assert [line for line, _ in wrong_doors(importer, ast.parse(source))] == [len(source.splitlines())]


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("flows.cli.nights", "from flows.nightly import nightly"),
        ("flows.cli.nights", "from transforms.words.reasons import REASONS"),
        ("flows.cli.shell", "import typer"),
        ("flows.nightly", "from flows.intake.ingest import ingest"),
        ("flows.intake.ingest", "from flows.stores import open_context"),
        ("infra.warehouse.publish", "import sqlalchemy as sa"),
        ("infra.warehouse.publish", "from infra.warehouse.keeping.locks import Held"),
        ("infra.warehouse.keeping.locks", "from infra.warehouse.nights.runs import runs"),
        ("flows.demo", "from transforms.workshop.simulator.simulate import simulate"),
    ],
)
def test_a_door_that_is_open_may_be_used(importer: str, source: str) -> None:
    assert not wrong_doors(importer, ast.parse(source))
