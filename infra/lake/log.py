"""What the commits of a lake say of themselves, read from its log as text: without the library of tables, so that any command can look.

Belongs here: identity and mark within a commit. Does not: what the table consists of (``table``), what a mark is (``infra.marks``).

The log keeps every commit for ever: replay reads by commit number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra.lake.shelf import LOG, Shelf
from infra.marks import Identity, Mark
from transforms.schema.plain import Json, plain, read_back

_KEY: Final = "sifang"
_COMMIT: Final = re.compile(rf"{LOG}/(\d{{20}})\.json")


class BrokenLogError(Exception):
    """The log holds something that no commit of a lake says."""


@dataclass(frozen=True)
class Commit:
    """One commit. ``at_ms`` is the clock of who made it; a commit that is not ours has neither identity nor mark."""

    version: int
    at_ms: int
    identity: Identity | None
    mark: Mark | None
    removed: tuple[str, ...]


def entry(version: int) -> str:
    """The name of a commit's file."""
    return f"{LOG}/{version:020}.json"


def said(identity: Identity | None, mark: Mark) -> dict[str, Json]:
    """What is written into a commit."""
    return {_KEY: {"identity": plain(identity), "mark": plain(mark)}}


def placeless(content: bytes) -> bytes:
    """A commit without what the library says of where the table was made: a path holds who runs this, and says it to every copy."""
    actions = [json.loads(line) for line in content.decode("utf-8").splitlines()]
    for action in actions:
        action.get("commitInfo", {}).get("operationParameters", {}).pop("location", None)
    return "\n".join(json.dumps(action, separators=(",", ":"), ensure_ascii=False) for action in actions).encode()


def newest_version(shelf: Shelf) -> int | None:
    """The number of the newest commit; None where there is no log.

    Raises:
        OSError: the log may not be read.
    """
    try:
        return max((int(m.group(1)) for f in shelf.found(LOG) if (m := _COMMIT.fullmatch(f.name))), default=None)
    except FileNotFoundError:
        return None


def commit(shelf: Shelf, version: int) -> Commit:
    """A commit of the log.

    Raises:
        BrokenLogError: it is truncated or no JSON, or does not say what a commit says.
        OSError: it is not there or may not be read.
    """
    content = shelf.get(entry(version))
    try:
        actions = [json.loads(line) for line in content.decode("utf-8").splitlines()]
        info = next(a["commitInfo"] for a in actions if "commitInfo" in a)
        removed = tuple(str(a["remove"]["path"]) for a in actions if "remove" in a)
        own = info.get(_KEY)
        identity = read_back(Identity, own["identity"]) if own and own["identity"] else None
        return Commit(version, int(info["timestamp"]), identity, read_back(Mark, own["mark"]) if own else None, removed)
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration) as error:
        raise BrokenLogError(f"commit {version} is truncated or holds other bytes") from error


def commits_down(shelf: Shelf, version: int) -> Iterator[Commit]:
    """The commits from one down to the first."""
    return (commit(shelf, number) for number in range(version, -1, -1))


def newest_marked(shelf: Shelf, version: int) -> Commit | None:
    """The newest commit up to ``version`` that bears a mark; None in a lake of before there were any."""
    return next((c for c in commits_down(shelf, version) if c.mark is not None), None)
