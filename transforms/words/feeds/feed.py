"""What a feed is: everything that the product has to know of one, in one record.

Belongs here: the types of a feed's file. Does not: any feed (the files beside this one, one each), what a district makes of kinds
and series (``transforms.district.declaration``).
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.words.bilingual import Vocabulary, Words
from transforms.words.categories import RESIDENTS, Category


def is_catch_all(kind: str) -> bool:
    """Whether a kind says only that it is none of the others."""
    return kind.endswith(("_other", "_general"))


class InCharge(Vocabulary):
    """Of which reports somebody is in charge, so that a row without a department is worth a warning."""

    NOBODY = "nobody", "无人承办", "nobody is in charge"
    WHERE_DUE = "where_due", "有期限的事项有人承办", "somebody is in charge of what has a deadline"
    ALWAYS = "always", "每件都有人承办", "somebody is in charge of each"


@dataclass(frozen=True)
class StandardSeries:
    """Kinds forecast together: the harm of one event, and why that much. ``escalates`` marks what overdue disputes may turn into."""

    code: str
    words: Words
    weight: float
    reason: str
    escalates: bool = False


@dataclass(frozen=True)
class StandardKind:
    """A code of what happened. Without ``series`` it is counted and not forecast; ``standing`` ones are open stock until closed."""

    code: str
    words: Words
    severity_1_4: int
    series: str | None = None
    parent: str | None = None
    standing: bool = False
    officer_initiated: bool = False
    sensitive: bool = False

    @property
    def is_catch_all(self) -> bool:
        """Whether it says only that it is none of the others, which its code tells."""
        return is_catch_all(self.code)


@dataclass(frozen=True)
class Feed:
    """A reporting feed: the category it feeds, its kinds and series, and how its files are recognised.

    ``spoken`` is a regular expression of words that files of such a feed hold; ``usual`` pairs a kind with words that senders use for it,
    as a regular expression, the more telling first; ``other`` is the kind for whatever has none.

    Raises:
        ValueError: the parts contradict each other; the message names every contradiction.
    """

    code: str
    words: Words
    category: Category
    in_charge: InCharge
    series: tuple[StandardSeries, ...]
    kinds: tuple[StandardKind, ...]
    spoken: str
    usual: tuple[tuple[str, str], ...] = ()
    other: str | None = None

    def __post_init__(self) -> None:
        series, kinds = [s.code for s in self.series], [k.code for k in self.kinds]
        problems = [f"{c!r} stands twice" for codes in (series, kinds) for c in sorted({c for c in codes if codes.count(c) > 1})]
        problems += [f"{k.code!r} names the series {k.series!r}" for k in self.kinds if k.series and k.series not in series]
        problems += [f"{k.code!r} names the parent {k.parent!r}" for k in self.kinds if k.parent and k.parent not in kinds]
        problems += [f"a usual word names the kind {kind!r}" for kind, _ in self.usual if kind not in kinds]
        if self.other is not None and self.other not in kinds:
            problems.append(f"'other' names the kind {self.other!r}")
        if self.category not in RESIDENTS:
            problems.append(f"{self.category} is measured by the clocks of all feeds and fed by none alone")
        if problems:
            raise ValueError(f"feed {self.code!r}: " + "; ".join(problems))
