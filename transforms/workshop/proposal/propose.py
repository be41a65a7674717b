"""Proposes how to declare a file that nobody has seen yet: columns, formats, key, zone, datum, words, each with how sure it is and why.

Belongs here: the order of the guesses, and what of a file is never looked at. Does not: the guesses (``moments``, ``located``, ``fields``,
``keys``, ``ground``), reading the file (``infra.sources.sample``). Nothing of a value is shown but words that are short, frequent and free
of personal data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from transforms.reports.privacy import personal_column, personal_values
from transforms.reports.values import coordinate
from transforms.words.languages import Language
from transforms.workshop.proposal.doubts import doubts
from transforms.workshop.proposal.draft import Draft, Guess, Known, Sample, block
from transforms.workshop.proposal.fields import draft_count, draft_kind, draft_others
from transforms.workshop.proposal.ground import draft_clock, draft_ground
from transforms.workshop.proposal.keys import KEY_NAMES, draft_key
from transforms.workshop.proposal.located import draft_places
from transforms.workshop.proposal.moments import draft_times, moments_of
from transforms.workshop.proposal.naming import called, languages_of, ranked
from transforms.workshop.proposal.words import likely_feed

# A column of which more than this share looks like personal data is left out.
_MOST_PERSONAL = 0.01


@dataclass(frozen=True)
class Proposal:
    """The guesses, the block of TOML they make, the columns left out with the reason, what the district's own lines could be, the number of
    rows that were looked at, and what is unsure, the more harmful first."""

    toml: str
    guesses: list[Guess]
    left_out: dict[str, str]
    district: list[str]
    rows: int
    unsure: list[str]


def propose(sample: Sample, known: Known) -> Proposal:
    """A declaration for a file that was never seen, from what it holds and what is known beside it."""
    languages = languages_of(sample.rows)
    draft = Draft(sample, replace(known, glossary=replace(known.glossary, languages=languages, _known={})))
    left_out = _left_out(sample.rows, languages)
    rows = sample.rows.select([c for c in sample.rows.columns if c not in left_out])
    # A key is hashed on landing, so its digits may look like anything.
    keys = ranked([c for c in sample.rows.columns if not personal_column(c)], KEY_NAMES, languages, "key")
    moments = moments_of(rows, languages)
    draft_times(draft, rows, moments)
    places = draft_places(draft, rows)
    words = draft_kind(draft, rows)
    draft_others(draft, rows)
    draft_key(draft, rows, keys, list(moments))
    draft_count(draft)
    # A number of cases is a name in another language.
    left_out.pop(draft.columns.get("count", ""), None)
    draft_clock(draft, rows, places)
    draft_ground(draft, rows, places)
    written = block(draft, moments, _feed(draft, rows, words), words)
    return Proposal(written, draft.guesses, left_out, draft.own, len(sample.rows), doubts(draft.guesses, written))


def _left_out(rows: pl.DataFrame, languages: Sequence[Language]) -> dict[str, str]:
    """Columns that nobody looks at, and why."""
    found = {c: "named like personal data" for c in rows.columns if personal_column(c) or _names_people(c, languages)}
    for name in (c for c in rows.columns if c not in found):
        numbers = rows.select(
            pl.any_horizontal(*(coordinate(pl.col(name), comma=c).fill_null(value=False) for c in (False, True)))
        ).to_series()
        if (share := int((personal_values(rows[name]) & ~numbers).sum()) / max(1, len(rows))) > _MOST_PERSONAL:
            found[name] = f"{share:.0%} of its values look like personal data"
    return found


def _names_people(column: str, languages: Sequence[Language]) -> bool:
    """Whether a column is called as those of people are; a name of a quarter or of an office is none of theirs."""
    return called(column, languages, "personal") and not called(column, languages, "zone", "department", "kind", "moment", "key")


def _feed(draft: Draft, rows: pl.DataFrame, words: pl.DataFrame | None) -> str:
    feed, hits, total = likely_feed(
        [draft.sample.file_name, *rows.columns, *(words["word"].head(60).to_list() if words is not None else [])], draft.known.glossary
    )
    why = f"{hits} of {total} telling words in names and kinds" if total else "no word in names or kinds tells what this is about"
    draft.take("feed", feed, hits / total if total else 0.0, why)
    return feed
