"""How large things may grow: files, classes, functions, lists of parameters, and what stands on the top of ``flows``.

What breaks a rule for a good reason is declared, with the reason.
"""

from __future__ import annotations

import ast

import pytest

from tests.helpers.source import HOUSE, ROOT, at, functions, lines_of, modules, name_of, tell, tree

MAX_FILE_LINES = 350
MAX_CLASS_LINES = 200
MAX_FUNCTION_LINES = 50
MAX_PARAMETERS = 6
MAX_ON_TOP_OF_FLOWS = 17

# Declared tables: a list of what there is, a line each; nothing in them asks to be understood as a whole.
TABLES = {
    "infra/warehouse/migrations/versions/0007_first.py upgrade": "every table of the first release",
    "expectations/outputs.py score_checks": "one check of the scores per line",
    "expectations/patterns.py pattern_checks": "one check of a batch per line",
}
# Who is asked for the type of a frame decides nothing by its own: these are what a function works on.
FRAMES = ("DataFrame", "LazyFrame", "Series", "NDArray", "Array", "Floats", "Ints")


def test_no_file_grows_too_long() -> None:
    sizes = {f: len(f.read_text("utf-8").splitlines()) for f in modules(*HOUSE)}
    told([(f"{f.relative_to(ROOT)}", at(f, n, f"{n} lines; split it")) for f, n in sizes.items() if n > MAX_FILE_LINES])


def test_no_class_and_no_function_grows_too_long() -> None:
    told(
        [
            (f"{f.relative_to(ROOT)} {n.name}", at(f, n.lineno, f"{n.name} takes {lines_of(n)} lines; cut it"))
            for f in modules(*HOUSE)
            for n in too_long(tree(f))
        ]
    )


def test_no_function_asks_for_more_than_six_things_beside_its_frames() -> None:
    told(
        [
            (f"{f.relative_to(ROOT)} {n.name}()", at(f, n.lineno, f"{n.name} takes {', '.join(asked)}; give them a type"))
            for f in modules(*HOUSE)
            for n in functions(tree(f))
            if not is_verb(n) and len(asked := parameters(n)) > MAX_PARAMETERS
        ]
    )


def test_the_top_of_flows_is_seen_at_a_glance() -> None:
    entries = sorted(p.name for p in (ROOT / "flows").iterdir() if p.name != "__pycache__")
    assert len(entries) <= MAX_ON_TOP_OF_FLOWS, entries


def test_what_is_declared_as_a_table_still_stands_and_still_needs_it() -> None:
    found = {f"{f.relative_to(ROOT)} {n.name}" for f in modules(*HOUSE) for n in functions(tree(f)) if lines_of(n) > MAX_FUNCTION_LINES}
    assert set(TABLES) <= found


def too_long(source: ast.AST) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Definitions that are longer than their kind may be."""
    classes = [n for n in ast.walk(source) if isinstance(n, ast.ClassDef) and lines_of(n) > MAX_CLASS_LINES]
    return [*classes, *(n for n in functions(source) if lines_of(n) > MAX_FUNCTION_LINES)]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """What a function asks for, without itself and without frames."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in every if a.arg not in {"self", "cls"} and not is_frame(a.annotation)]


def is_frame(annotation: ast.expr | None) -> bool:
    """Whether this is a frame, an array, or a family of such."""
    return annotation is not None and any(
        isinstance(n, ast.Name | ast.Attribute) and name_of(n).split(".")[-1] in FRAMES for n in ast.walk(annotation)
    )


def is_verb(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether this is a verb of the command: its parameters are the options that a person may give."""
    return any("Option" in ast.unparse(a.annotation) or "Argument" in ast.unparse(a.annotation) for a in function.args.args if a.annotation)


def told(offenders: list[tuple[str, str]]) -> None:
    """Fail with every offender that is not declared."""
    tell([text for key, text in offenders if key not in TABLES])


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("def f(self, a: int, b: pl.DataFrame, *, c: str = ''): ...", ["a", "c"]),
        ("def f(a: dict[str, pl.DataFrame], b: Mapping[str, NDArray[np.float64]], /, c): ...", ["c"]),
    ],
)
def test_frames_are_not_counted(source: str, asked: list[str]) -> None:
    assert parameters(next(functions(ast.parse(source)))) == asked


@pytest.mark.parametrize(("head", "most"), [("def f():", MAX_FUNCTION_LINES), ("class C:", MAX_CLASS_LINES)])
def test_a_definition_that_is_too_long_is_found(head: str, most: int) -> None:
    assert not too_long(ast.parse(head + "\n" + "    x = 1\n" * (most - 1)))
    assert len(too_long(ast.parse(head + "\n" + "    x = 1\n" * most))) == 1
