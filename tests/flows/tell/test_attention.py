"""What a status says first: what is wrong before what is worth knowing, each with what to do, and nothing where nothing waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from flows.intake.refusals import Refusal, Refusals
from flows.nights.absence import Absence, Gap
from flows.tell.attention import attention
from flows.tell.doctor.finding import note
from flows.tell.ledger import SetAside
from flows.tell.readings import ReadOtherwise, Unregistered
from flows.tell.status import Status, status
from infra.warehouse.alerts.outbox import Undelivered
from infra.warehouse.nights.nights import RetractedNight
from infra.warehouse.nights.owed import Owed
from tests.helpers.tiny import NIGHT, Tiny
from transforms.words import Category, DayState

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
GAP = Gap(NIGHT, NIGHT, 1, "sifang backfill")
REFUSAL = Refusal("r", "fire", "fire_1.csv", 3, NOW, "column_missing", "kind", NOW, NOW, 1, 0)
# What a person would have to find, and the word by which it is told.
PLANTED: dict[str, tuple[Callable[[Status], Status], bool, str]] = {
    "nights that are made up for": (lambda s: replace(s, missed=Absence((NIGHT, NIGHT + DAY))), False, "2 nights not run"),
    "nights that are left": (
        lambda s: replace(s, missed=Absence((), (GAP,))),
        False,
        "sifang backfill",
    ),
    "a night taken back": (lambda s: replace(s, retracted=(RetractedNight(NIGHT, 1, NOW, "clock"),)), True, "taken back"),
    "a file just refused": (lambda s: replace(s, refusals=Refusals(new=(REFUSAL,))), False, "1 file refused"),
    "a file still refused": (lambda s: replace(s, refusals=Refusals(standing=(REFUSAL,))), True, "1 file still refused"),
    "days that did not come": (lambda s: replace(s, source_days={"fire": {DayState.MISSING: 3}}), True, "3 of the last 3 days"),
    "categories that fell silent": (
        lambda s: replace(s, silent=(Category.SAFETY, Category.STABILITY)),
        False,
        "nothing is scored in safety,",
    ),
    "read otherwise": (lambda s: replace(s, read_otherwise=(ReadOtherwise("fire", 2),)), True, "sifang source reread fire"),
    "premises of no register": (lambda s: replace(s, unregistered=(Unregistered("fire", 3),)), True, "3 rows of the last 14 days name"),
    "rules that were edited": (lambda s: replace(s, rules_changed=("recheck of fire_hazard: 3 working_day",)), True, "3 working_day"),
    "old versions that count": (lambda s: replace(s, doubtful=4), True, "4 rows set aside would correct"),
    "words without a kind": (lambda s: replace(s, quarantine=(SetAside("fire", "kind_unknown", 9),)), True, "sifang doctor --codelist"),
    "alerts that nobody swept": (lambda s: replace(s, alerts_overdue=5, swept_at=NOW - 2 * DAY), False, "sifang alerts sweep"),
    "alerts past their time": (lambda s: replace(s, alerts_overdue=5, swept_at=NOW), True, "sifang alerts handover"),
    "a calendar that ends": (lambda s: replace(s, calendar_unknown=1), True, "working days nobody knows yet"),
    "messages that wait": (lambda s: replace(s, undelivered=Undelivered(7, NIGHT)), False, "7 messages not delivered"),
    "a page that is owed": (lambda s: replace(s, owed=(Owed("docs", NIGHT, "disk full", NOW, NOW, 2),)), False, "tried 2 times: disk full"),
}


@pytest.fixture
def quiet(district: Tiny) -> Status:
    """A status of which nothing waits."""
    found = status(district.context)
    return replace(found, troubles=(), missed=Absence(), refusals=Refusals(), source_days={}, quarantine=(), doubtful=0, runs=(), turned=())


def test_nothing_waits_where_nothing_is_wrong(quiet: Status) -> None:
    assert attention(quiet, NOW) == []


@pytest.mark.parametrize("name", PLANTED)
def test_each_is_told_with_what_to_do(quiet: Status, name: str) -> None:
    planted, is_note, word = PLANTED[name]
    (told,) = attention(planted(quiet), NOW)
    assert (told.ok is None) is is_note
    assert word in f"{told.detail} {told.remedy}"


def test_what_is_wrong_comes_before_what_is_worth_knowing(quiet: Status) -> None:
    found = replace(quiet, troubles=(note("clock", "odd"),), doubtful=1, undelivered=Undelivered(1, NIGHT))
    assert [finding.ok for finding in attention(found, NOW)] == [False, None, None]
