"""What a night came to in counts: what people ask for first, kept with the run that made it.

Belongs here: the shape. Does not: counting (``transforms.scoring.summary``), storing it (``infra.warehouse.nights.runs``), drawing it
(``flows.cli``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from transforms.schema.told import Told
from transforms.schema.totals import Totals
from transforms.words import Category, Event, Level, State, Surge

OPENS: Final = (Event.OPENED, Event.REOPENED)


@dataclass(frozen=True)
class NightSummary:
    """Counts of one night. Each has its default, so that what older versions stored reads as well.

    ``levels``: cells by category and level, those that still learn beside them; ``not_scored``: cells by category and reason; ``events``:
    of alerts, stored only where ``live``; ``surges``: cells by how they stand; ``district_surges``: series that rose everywhere,
    ``subdistrict_surges``: those that did in a subdistrict, with its code; ``against_last_year``: a share by category, null where nothing
    is known of it; ``series_shares``: of a category's harm, adding up to 1; ``totals``: events expected, by category; ``checks``: what was
    said of the night on its way out, by suite.
    """

    levels: Mapping[Category, Mapping[Level | State, int]] = field(default_factory=dict)
    not_scored: Mapping[Category, Mapping[str, int]] = field(default_factory=dict)
    events: Mapping[Event, int] = field(default_factory=dict)
    surges: Mapping[Surge, int] = field(default_factory=dict)
    district_surges: tuple[str, ...] = ()
    subdistrict_surges: tuple[tuple[str, str], ...] = ()
    live: bool = False
    against_last_year: Mapping[Category, float | None] = field(default_factory=dict)
    series_shares: Mapping[Category, Mapping[str, float]] = field(default_factory=dict)
    totals: Mapping[Category, Totals] = field(default_factory=dict)
    checks: Mapping[str, Told] = field(default_factory=dict)

    def cells(self, category: Category, level: Level | State) -> int:
        """How many cells stand at a level, or still learn."""
        return self.levels.get(category, {}).get(level, 0)

    @property
    def opened(self) -> int:
        """Alerts opened, anew or for the first time."""
        return sum(self.events.get(event, 0) for event in OPENS)

    @property
    def ended(self) -> int:
        """Alerts that ended."""
        return self.events.get(Event.ENDED, 0)
