"""What reaches the terminal: texts as texts, in tables, lines, progress and JSON, and by no other way than ours."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flows.cli.draw.table import BAD, console, marked, row, table
from flows.cli.saying import say
from flows.cli.shell import show
from infra.errors import SifangError, paragraph
from tests.helpers.source import ROOT, at, modules, name_of, tell, tree

HOSTILE = "[red]x[/red] \x1b[31m\x1b]0;title\x07 \u202egnp [link=http://evil.example]a[/link] :smile: \udcff"
SHOWN = r"[red]x[/red] \x1b[31m\x1b]0;title\x07 \u202egnp [link=http://evil.example]a[/link] :smile: \xff"


def test_a_hostile_name_is_a_text_wherever_it_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    made = table(HOSTILE, HOSTILE, "other")
    row(made, HOSTILE, 3)
    console(made).print(made)
    for told in (HOSTILE, marked(HOSTILE, HOSTILE)):
        console().print(told, soft_wrap=True)
    # Whoever asks for markup in spite of all gets none.
    console().print(HOSTILE, markup=True, emoji=True, soft_wrap=True)
    console().print(BAD, HOSTILE, soft_wrap=True)
    say(HOSTILE)
    out = capsys.readouterr().out
    assert out.count(SHOWN) == 9
    assert not {"\x1b", "\x07", "\u202e", "\udcff"} & {*out}


def test_json_tells_the_same_name_and_no_terminal_obeys_it(capsys: pytest.CaptureFixture[str]) -> None:
    show({"name": "\x9b31m\u202e警"}, as_json=True, draw=lambda _: None)
    out = capsys.readouterr().out
    assert r"\u009b31m\u202e警" in out


def test_an_error_is_told_without_what_would_be_obeyed() -> None:
    assert paragraph(SifangError(f"There is no {HOSTILE}.", "Look.")) == f"There is no {SHOWN}. Look."
    assert "\x1b" not in paragraph(FileNotFoundError(2, "No such file", "/a/\x1b[31m"))


def test_the_command_prints_by_no_other_way() -> None:
    problems = []
    for file in modules("flows"):
        where = str(file.relative_to(ROOT))
        if "cli" not in Path(where).parts:
            continue
        for node in ast.walk(tree(file)):
            if not isinstance(node, ast.Call):
                continue
            name = name_of(node.func)
            # JSON has a way of its own to write what is odd.
            echoes = name == "typer.echo" and where not in {"flows/cli/saying.py", "flows/cli/shell.py"}
            draws = name.split(".")[-1] == "Console" and where not in {"flows/cli/draw/table.py", "flows/cli/shell.py"}
            if echoes or draws or name in {"print", "typer.secho", "click.echo"}:
                problems.append(at(file, node.lineno, f"{name}; use flows.cli.saying.say, or console of flows.cli.draw.table"))
    tell(problems)
