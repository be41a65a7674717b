"""What the words of an unknown file mean: its feed, its kinds, its statuses.

Belongs here: guesses about words, and the lines of TOML they make. Does not: finding the columns (``propose``), which words may
be shown (``transforms.reports.kind_words``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.district import standard
from transforms.district.declaration import Kind
from transforms.reports.kind_words import showable
from transforms.words.feeds import FEEDS
from transforms.words.folding import simplified
from transforms.words.languages import Language, searchable
from transforms.words.refused import refusal

STATUS_WORDS: Final = {
    "withdrawn": "withdrawn|unfounded|cancel|void|撤",
    # What is not done is open, whatever is not done with it.
    "open ": r"未|待|\b(?:un|non-?|in)(?:resol|clos|complet|finish)|re-?open|\bnot\b|尚",
    "closed": r"\b(?:clos|resol|complet)|已办|办结|已处|已整|归档",
    "open": r"\bopen|\bnew\b|progress|pending|中$|未|待",
}
_DESK = r"^(\w[\w ]{0,20}: )"
_LIKELY = 0.4


@dataclass(frozen=True)
class UsualWord:
    """Words that senders everywhere use for a kind, as a regular expression."""

    pattern: str
    kind: str


@dataclass(frozen=True)
class Glossary:
    """The kinds to which words may be mapped, and the usual words for them, the more telling first; the languages that are spoken beside
    English and Chinese."""

    kinds: Mapping[str, Kind]
    usual: Sequence[UsualWord]
    languages: Sequence[Language] = ()
    _known: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def standard(cls) -> Glossary:
        """The shipped kinds and their usual words."""
        return cls(standard.kinds(), [UsualWord(pattern, kind) for feed in FEEDS.values() for kind, pattern in feed.usual])

    def kind_of(self, word: str, feed: str) -> str | None:
        """The kind of a feed that a word means, None where it resembles none or means what no kind is about."""
        if (word, feed) not in self._known:
            self._known[word, feed] = self._kind_of(word, feed)
        return self._known[word, feed]

    def state_of(self, word: str) -> str | None:
        """How a case stands of which a word tells: withdrawn, open or closed; None where it tells nothing."""
        text = searchable(word)
        told = (language.state(text) for language in self.languages)
        english = next((s.strip() for s, p in STATUS_WORDS.items() if re.search(p, word, re.IGNORECASE)), None)
        return next((state for state in told if state), english)

    def _kind_of(self, word: str, feed: str) -> str | None:
        kinds = [k for k in self.kinds.values() if k.feed == feed]
        if refused := refusal(word):
            return next((k.code for k in kinds if k.code == refused.subject.allowed), None)
        if named := [k.code for k in kinds if word.lower() in {k.code, k.name_en.lower(), k.name_zh, _stem(k.name_zh)}]:
            return named[0]
        text, word = searchable(word) if self.languages else "", simplified(word)
        for language in self.languages:
            if code := next((c for c in language.kinds_of(text) if self.kinds[c].feed == feed), None):
                return code
        for each in self.usual:
            # From the beginning of a word on: a Sewage is no wage, a Street no tree.
            if self.kinds[each.kind].feed == feed and re.search(f"(?<![a-z])(?:{each.pattern})", word, re.IGNORECASE):
                return each.kind
        likeness, code = max(((_likeness(word, k), k.code) for k in kinds), default=(0.0, ""))
        return code if likeness >= _LIKELY else None


def share_of_kinds(texts: pl.Series, glossary: Glossary) -> float:
    """The share of texts that mean a kind of one and the same feed."""
    counted = texts.rename("word").value_counts()
    rows = {feed: sum(n for word, n in counted.iter_rows() if glossary.kind_of(word, feed)) for feed in FEEDS}
    return float(max(rows.values()) / max(1, len(texts)))


def likely_feed(texts: Sequence[str], glossary: Glossary | None = None) -> tuple[str, int, int]:
    """The feed that names and words speak of most, how many speak of it, and how many of any; with a glossary what they mean counts."""
    text = " ".join(texts).lower()
    hits = {code: len(re.findall(feed.spoken, text)) for code, feed in FEEDS.items()}
    for each in texts:
        if glossary is None:
            break
        spoken = {code for language in glossary.languages[:1] for code in language.feeds_of(searchable(each))}
        for code in spoken | {feed for feed in FEEDS if glossary.kind_of(each, feed)}:
            hits[code] += 1
    feed = max(hits, key=lambda f: hits[f])
    return feed, hits[feed], sum(hits.values())


def desks(words: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The words by what stands before their colon (``Fire: ``, ``Traffic: ``), where nearly all begin so: one file for several feeds."""
    told = words.with_columns(desk=pl.col("word").str.extract(_DESK))
    known = told.filter(pl.col("desk").is_not_null())
    if int(known["count"].sum()) < 0.9 * int(words["count"].sum()) or not 2 <= known["desk"].n_unique() <= 8:
        return {}
    return {str(desk): part.drop("desk") for (desk,), part in known.group_by("desk", maintain_order=True)}


def status_lines(words: pl.DataFrame, glossary: Glossary) -> list[str]:
    """The words of a status by what they say, as a table of TOML."""
    by_status: dict[str, list[str]] = {}
    for word in showable(words)["word"]:
        by_status.setdefault(glossary.state_of(word) or "open", []).append(word)
    return ["[sources.statuses]", *(f"{s} = [{', '.join(map(toml, w))}]" for s, w in by_status.items())] if by_status else []


def kind_lines(words: pl.DataFrame, feed: str, glossary: Glossary) -> tuple[list[str], float]:
    """The words of a kind, each with the kind it seems to mean, as a table of TOML; and the share of rows that this maps."""
    shown = showable(words)
    lines = ["[sources.kinds]                    # check each; a word without a kind is quarantined, or is the `kind` above"]
    known = 0
    for word, count in shown.select("word", "count").iter_rows():
        kind = glossary.kind_of(word, feed)
        known += count if kind else 0
        lines.append(f"{toml(word)} = {toml(kind)}" if kind else f'# {toml(word)} = ""   # {count} rows')
    if hidden := len(words) - len(shown):
        rows = int(words["count"].sum()) - int(shown["count"].sum())
        lines.append(f"# and {hidden} words, in {rows} rows, that are rare, long or look personal")
    return lines, known / max(1, int(words["count"].sum()))


def other_kind(feed: str, glossary: Glossary) -> str | None:
    """The kind for whatever has none."""
    other = FEEDS[feed].other
    return other if other in glossary.kinds else None


def toml(value: str | int) -> str:
    """A TOML string or number."""
    return json.dumps(value, ensure_ascii=False)


def _likeness(word: str, kind: Kind) -> float:
    """How much of its words a word shares with a kind's name or code."""
    plain = _stems(word)
    score = max(len(plain & own) / len(plain | own) if plain & own else 0.0 for own in (_stems(kind.name_en), _stems(kind.code)))
    stem = _stem(kind.name_zh)
    return 1.0 if len(stem) > 1 and (stem in word or word in kind.name_zh) else score


def _stem(name_zh: str) -> str:
    """A kind's Chinese name without what every such kind ends in."""
    return re.sub("(诉求|纠纷|警情|火灾)$", "", name_zh)


def _stems(text: str) -> set[str]:
    """The words of a text without their plural."""
    return {w.removesuffix("s") for w in re.findall(r"[a-z]{3,}", text.lower())} - {"and", "the", "for", "with"}
