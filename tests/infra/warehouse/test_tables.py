"""Every table stands in its subject's file, and in the one list."""

from __future__ import annotations

import ast
from pathlib import Path

import infra.warehouse
from infra.warehouse import tables

ROOM = Path(infra.warehouse.__file__).parent


def declared(source: str) -> set[str]:
    """The names of the tables that a file declares."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = (call.args[0] for call in calls if ast.unparse(call.func) in {"sa.Table", "nightly_table"})
    return {name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)}


def test_every_table_is_listed_and_registered_for_comparison() -> None:
    found = set().union(*(declared(file.read_text("utf-8")) for file in ROOM.rglob("*.py")))
    assert found == set(tables.metadata.tables) == set(tables.__all__) - {"metadata"}
    assert len(found) > 15


def test_every_table_has_the_district_in_its_key() -> None:
    assert [name for name, table in tables.metadata.tables.items() if "district" not in table.primary_key.columns] == []


def test_a_declared_table_is_seen() -> None:
    assert declared('x = sa.Table("a", metadata)\ny = nightly_table("b")\nz = sa.Table(name, metadata)') == {"a", "b"}
