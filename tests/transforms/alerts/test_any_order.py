"""Whatever comes in whatever order: nightlies, amendments, re-runs, backfills, sweeps, retractions, outages, operators: one fold."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.helpers.desk import ABOVE, DAY, EAST, FIRE, HOUR, NIGHT, POLICE, RULES, START, WEST
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import Actor, AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import Alert, fold, folds
from transforms.alerts.machine.steps import next_due
from transforms.alerts.messages import messages
from transforms.alerts.past import CELL_PAST, Past
from transforms.alerts.types import Tonight
from transforms.alerts.types.alert_type import SourceStands
from transforms.district.declaration import AlertRules
from transforms.schema import DISTRICT_SURGES, SCORES
from transforms.words import Act, AlertState, Event, Outcome

CELLS = {"c1": "east", "c2": "west"}
STANDS = {"r": (99.5, "red"), "o": (96.0, "orange"), "h": (93.0, "yellow"), "b": (50.0, "blue"), ".": (None, None)}
LETTERS = st.text(alphabet=list(STANDS), min_size=len(CELLS), max_size=len(CELLS))
PEOPLE = st.sampled_from([EAST, WEST, ABOVE, FIRE, POLICE])
DEEDS = st.sampled_from(
    [
        *(Act.ACKNOWLEDGE, Act.ASSIGN, Act.WHISTLE, Act.ACCEPT, Act.DECLINE, Act.ARRIVE, Act.REPORT_BACK, Act.WAIT, Act.HAND_UP),
        *(Act.RESOLVE, Act.VERIFY, Act.CLOSE, Act.REOPEN),
    ]
)


class Anything(RuleBasedStateMachine):
    """A district of two cells and one source, and what is stored of its alerts: events, and which revision brought each."""

    @initialize()
    def begin(self) -> None:
        self.now, self.night, self.count = START, NIGHT - DAY, 0
        self.events: list[AlertEvent] = []
        # The nights that stand, each with the letters that it saw last, whether its source spoke, and how many revisions it had.
        self.seen: dict[dt.date, tuple[str, bool]] = {}
        self.revisions: dict[dt.date, list[set[tuple[str, int]]]] = {}

    def _tonight(self, night: dt.date, letters: str, *, speaks: bool) -> Tonight:
        stood = zip(CELLS, (STANDS[letter] for letter in letters), strict=True)
        rows = [
            {"category": "safety", "cell_id": cell, "state": "scored", "score": score, "level": level, "expected_harm": 1.0}
            for cell, (score, level) in stood
        ]
        calm = pl.DataFrame([("safety", cell, night - DAY, 50.0, "blue", 1.0) for cell in CELLS], CELL_PAST, orient="row")
        source = SourceStands("fire", not speaks, speaks, refused=False, categories=frozenset({"safety"}))
        rules, scores = AlertRules(confirm_nights=1, surprise=1.0), pl.DataFrame(rows, schema=SCORES)
        return Tonight("d", night, scores, DISTRICT_SURGES.to_frame(), rules, CELLS, Past(calm), sources=(source,))

    def _publish(self, night: dt.date, letters: str, *, speaks: bool) -> list[AlertEvent]:
        new = list(alert_events(self.events, self._tonight(night, letters, speaks=speaks), RULES, self.now))
        self.events += new
        self.seen[night] = (letters, speaks)
        self.revisions.setdefault(night, []).append({(event.alert_id, event.seq) for event in new})
        return new

    @rule(letters=LETTERS, speaks=st.booleans(), skipped=st.integers(0, 2))
    def nightly(self, letters: str, speaks: bool, skipped: int) -> None:
        self.night += (1 + skipped) * DAY
        self.now += (1 + skipped) * DAY
        self._publish(self.night, letters, speaks=speaks)

    @precondition(lambda self: self.seen)
    @rule(letters=LETTERS, speaks=st.booleans())
    def amended(self, letters: str, speaks: bool) -> None:
        self.now += HOUR
        self._publish(self.night, letters, speaks=speaks)

    @precondition(lambda self: self.night in self.seen)
    @rule()
    def run_again(self) -> None:
        letters, speaks = self.seen[self.night]
        acted = any(event.night == self.night and event.by.role != "system" for event in self.events)
        new = self._publish(self.night, letters, speaks=speaks)
        # Nothing comes of the same night twice, unless somebody changed in between what it finds.
        assert acted or not [event for event in new if event.event in {Event.OPENED, Event.CALM, Event.ENDED}]

    @precondition(lambda self: self.seen)
    @rule(letters=LETTERS, back=st.integers(0, 5))
    def backfilled(self, letters: str, back: int) -> None:
        """What it would have brought is returned and stored nowhere."""
        before = tuple(self.events)
        alert_events(self.events, self._tonight(self.night - back * DAY, letters, speaks=True), RULES, self.now)
        assert tuple(self.events) == before

    @rule(hours=st.integers(0, 24 * 20))
    def nobody_is_there(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def swept(self) -> None:
        for _ in range(2):
            before = len(self.events)
            for identity, alert in self._alerts().items():
                found = decide(alert, Command(identity, Act.SWEEP, f"sweep:{alert.seq}", self.night), RULES, self.now)
                assert not isinstance(found, Refusal)
                assert len(found) <= 1
                self.events += found
        assert len(self.events) == before
        assert all(alert.is_over or (due := next_due(alert, RULES).at) is None or due > self.now for alert in self._alerts().values())

    @precondition(lambda self: self.events)
    @rule(who=PEOPLE, deed=DEEDS, pick=st.integers(0, 9), stale=st.booleans(), outcome=st.sampled_from(list(Outcome)))
    def somebody_acts(self, who: Actor, deed: Act, pick: int, stale: bool, outcome: Outcome) -> None:
        alerts = self._alerts()
        identity, alert = list(alerts.items())[pick % len(alerts)]
        self.count += 1
        to = ("fire",) if deed is Act.ASSIGN else ("fire", "police") if deed is Act.WHISTLE else ()
        asked = Command(identity, deed, f"k{self.count}", self.night, who, alert.seq - stale, to, outcome, self.now + 5 * DAY)
        found = decide(alert, asked, RULES, self.now)
        if isinstance(found, Refusal):
            return
        assert not stale
        self.events += found
        after = self._alerts()[identity]
        assert decide(after, asked, RULES, self.now) == ()
        second = decide(after, replace(asked, key="other"), RULES, self.now)
        assert isinstance(second, Refusal)

    @precondition(lambda self: self.seen)
    @rule(nights=st.integers(1, 3))
    def taken_back(self, nights: int) -> None:
        gone = [night for night in self.seen if night > self.night - nights * DAY]
        brought = {key for night in gone for revision in self.revisions.pop(night, []) for key in revision}
        openings = {e.alert_id for e in self.events if (e.alert_id, e.seq) in brought and e.event is Event.OPENED and not e.taken_back}
        for identity, alert in self._alerts().items():
            if any(key[0] == identity for key in brought):
                act = Act.RETRACT if identity in openings else Act.UNDO
                found = decide(alert, Command(identity, act, f"{act}:{self.now.isoformat()}:{alert.seq}", self.night), RULES, self.now)
                self.events += () if isinstance(found, Refusal) else found
        self.events = [replace(e, taken_back=True) if (e.alert_id, e.seq) in brought else e for e in self.events]
        assert all(self._alerts()[identity].state is AlertState.RETRACTED for identity in openings)
        for night in gone:
            del self.seen[night]
        self.night -= nights * DAY

    def _alerts(self) -> dict[str, Alert]:
        return folds(self.events)

    @invariant()
    def one_fold_comes_of_it(self) -> None:
        shuffled = [*self.events, *self.events]
        random.Random(0).shuffle(shuffled)
        assert folds(shuffled) == self._alerts()
        for identity, alert in self._alerts().items():
            own = [event for event in self.events if event.alert_id == identity]
            assert [event.seq for event in own] == list(range(1, len(own) + 1))
            assert fold(own) == alert
        assert len({event.event_id for event in self.events}) == len(self.events)
        assert len({message.message_id for message in messages(self.events)}) == len(messages(self.events))

    @invariant()
    def of_a_subject_one_goes_on(self) -> None:
        going = [alert.subject for alert in self._alerts().values() if not alert.is_over]
        assert len(set(going)) == len(going)


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
