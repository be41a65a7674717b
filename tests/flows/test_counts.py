"""A count and its noun agree: no "1 deliveries" in anything that the command says of one thing."""

from __future__ import annotations

import ast
import re

import pytest

from tests.helpers.source import at, modules, tell, tree
from transforms.words.counting import many

# Nouns that are counted; what is followed by one goes through ``many``.
NOUNS = re.compile(
    r" (?:(?:new|landed|lake) )?"
    r"(?:rows|files|batches|nights|reports|deliveries|cells|commits|messages|sources|drafts|models|zones|weeks|grades|levels|origins)\b"
)


@pytest.mark.parametrize(
    ("count", "what", "said"),
    [
        (1, "delivery", "1 delivery"),
        (0, "delivery", "0 deliveries"),
        (2, "batch", "2 batches"),
        (1_200, "day", "1,200 days"),
        (2, "draft of a delivery", "2 drafts of a delivery"),
    ],
)
def test_a_noun_goes_with_its_count(count: int, what: str, said: str) -> None:
    assert many(count, what) == said


def counted(node: ast.JoinedStr) -> bool:
    """Whether a text names a number and then, whatever the number, more than one of something."""
    pairs = zip(node.values, node.values[1:], strict=False)
    return any(
        isinstance(number, ast.FormattedValue)
        and isinstance(noun, ast.Constant)
        and NOUNS.match(str(noun.value))
        and not isinstance(number.value, ast.BoolOp)
        for number, noun in pairs
    )


def test_the_command_says_no_number_before_a_noun_of_many() -> None:
    files = [f for f in modules("flows") if "/alerts" not in f.as_posix()]
    found = [(f, node.lineno) for f in files for node in ast.walk(tree(f)) if isinstance(node, ast.JoinedStr) and counted(node)]
    tell([at(f, line, "says a number and a noun of many; let `many` say it") for f, line in found])
