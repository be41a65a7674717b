"""Whether a disturbed home is as if nothing had been, or whoever could mislead says what is wrong.

Belongs here: comparing what is stored and what was said with the undisturbed run. Does not: running anything (``scenes``).

A command misleads where what it says is neither what it says of an undisturbed home nor names a fault. ``doctor`` and ``nightly`` must name
one wherever the stores differ. Nobody may end with a traceback.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.helpers import nine
from tests.torture.scenes import Place, Said

# What every round asks at its end; each of them is believed by somebody.
LOOKING = (("status",), ("doctor", "--deep"), ("replay", "--nights", "3"), ("brief",))
_FAULT = re.compile(
    r"damaged|lost|missing|not there|gone|behind|ahead|older|newer|differ|disagree|another|cannot|could not|may not|no rights|full\b|lacks"
    r"|no space|unreadable|truncated|does not|not the|begun|clock|incomplete|refused|restore|fault|not as|empty|malformed|not published",
    re.IGNORECASE,
)
_WRITING = {"nightly", "backfill"}
_BELIEVED = {*_WRITING, "status", "replay", "brief"}
_SERVES_ROWS_THAT_WAIT = "landing"
# Which commits there were in between, which a kill left to be settled, and what the newest sweep of several found, is how a state was
# reached and no part of it.
_HOW = {"lake_marks", "lake_intents", "sweeps"}
# Attempts that came to nothing are recorded, and stay; so does every one that found a night as it was, which is how often it was asked for.
_ATTEMPTS = "runs"
_UNREADABLE = "could not be read"
_SEQ = nine.LAKE_COLUMNS.index("recorded_seq")


@dataclass(frozen=True)
class State:
    """What is stored, by part; a part that cannot be read stands with the error."""

    parts: Mapping[str, Any]

    def differing(self, expected: State) -> list[str]:
        """The parts that are not as expected. Of the attempts at nights, those that came to something must be there."""
        names = [n for n, value in expected.parts.items() if n not in {_ATTEMPTS, *_HOW} and self.parts.get(n) != value]
        return names + ([_ATTEMPTS] if not _came_to_something(expected) <= _came_to_something(self) else [])


@dataclass(frozen=True)
class Undisturbed:
    """What a scene leaves and says when nothing happens."""

    state: State
    said: Mapping[tuple[str, ...], frozenset[str]]


@dataclass(frozen=True)
class Verdict:
    """``differing`` are the parts that differ, ``faults`` what nobody may do: ends with a traceback, misleads, is silent.

    ``named`` is the line with which each named a fault, ``rows`` the first rows that differ.
    """

    differing: tuple[str, ...]
    faults: tuple[str, ...]
    named: tuple[str, ...]
    rows: tuple[str, ...] = ()


def state_of(place: Place, *, by_content: bool = False) -> State:
    """What is stored in a home; ``by_content`` names models by what they hold, whatever commit of the lake it was read from."""
    parts: dict[str, Any] = {}
    for read in (
        lambda: {"lake": nine.lake_rows(place.root)},
        lambda: nine.table_rows(place.root, place.database),
        lambda: nine.file_digests(place.root),
    ):
        parts |= _read(read)
    if "lake" not in parts or "batches" not in parts:
        return State(parts)
    entered = sorted({row[_SEQ] for row in parts["lake"]})
    return State(_numbered(_named_by_content(parts, entered) if by_content else parts, entered))


def _named_by_content(parts: dict[str, Any], entered: Sequence[int]) -> dict[str, Any]:
    """The same with another name for each model and reference.

    Theirs is the hash of all they hold, and they hold the number of the commit that was read, so that they can be made again from it.
    Where a kill left one commit more (by the code a purge or a compaction begun twice; which, was not looked for),
    the same model has another name from then on.
    """
    own, held = nine.column("models", "model_id"), nine.column("models", "payload")
    names, models = {}, []
    for row in parts["models"]:
        stamp = row[held]["stamp"]
        payload = row[held] | {"stamp": stamp | {"lake_seq": bisect_right(entered, stamp["lake_seq"])}}
        names[row[own]] = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:16]
        models.append((*row[:held], payload, *row[held + 1 :]))

    def named(value: Any) -> Any:
        ids = value.split(",") if isinstance(value, str) else value
        if not isinstance(ids, list) or not ids or not all(isinstance(v, str) and v in names for v in ids):
            return value
        renamed = sorted(names[v] for v in ids)
        return ",".join(renamed) if isinstance(value, str) else renamed

    tables = {name: rows for name, rows in parts.items() if isinstance(rows, list)} | {"models": models}
    return parts | {name: sorted((tuple(map(named, row)) for row in rows), key=repr) for name, rows in tables.items()}


def _numbered(parts: dict[str, Any], entered: Sequence[int]) -> dict[str, Any]:
    """The same with commits numbered by the batches that entered: joining files in between is a commit, and changes nothing."""

    def renumbered(rows: list[tuple[Any, ...]], at: int) -> list[tuple[Any, ...]]:
        return sorted(((*r[:at], r[at] and bisect_right(entered, r[at]), *r[at + 1 :]) for r in rows), key=repr)

    numbers = {"lake": _SEQ, "batches": nine.column("batches", "recorded_seq"), "nights": nine.column("nights", "lake_seq")}
    return parts | {name: renumbered(parts[name], at) for name, at in numbers.items()}


def _read(read: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing can be compared
        return {_UNREADABLE: repr(error)}


def lines_of(place: Place, said: Said) -> frozenset[str]:
    """What a command said, line by line, without what no two homes have in common."""
    text = f"{said.out}\n{said.err}".replace(str(place.root), "ROOT")
    if place.database:
        text = text.replace(place.database.rpartition("/")[2], "DATABASE")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def judge(place: Place, undisturbed: Undisturbed, state: State, said: Sequence[Said], asked: Sequence[tuple[str, ...]]) -> Verdict:
    """The verdict on a home after recovery. ``said`` is what every command of the round said, ``asked`` those that must have answered."""
    differing = state.differing(undisturbed.state)
    faults = [f"{_shown(s.arguments)} ends with a traceback:\n{s.trace}" for s in said if s.trace]
    faults += [f"{_shown(s.arguments)} prints a traceback" for s in said if "Traceback (most recent" in s.err + s.out]
    last = {s.arguments: s for s in said}
    faults += [f"{_shown(arguments)} gave no answer" for arguments in asked if arguments not in last]
    named = {a: fault for a, s in last.items() if (fault := _named(place, s, undisturbed))}
    if set(differing) - {_SERVES_ROWS_THAT_WAIT}:
        believed = [last[a] for a in asked if a in last and a[0] in _BELIEVED]
        faults += [f"{_shown(s.arguments)} misleads: code {s.code}" for s in believed if _misleads(place, s, undisturbed, named)]
    if differing and not any(a[0] == "doctor" and last[a].code for a in named):
        faults.append("doctor names nothing")
    told = tuple(f"{_shown(a)}: {line}" for a, line in named.items())
    return Verdict(tuple(differing), tuple(faults), told, tuple(rows_differing(state, undisturbed.state, differing)))


def rows_differing(state: State, expected: State, names: Iterable[str]) -> Iterator[str]:
    """Of each part that differs, how many rows, and the first of them."""
    for name in names:
        is_, was = (set(map(repr, s.parts.get(name) or ())) for s in (state, expected))
        more, less = sorted(is_ - was), sorted(was - is_)
        yield f"{name}: {len(more)} rows too many, such as {more[:1]}; {len(less)} missing, such as {less[:1]}"


def _misleads(place: Place, said: Said, undisturbed: Undisturbed, named: Mapping[tuple[str, ...], str]) -> bool:
    if said.arguments in named:
        return said.arguments[0] in _WRITING and said.code == 0
    # What says the same as of an undisturbed home is right about what it says.
    return said.arguments[0] in _WRITING or lines_of(place, said) != undisturbed.said.get(said.arguments)


def _named(place: Place, said: Said, undisturbed: Undisturbed) -> str:
    new = lines_of(place, said) - undisturbed.said.get(said.arguments, frozenset())
    return next((line for line in sorted(new) if _FAULT.search(line)), "")


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(arguments)


def _came_to_something(state: State) -> set[Any]:
    kept = [nine.column(_ATTEMPTS, name) for name in ("night", "kind", "mode", "status")]
    rows = (tuple(row[k] for k in kept) for row in state.parts.get(_ATTEMPTS, ()))
    return {row for row in rows if row[-1] == "ok"}
