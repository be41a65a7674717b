"""What is proposed for files in the likeness of portals of many countries, line by line.

Belongs here: every line of each proposal. Does not: the likenesses (``tests.helpers.portals``), files of real cities
(``test_golden_samples``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.tell.proposal import propose_for
from tests.helpers.portals import PORTALS, Portal

pytestmark = pytest.mark.slow

# Of each the letters of a likeness read alike.
ALIKE = {"cp1252": {"cp1252", "cp1250"}, "utf-8-sig": {"utf-8"}}
# What single likenesses still get otherwise, as (file, line).
KNOWN: set[tuple[str, str]] = set()


def expected(portal: Portal) -> Iterator[tuple[str, Any]]:
    roles: dict[str, str] = {}
    for column, role in portal.columns.items():
        roles.setdefault(role, column)
    yield "feed", portal.feed
    yield "key", [roles["key"]] if "key" in roles else None
    yield "time_formats", [portal.reads or portal.written]
    moment = {"date": roles["occurred_at"], "time": roles["hour"]} if "hour" in roles else roles["occurred_at"]
    yield "columns.occurred_at", moment
    for role in ("reported_at", "closed_at", "lon", "lat", "kind", "status"):
        yield f"columns.{role}", roles.get(role)
    if "lon" not in roles:
        yield "columns.zone", roles["zone"]
    for word, kind in portal.kinds.items():
        yield f"kinds.{word}", kind
    for word, state in portal.states.items():
        yield f"statuses.{state}", word


def proposed(source: dict[str, Any], line: str) -> Any:
    table, _, name = line.partition(".")
    return source.get(table, {}).get(name) if name else source.get(table)


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.name)
def test_every_line_of_a_proposal_is_right(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / portal.name
    file.write_bytes(portal.content())
    (source,) = tomllib.loads(propose_for(file).toml)["sources"]
    assert source["encoding"] in ALIKE.get(portal.encoding, {portal.encoding})
    wrong = {
        line: proposed(source, line)
        for line, right in expected(portal)
        if (right not in (proposed(source, line) or []) if line.startswith("statuses") else proposed(source, line) != right)
    }
    assert {(portal.name, line) for line in wrong} == {known for known in KNOWN if known[0] == portal.name}, wrong
