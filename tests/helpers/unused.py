"""What a module defines, and who uses it.

Belongs here: following names from where they are defined to where they are read. Does not: what may stay unused (``tests.test_unused``).
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.helpers.source import name_of, named, tree


def definitions(file: Path) -> list[tuple[int, str]]:
    """Line and name of every function, class and constant on the top of a module; what is decorated as a verb is used by that."""
    found: list[tuple[int, str]] = []
    for node in tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if any(name_of(d.func).endswith(".command") for d in node.decorator_list if isinstance(d, ast.Call)):
                continue
            found.append((node.lineno, node.name))
        elif isinstance(node, ast.Assign):
            found += [(node.lineno, t.id) for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.append((node.lineno, node.target.id))
    return found


def used_in(files: Iterable[Path]) -> set[tuple[str, str]]:
    """Module and name of everything of other modules that these files read."""
    return {use for file in files for use in _used(file)}


def _used(file: Path) -> Iterator[tuple[str, str]]:
    modules: dict[str, str] = {}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in named():
                    modules[alias.asname or alias.name] = full
                else:
                    yield node.module, alias.name
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and (module := modules.get(name_of(node.value))) is not None:
            yield module, node.attr


def used_at_home(file: Path) -> set[str]:
    """Names of a module's top that the module itself reads: in its functions as a global, in its annotations, or on its top."""
    source = file.read_text("utf-8")
    found = set(_globals(symtable.symtable(source, str(file), "exec")))
    for node in ast.walk(tree(file)):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(annotation, ast.AST):
                found |= {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)}
    return found


def _globals(scope: symtable.SymbolTable) -> Iterator[str]:
    top = scope.get_type() == "module"
    yield from (s.get_name() for s in scope.get_symbols() if s.is_referenced() and (top or s.is_global()))
    for inner in scope.get_children():
        yield from _globals(inner)
