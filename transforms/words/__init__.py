"""Every vocabulary, in Chinese and in English.

Belongs here: closed lists of codes with the words for each member beside it, one file per subject, and the registries of what a further
file may join; this one is the door. Does not: what a code does, sentences that only one page says.
"""

from __future__ import annotations

from transforms.words.alerts import AlertState, Event
from transforms.words.backtests import Baseline, Grouping, LeftOut
from transforms.words.bilingual import Vocabulary, Words
from transforms.words.categories import MEANINGS, RESIDENTS, Category
from transforms.words.causes import CONTRIBUTIONS, Cause, Contribution
from transforms.words.clocks import DutyClock, NoDue, Unit, Waited
from transforms.words.handling import Act, Outcome, Refused, Role
from transforms.words.levels import DUTY_LEVELS, LEVELS, Level
from transforms.words.premises import PremisesCategory
from transforms.words.reports import Discovery, LocatedBy, PartOfDay, Precision, Urgency
from transforms.words.standings import Standing
from transforms.words.states import DayState, State, Status
from transforms.words.surges import AREAS_OF_CELLS, Surge, SurgeArea
from transforms.words.telling import Audience, SilenceReason, ToldBecause
from transforms.words.trends import Trend
from transforms.words.visits import Chosen, Errand, Helped, Unfit

__all__ = [
    "AREAS_OF_CELLS",
    "CONTRIBUTIONS",
    "DUTY_LEVELS",
    "LEVELS",
    "MEANINGS",
    "RESIDENTS",
    "Act",
    "AlertState",
    "Audience",
    "Baseline",
    "Category",
    "Cause",
    "Chosen",
    "Contribution",
    "DayState",
    "Discovery",
    "DutyClock",
    "Errand",
    "Event",
    "Grouping",
    "Helped",
    "LeftOut",
    "Level",
    "LocatedBy",
    "NoDue",
    "Outcome",
    "PartOfDay",
    "Precision",
    "PremisesCategory",
    "Refused",
    "Role",
    "SilenceReason",
    "Standing",
    "State",
    "Status",
    "Surge",
    "SurgeArea",
    "ToldBecause",
    "Trend",
    "Unfit",
    "Unit",
    "Urgency",
    "Vocabulary",
    "Waited",
    "Words",
]
