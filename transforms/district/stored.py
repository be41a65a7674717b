"""A district as it is stored with the nights that it scored, and the hashes that name it.

Belongs here: its canonical text, and what of it affects numbers. Does not: the declaration (``declaration``), which part of it reads
(``reading``), storing (``infra.warehouse.keeping.districts``).

The words of a city's files are not among it: a word of a codelist, or one that a filter asks for, may be the name of an officer or of a
caller. No night asks for them again, so all that is kept is one digest a source, which tells that they were others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from transforms.district.declaration import District
from transforms.grids.succession import Former
from transforms.schema.plain import Json

# For each source, by its code, the digest of its words.
Words: TypeAlias = Mapping[str, str]

WORDS: Final = "words"
# The tables and lists of a source in which words of the city's files stand.
_OF_WORDS: Final = (
    *("kinds", "departments", "zones", "severities", "statuses", "discoveries", "confirmations", "urgencies"),
    *("where", "withdrawn", "nulls", "join"),
)
# What asks a live source for some rows alone is text as well.
_OF_A_QUESTION: Final = ("where",)
# What changes no number, wherever it stands: labels, premises, rules of alerts and of the work list, working time (they act after the
# score), where the files lie and which nights run.
_NOT_SCORING = {
    *("name_zh", "name_en", "reason", "parent", "alerts", "worklist", "rosters", "calendar_days", "receivers", "routes", "synthetic"),
    *("files", "deletions", "live", "kinds_file", "departments_file", "zones_file", "catch_up", "ticket", "premises"),
}


def _scoring(value: object) -> object:
    """A declaration without the keys that change no number."""
    if isinstance(value, dict):
        return {k: _scoring(v) for k, v in value.items() if k not in _NOT_SCORING}
    return [_scoring(v) for v in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Stored:
    """A district out of its canonical text: its sources know no words, and ``words`` are the digests of what those were."""

    district: District
    cells_digest: str
    former: Former
    words: Words


def words_of(district: District) -> Words:
    """The digest of the words of each source, by its code."""
    return {source["code"]: _digest(source) for source in district.model_dump(mode="json")["sources"]}


def canonical_json(district: District, words: Words, cells_digest: str, former: Former) -> str:
    """The district as one canonical text: what ``district_versions`` stores and hashes. ``former`` says where past zones count."""
    return json.dumps(_kept(district, words, cells_digest, former), sort_keys=True, ensure_ascii=False)


def read_canonical(canonical: str) -> Stored:
    """A district out of its canonical text.

    Raises:
        ValidationError: this version of the program does not understand it.
    """
    raw = json.loads(canonical)
    digest, former = raw.pop("cells"), raw.pop("former")
    words = {source["code"]: source.pop(WORDS) for source in raw["sources"]}
    return Stored(District.model_validate(raw), digest, former, words)


def premises_in(canonical: str) -> frozenset[str]:
    """The codes of the register in a canonical text, whether or not this version of the program understands the rest."""
    return frozenset(json.loads(canonical).get("premises", ()))


def district_hash(district: District, words: Words, cells_digest: str, former: Former) -> str:
    """Hash of everything the folder declares, cells included."""
    return hashlib.sha256(canonical_json(district, words, cells_digest, former).encode()).hexdigest()[:16]


def scoring_hash(district: District, words: Words, cells_digest: str, former: Former) -> str:
    """Hash of what affects numbers, so that a changed label or folder path makes no night stale."""
    declared = _kept(district, words, cells_digest, former)
    # Working time acts after the score, unless a night itself counts a clock in it.
    counted = {key: declared[key] for key in ("rosters", "calendar_days")} if any(c.works for c in district.further_clocks) else {}
    kept = _scoring(declared)
    if counted:
        kept = [kept, counted]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def _kept(district: District, words: Words, cells_digest: str, former: Former) -> dict[str, object]:
    declared = district.model_dump(mode="json")
    sources = [{**_wordless(source), WORDS: words[source["code"]]} for source in declared["sources"]]
    return {**declared, "sources": sources, "cells": cells_digest, "former": former}


def _wordless(source: Mapping[str, Json]) -> dict[str, Json]:
    live = source["live"]
    asked: Json = {key: value for key, value in live.items() if key not in _OF_A_QUESTION} if isinstance(live, dict) else live
    mapped = source["kinds"]
    # Which kinds it tells of decides what is forecast; under their own codes they are no words.
    kinds: Json = {str(code): code for code in mapped.values()} if isinstance(mapped, dict) else {}
    return {**{key: value for key, value in source.items() if key not in _OF_WORDS}, "live": asked, "kinds": kinds}


def _digest(source: Mapping[str, Json]) -> str:
    live = source["live"]
    asked = [live.get(key) for key in _OF_A_QUESTION] if isinstance(live, dict) else []
    said = [[source[key] for key in _OF_WORDS], asked]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:24]
