"""The source of the project as a syntax tree: its modules, and what each imports, defines and says of itself.

Belongs here: reading. Does not: rules (``tests.test_house``, ``tests.test_rooms``, ``tests.test_sizes``, ``tests.test_documentation``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ("transforms", "expectations", "infra", "flows")


def modules(*packages: str) -> list[Path]:
    """Every file of Python below some folders."""
    return sorted(f for p in packages for f in (ROOT / p).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    """A parsed file."""
    return ast.parse(file.read_text("utf-8"))


def dotted(file: Path) -> str:
    """The name under which a file is imported."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def named() -> dict[str, Path]:
    """Every module of the four packages by its dotted name."""
    return {dotted(f): f for f in modules(*HOUSE)}


def imports(source: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is imported, wherever it stands; a module of ours is named in full."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from ((node.lineno, full if (full := f"{origin}.{a.name}") in named() else origin) for a in node.names)
        elif isinstance(node, ast.Call) and name_of(node.func) in {"__import__", "importlib.import_module", "import_module"}:
            given = node.args[0] if node.args else None
            yield node.lineno, given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "(a computed name)"


def functions(source: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones included."""
    return (n for n in ast.walk(source) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def name_of(node: ast.AST) -> str:
    """The dotted name that an expression is, or nothing."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def lines_of(node: ast.stmt) -> int:
    """How many lines a definition takes, its decorators not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def at(file: Path, line: int, text: str) -> str:
    """A problem and where it is."""
    return f"{file.relative_to(ROOT)}:{line}: {text}"


def tell(problems: list[str]) -> None:
    """Fail with every problem, each on a line of its own."""
    assert not problems, "\n" + "\n".join(problems)
