"""What a brief says, as plain values: build a ``BriefData``, hand it to ``infra.pages.brief.render.render``.

Belongs here: the facts of one night and the rules that keep them consistent. Does not: words (``transforms.words``), colours
(``templates/``), counts that follow from the cells (computed here, never handed in), anything about a report, a case or a person.

Codes go in, words come out (``transforms.words``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.pages.brief.labels import STRIP_DAYS
from transforms.schema.totals import Total
from transforms.words import Category, Contribution, DayState, Level, State, Surge, SurgeArea, Words
from transforms.words.reasons import REASONS, NotScored

# The surges that a brief shows, the strongest first.
SHOWN_SURGES = (Surge.RED, Surge.WATCH)

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class CellShape:
    """A cell. ``outline`` holds closed rings of (longitude, latitude) in WGS-84, even-odd; empty for codes without geometry."""

    cell_id: str
    name: str
    subdistrict: Words
    outline: tuple[Ring, ...] = ()


@dataclass(frozen=True)
class CellState:
    """One cell in one category. ``score`` is None where the reader may not see one; ``drivers`` are ranked, strongest first.

    ``reason`` is given exactly where ``state`` is not_scored.
    """

    state: State
    level: Level | None = None
    score: float | None = None
    reason: NotScored | None = None
    drivers: tuple[Contribution, ...] = ()
    surge: Surge | None = None


@dataclass(frozen=True)
class TopCell:
    """A line of a category's list; everything else about the cell stands in its ``CellState``. ``previous_level`` is last night's.

    ``said`` is its sentence (``transforms.scoring.explain``), None where nothing beyond its row is known.
    """

    cell_id: str
    previous_level: Level | None = None
    said: Words | None = None


@dataclass(frozen=True)
class MovedCell:
    """A score that moved since last night, and why. ``before`` and ``now`` are None where the reader may see no numbers of the cell."""

    cell_id: str
    up: bool
    before: float | None
    now: float | None
    why: Words


@dataclass(frozen=True)
class Moved:
    """The first of ``count`` scores that moved; ``unknown`` says why nobody can say what moved them."""

    cells: tuple[MovedCell, ...] = ()
    count: int = 0
    unknown: Words | None = None


@dataclass(frozen=True)
class RecordLine:
    """Events expected and observed in the cells of one level; ``spread`` is the standard deviation the forecasts gave their sum."""

    level: Level
    expected: float
    observed: float
    spread: float


@dataclass(frozen=True)
class Record:
    """How the forecasts of the last graded ``weeks`` did, highest level first; ``last`` is the newest night among them."""

    weeks: int
    last: dt.date
    lines: tuple[RecordLine, ...]


@dataclass(frozen=True)
class SeriesShare:
    """How much of a category's expected harm comes from one series, in [0, 1]."""

    code: str
    name: Words
    share: float


@dataclass(frozen=True)
class DutyLine:
    """A department in a subdistrict: expected share of its duties missed, the lower 80 % bound, and cases now past their clock.

    One of few clocks has no level.
    """

    department: Words
    subdistrict: Words
    share_expected: float
    lower_bound: float
    level: Level | None
    overdue: int


@dataclass(frozen=True)
class CategoryBrief:
    """One category of the night. ``against_last_year`` is a share (0.18 is +18 %), None where history is too short. ``expected`` are events
    of the whole district, ``expected_in`` those of its subdistricts.

    ``thresholds`` are where yellow, orange and red begin: scores, or for ``political`` shares in [0, 1]; None hides them.
    ``top`` is for the residents' categories, ``duty`` for ``political`` only, each in the order to print.
    """

    code: Category
    cells: Mapping[str, CellState]
    against_last_year: float | None = None
    learning: bool = False
    thresholds: tuple[float, float, float] | None = None
    top: tuple[TopCell, ...] = ()
    duty: tuple[DutyLine, ...] = ()
    series: tuple[SeriesShare, ...] = ()
    moved: Moved = field(default_factory=Moved)
    record: Record | None = None
    expected: Total | None = None
    expected_in: tuple[tuple[Words, Total], ...] = ()

    @property
    def level_counts(self) -> dict[Level, int]:
        """Cells per level, of duty departments in a subdistrict, lowest level first, zeros included."""
        found = Counter(one.level for one in (self.duty or self.cells.values()) if one.level is not None)
        return {level: found[level] for level in Level}

    @property
    def surge_counts(self) -> dict[Surge, int]:
        """Cells per surge worth showing, the strongest first."""
        found = Counter(c.surge for c in self.cells.values() if c.surge is not None)
        return {surge: found[surge] for surge in SHOWN_SURGES}

    @property
    def learning_count(self) -> int:
        """Cells with a score and no level yet."""
        return sum(c.state is State.LEARNING for c in self.cells.values())

    @property
    def not_scored_counts(self) -> dict[NotScored, int]:
        """Cells without a score per reason, most frequent first."""
        found = Counter(c.reason for c in self.cells.values() if c.state is State.NOT_SCORED and c.reason is not None)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class AlertLine:
    """An alert that began or ended. ``name`` is how its subject reads, ``place`` where that is."""

    type: str
    category: Category | None
    level: Level | None
    subject: str
    name: Words
    since: dt.date
    place: Words | None = None


@dataclass(frozen=True)
class SurgeLine:
    """More of one series than usual in the last ``days`` days; ``subject`` is a cell id, the code of a subdistrict, which then has a
    ``name``, or the district's where all of it rose.

    It holds no count: in a quiet cell that would tell how many reports it had.
    """

    surge: Surge
    category: Category
    subject: str
    series: Words
    days: int
    area: SurgeArea
    name: Words | None = None


@dataclass(frozen=True)
class SourceHealth:
    """One source. ``days`` are its states on the 14 local days before the night, oldest first; ``share_covered`` is of the cells. ``short``
    are the newest of them that hold less than is usual at this hour, ``categories`` those that suffer from it."""

    code: str
    feed: str
    days: tuple[DayState, ...]
    last_delivery: dt.datetime | None
    reports_last_night: int | None
    share_covered: float
    short: tuple[dt.date, ...] = ()
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True)
class LedgerLine:
    """What became of the rows of one source tonight."""

    source: str
    delivered: int
    accepted: int
    merged: int
    duplicate: int
    quarantined: int
    out_of_scope: int

    @property
    def difference(self) -> int:
        """Rows that are unaccounted for; zero when the ledger balances."""
        return self.delivered - (self.accepted + self.merged + self.duplicate + self.quarantined + self.out_of_scope)


@dataclass(frozen=True)
class QuarantineLine:
    """Rows set aside for one reason code of ``transforms.words.reasons.REASONS``."""

    code: str
    rows: int


@dataclass(frozen=True)
class StoppedBatch:
    """A batch that was refused, and the reason code."""

    source: str
    code: str


@dataclass(frozen=True)
class Health:
    """Whether last night can be trusted, and what it lacks. ``notices`` are what the reader must know and no table says."""

    sources: tuple[SourceHealth, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    quarantine: tuple[QuarantineLine, ...] = ()
    stopped: tuple[StoppedBatch, ...] = ()
    notices: tuple[Words, ...] = ()


@dataclass(frozen=True)
class RevisionChange:
    """What a later revision changed against the one before."""

    reports_added: int
    levels_changed: int


@dataclass(frozen=True)
class BriefData:
    """One revision of one night. ``as_of`` is aware, in the district's zone, and so is ``missing_from``, when a newer night was due, None
    for invented districts; ``categories`` are all four, in their fixed order.

    Raises:
        ValueError: the parts contradict each other; the message names every contradiction.
    """

    district_code: str
    district_name: Words
    synthetic: bool
    night: dt.date
    horizon_days: int
    as_of: dt.datetime
    revision: int
    run_id: str
    model_id: str
    cells: tuple[CellShape, ...]
    categories: tuple[CategoryBrief, ...]
    alerts_new: tuple[AlertLine, ...] = ()
    alerts_ended: tuple[AlertLine, ...] = ()
    surges: tuple[SurgeLine, ...] = ()
    health: Health = field(default_factory=Health)
    change: RevisionChange | None = None
    missing_from: dt.datetime | None = None

    def __post_init__(self) -> None:
        if problems := _problems(self):
            raise ValueError("brief: " + "; ".join(problems))


def _problems(data: BriefData) -> list[str]:
    found = []
    if data.as_of.tzinfo is None:
        found.append("as_of has no time zone")
    if [c.code for c in data.categories] != list(Category):
        found.append(f"categories must be {', '.join(Category)}, in this order")
    known = {c.cell_id for c in data.cells}
    if len(known) != len(data.cells):
        found.append("a cell stands twice")
    for category in data.categories:
        found += [f"{category.code}: {p}" for p in _category_problems(category, known)]
    for line in data.surges:
        if line.category is Category.POLITICAL:
            found.append("duty performance has no surges")
        if not _is_placed(line, known, data.district_code):
            found.append(f"the surge of {line.subject!r} ({line.area}) is of no place here")
    for source in data.health.sources:
        if len(source.days) != STRIP_DAYS:
            found.append(f"source {source.code} has {len(source.days)} days, not {STRIP_DAYS}")
    codes = [q.code for q in data.health.quarantine] + [s.code for s in data.health.stopped]
    found += [f"reason {c!r} is in no list" for c in sorted(set(codes) - REASONS.keys())]
    return found


def _is_placed(line: SurgeLine, cells: set[str], district: str) -> bool:
    if line.area is SurgeArea.SUBDISTRICT:
        return line.name is not None
    return line.subject in ({district} if line.area is SurgeArea.DISTRICT else cells)


def _category_problems(category: CategoryBrief, known: set[str]) -> list[str]:
    # A cell left out would be drawn like one nobody thought of; a score row exists for every category and cell.
    if category.cells.keys() != known:
        return [f"cells differ from the district's by {sorted(category.cells.keys() ^ known)[:3]}"]
    found = [f"top cell {t.cell_id!r} is not in the district" for t in category.top if t.cell_id not in known]
    found += [f"moved cell {m.cell_id!r} is not in the district" for m in category.moved.cells if m.cell_id not in known]
    for cell_id, cell in category.cells.items():
        if (cell.state is State.SCORED) != (cell.level is not None):
            found.append(f"cell {cell_id!r} is {cell.state} with level {cell.level}")
        if (cell.reason is not None) != (cell.state is State.NOT_SCORED):
            found.append(f"cell {cell_id!r} is {cell.state} with reason {cell.reason!r}")
        if cell.score is not None and (cell.state is State.NOT_SCORED or not 0 <= cell.score <= 100):
            found.append(f"cell {cell_id!r} is {cell.state} with score {cell.score}")
    if (category.top and category.code is Category.POLITICAL) or (category.duty and category.code is not Category.POLITICAL):
        found.append("'duty' belongs to political and 'top' to the other three")
    return found
