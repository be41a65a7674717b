"""Reference pages say what the code says: commands, settings, formats, tables, reason codes, keys of a ``district.toml``.

What follows from the code is compared with it. To write it anew, and then review the diff:

    SIFANG_GOLDEN=write .venv/bin/pytest tests/test_reference.py
"""

from __future__ import annotations

import os
import re

import pytest

from tests.helpers.reference import UNTOLD, Part, parts, told
from tests.helpers.source import ROOT

PARTS = {part.name: part for part in parts()}


def stands(part: Part) -> list[str]:
    """The lines of a part as its page has them."""
    lines = (ROOT / part.page).read_text("utf-8").splitlines()
    assert part.begins in lines, f"{part.page} has no line {part.begins}"
    return lines[lines.index(part.begins) + 1 : lines.index(part.ends)]


def write(part: Part) -> None:
    """Put a part into its page."""
    file = ROOT / part.page
    new = [part.begins, *part.lines(stands(part)), part.ends]
    lines = file.read_text("utf-8").splitlines()
    lines[lines.index(part.begins) : lines.index(part.ends) + 1] = new
    file.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("name", list(PARTS))
def test_a_reference_says_what_the_code_says(name: str) -> None:
    part = PARTS[name]
    if os.environ.get("SIFANG_GOLDEN") == "write":
        write(part)
        pytest.skip(f"wrote {part.page}; review the diff")
    assert stands(part) == part.lines(stands(part)), "write it anew with SIFANG_GOLDEN=write, and review the diff"
    assert not [line for line in stands(part) if line.endswith(f"| {UNTOLD} |")], "somebody has to say what this is"


def test_no_page_keeps_a_part_that_nothing_writes() -> None:
    marked = {
        name for page in {p.page for p in PARTS.values()} for name in re.findall(r"<!-- end of (.+) -->", (ROOT / page).read_text("utf-8"))
    }
    assert marked == set(PARTS)


def test_what_a_person_says_of_a_thing_is_kept_and_a_new_thing_asks_for_it() -> None:
    before = ["| key | takes | means |", "| --- | --- | --- |", "| `a` | text | the first \\| last |", "| `gone` | text | no more |"]
    assert told(before, ("key", "takes", "means"), [("`a`", "number"), ("`b`", "text")]) == [
        "| key | takes | means |",
        "| --- | --- | --- |",
        "| `a` | number | the first \\| last |",
        f"| `b` | text | {UNTOLD} |",
    ]
