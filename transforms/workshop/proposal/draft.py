"""What is known and guessed of an unknown file so far, and the block of TOML that it makes.

Belongs here: the shape of a proposal and how it is written down. Does not: the guesses (``propose``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.district.codes import Area
from transforms.reports.kind_words import showable
from transforms.reports.shapes import NULL_WORDS, present
from transforms.words.feeds import FEEDS
from transforms.words.languages import Language
from transforms.workshop.proposal.columns import Times
from transforms.workshop.proposal.places import Surroundings, TimeZone
from transforms.workshop.proposal.words import Glossary, desks, kind_lines, likely_feed, other_kind, status_lines, toml

# The words that a source reads as nothing where it declares none.
_NULLS: Final = {"", "NA", "NULL", "null"}
# A source of fewer reports a day has days without any.
_FEW_A_DAY = 5.0
_UNSURE: Final = 0.5
# The fields that are read by the formats of times.
TIMES: Final = ("occurred_at", "reported_at", "due_at", "closed_at", "first_contact_at")


@dataclass(frozen=True)
class Guess:
    """One line of a declaration: how sure it is (0 to 1), and why."""

    what: str
    value: str
    sure: float
    why: str


@dataclass(frozen=True)
class Encoding:
    """The encoding of a text, how sure that is (0 to 1), and why."""

    name: str
    sure: float
    why: str


@dataclass(frozen=True)
class Sample:
    """An unknown file: its rows as text, and what reading it told.

    ``encoding`` is that of a text (None for formats that have none), ``how`` the further keys that a declaration needs, such as
    ``separator``; ``whole`` tells whether ``rows`` are all of the file. Of a live source ``live`` is how it is asked, as TOML.
    ``system`` is the projected system that the document says its coordinates are of.
    """

    path: str
    encoding: Encoding | None
    rows: pl.DataFrame = field(repr=False)
    how: Mapping[str, str | int] = field(default_factory=dict)
    whole: bool = True
    live: str | None = None
    system: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of its path."""
        return self.path.replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True)
class Known:
    """What is known beside the file: time zones, kinds and their usual words, and the district it is for, if there is one already."""

    zones: Sequence[TimeZone]
    glossary: Glossary
    district: Surroundings | None = None


@dataclass
class Draft:
    """A proposal in the making: the column of each field, every guess, further lines of the source, and lines of the district's own."""

    sample: Sample
    known: Known
    columns: dict[str, str] = field(default_factory=dict)
    guesses: list[Guess] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    # The columns of the parts of the moment, where it stands in several.
    parts: dict[str, str] = field(default_factory=dict)
    # Whether the column of the hour holds hours and minutes as one number.
    hhmm: bool = False
    # The line that says how large the cells of the grid are, where the file does.
    size: str | None = None

    @property
    def languages(self) -> Sequence[Language]:
        """The languages of the file beside English and Chinese."""
        return self.known.glossary.languages

    def take(self, what: str, value: str, sure: float, why: str) -> None:
        """Add a guess."""
        self.guesses.append(Guess(what, value, sure, why))

    def words(self, what: str) -> pl.DataFrame:
        """The words of the column of a field, with their ``count``."""
        return present(self.sample.rows[self.columns[what]]).rename("word").value_counts(sort=True)


def block(draft: Draft, moments: Mapping[str, Times], feed: str, words: pl.DataFrame | None) -> str:
    """The block ``[[sources]]`` of everything that was guessed.

    Args:
        draft: the guesses; how many kinds were guessed is added to them.
        moments: what the columns of times hold.
        feed: the feed that the source is of.
        words: the words of its kinds with their ``count``, None where it has none.
    """
    desk, of_desk = _desk(draft, feed, words)
    other = other_kind(feed, draft.known.glossary) if words is not None else None
    lines = [
        *_files(draft, feed),
        *_readings(draft, moments),
        *draft.lines,
        *_known_at(draft),
        *_delivery(draft, moments),
        'undeclared = "ignore"             # the columns not named here are never read',
        *desk,
        *(
            [f"# kind = {toml(other)}   # for every word that has no kind below; without this line such rows are quarantined"]
            if other
            else []
        ),
        *_columns(draft),
        *(status_lines(draft.words("status"), draft.known.glossary) if "status" in draft.columns else []),
        *_kinds(draft, of_desk, feed),
    ]
    return "\n".join([*lines, ""])


def unsure(guess: Guess | Encoding) -> str:
    """What stands behind a line that is hardly more than a guess."""
    return f"   # UNSURE: {guess.why}" if guess.sure < _UNSURE else ""


def _doubt(draft: Draft, what: str) -> str:
    """The same of a guess by its name."""
    return next((f"; UNSURE: {g.why}" for g in draft.guesses if g.what == what and g.sure <= _UNSURE), "")


def _files(draft: Draft, feed: str) -> list[str]:
    sample = draft.sample
    return [
        "[[sources]]",
        f"code = {toml(_code(sample.file_name))}",
        f"feed = {toml(feed)}                    # {', '.join(list(FEEDS)[:-1])} or {list(FEEDS)[-1]}{_doubt(draft, 'feed')}",
        f"from = {sample.live}"
        if sample.live
        else f'files = [{toml(sample.path)}]   # "/folder/*.csv" takes every file of a folder, those of tomorrow too',
        *([f"encoding = {toml(sample.encoding.name)}{unsure(sample.encoding)}"] if sample.encoding else []),
        *(f"{key} = {toml(value)}" for key, value in sample.how.items()),
    ]


def _readings(draft: Draft, moments: Mapping[str, Times]) -> list[str]:
    """How times, places and nothing are written. The time zone of a district need not be said again."""
    guessed = {g.what: g for g in draft.guesses}
    lines = [
        f"{'# ' if guessed[what].value == '?' else ''}{what} = {toml(guessed[what].value)}{unsure(guessed[what])}"
        for what in ("timezone", "datum")[draft.known.district is not None :]
        if what in guessed
    ]
    columns = draft.columns.values()
    formats = list(dict.fromkeys(f for c in columns if c in moments for f in moments[c].formats))
    texts = {t for c in columns for t in draft.sample.rows[c].drop_nulls().str.strip_chars().unique().to_list()}
    nothing = {*NULL_WORDS} & texts
    doubts = "; ".join(dict.fromkeys(g.why for g in draft.guesses if g.what in TIMES and g.sure <= _UNSURE))
    lines += [f"time_formats = [{', '.join(map(toml, formats))}]{f'   # UNSURE: {doubts}' if doubts else ''}"] if formats else []
    lines += [f"era = {toml(era)}" for era in dict.fromkeys(moments[c].era for c in columns if c in moments) if era != "gregorian"]
    return lines + ([f"nulls = [{', '.join(map(toml, sorted(_NULLS | nothing)))}]"] if nothing - _NULLS else [])


def _known_at(draft: Draft) -> list[str]:
    lines = ['known_at = { rule = "after_reported", hours = 24 }   # for files of the past; daily deliveries leave this line out']
    if (column := draft.columns.get("released")) is not None:
        lines.append(f'# known_at = {{ rule = "column", column = {toml(column)} }}   # instead, where that is when each row was released')
    return lines


def _desk(draft: Draft, feed: str, words: pl.DataFrame | None) -> tuple[list[str], pl.DataFrame | None]:
    """Of a file that holds rows of several desks the filter for the one that is most of this feed, and its words alone."""
    by_desk = desks(words) if words is not None else {}
    if not by_desk:
        return [], words
    rows = {d: int(part["count"].sum()) for d, part in by_desk.items()}
    desk = max(by_desk, key=lambda d: (likely_feed([d, *by_desk[d]["word"]])[0] == feed, likely_feed([d])[1] > 0, rows[d]))
    others = ", ".join(f"{toml(d)} ({rows[d]} rows)" for d in by_desk if d != desk)
    return [
        f"where = [{{ column = {toml(draft.columns['kind'])}, prefix = {toml(desk)} }}]   # the other rows are out of scope:",
        f"# for those that are wanted copy this block with another code, feed and prefix, of {others}",
    ], by_desk[desk]


def _columns(draft: Draft) -> list[str]:
    lines = ["[sources.columns]"]
    if draft.parts:
        lines.append(f"occurred_at = {{ {', '.join(f'{part} = {toml(column)}' for part, column in draft.parts.items())} }}")
    for what, column in draft.columns.items():
        if what == "occurred_at" and "hour" in draft.columns:
            clock = ', clock = "hhmm"' if draft.hhmm else ""
            lines.append(f"occurred_at = {{ date = {toml(column)}, time = {toml(draft.columns['hour'])}{clock} }}")
        elif what == "severity":
            lines.append(f"# severity = {toml(column)}   # and [sources.severities] with a number from 1 to 4 for each word")
        elif what == "discovery":
            lines.append(
                f"# discovery = {toml(column)}   # and [sources.discoveries]: resident, inspection, patrol, sensor or transfer = its words"
            )
        elif what == "department":
            lines.append(f"department = {toml(column)}   # each word needs a code in departments.csv; `sifang doctor --departments`")
        elif what == "count":
            lines.append(f"count = {toml(column)}   # a row stands for so many{_doubt(draft, what)}")
        elif what not in {"released", "hour"}:
            lines.append(f"{what} = {toml(column)}")
    return lines


def _delivery(draft: Draft, moments: Mapping[str, Times]) -> list[str]:
    """Whether days without a report are to be expected."""
    column = draft.columns.get("occurred_at")
    if column is None or column not in moments or not draft.sample.whole or moments[column].a_day >= _FEW_A_DAY:
        return []
    return ['delivery = "event"                # few reports a day: a day without any is no missing delivery']


def _kinds(draft: Draft, words: pl.DataFrame | None, feed: str) -> list[str]:
    if words is None:
        return ['# UNSURE: no column tells kinds: write kind = "…" above [sources.columns], one for every row.']
    lines, share = kind_lines(words, feed, draft.known.glossary)
    draft.take("kinds", f"{share:.0%} of rows", 0.6, "by the usual words for each kind, and by its name; check each")
    return lines


def _code(file_name: str) -> str:
    """A code for a source out of its file's name."""
    stem = re.sub(r"[^a-z0-9]+", "_", file_name.split(".")[0].lower()).strip("_")[:30]
    return stem if re.match("[a-z]", stem) else f"source_{stem}" if stem else "new_source"


def ground_lines(area: Area, size: str) -> list[str]:
    """A grid over an area, as lines of a ``district.toml``; ``size`` is the line of its kind that says how large its cells are."""
    rings = ", ".join("[" + ", ".join(f"[{lon}, {lat}]" for lon, lat in ring) + "]" for ring in area)
    return [
        "[grid]",
        f'kind = "{"square" if size.startswith("size_m") else "h3"}"',
        size,
        f"outline = [{rings}]   # around nearly all places of this file; `sifang grid make BOUNDARY.geojson` draws the true one",
    ]


def codes_lines(texts: pl.Series) -> list[str]:
    """A grid of the codes in a column; those that may be shown."""
    codes = showable(texts.rename("word").value_counts(sort=True))["word"].sort().to_list()
    return [
        "[grid]",
        'kind = "zones"',
        f'file = "zones.csv"   # a line cell_id, then a code a line, {len(codes)} of them seen often here: {" ".join(codes[:300])}',
    ]
