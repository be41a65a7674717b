"""A nightly from its beginning to its end: absence, refusals and what follows a published night, under a real Prefect server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from expectations.verdict import Finding
from flows.intake import refusals as standing
from flows.nights.checks import RefusedNightError, check_night
from flows.stores import open_context
from flows.tell.status import Status, status
from infra import clock
from infra.errors import SifangError
from infra.warehouse.nights.runs import RunTerms
from tests.helpers import tiny
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny

if TYPE_CHECKING:
    # Prefect reads its settings when it is imported, and the server's fixture makes them.
    from flows.nightly import Nightly

DAY = dt.timedelta(days=1)


@pytest.fixture
def night(prefect_server: Server, district_root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """A clock that the test sets: ``now``."""
    time = {"now": tiny.moment(NIGHT)}
    monkeypatch.setattr(clock, "now", lambda: time["now"])
    # What is recorded of the copied home is of the day on which it was made.
    monkeypatch.setattr("flows.stores.opening.require_right_clock", lambda *_: None)
    return time


def _nightly(time: dict[str, dt.datetime], night: dt.date, asked: dt.date | None = None) -> Nightly:
    from flows.nightly import nightly

    time["now"] = tiny.moment(night, 6)
    return nightly(CODE, asked)


def _status() -> Status:
    context = open_context(CODE)
    try:
        return status(context)
    finally:
        context.stores.close()


def test_missed_nights_run_in_order_before_tonight_and_the_rest_is_named(night: dict[str, dt.datetime], district_root: Path) -> None:
    file = district_root / "districts" / CODE / "district.toml"
    file.write_text(f"catch_up = 2\n{file.read_text('utf-8')}", "utf-8")
    first = _nightly(night, NIGHT)
    assert (first.nights_run, first.missed, first.products.unmade) == ((NIGHT,), (), ())
    later = _nightly(night, NIGHT + 5 * DAY)
    assert later.nights_run == (NIGHT + 3 * DAY, NIGHT + 4 * DAY, NIGHT + 5 * DAY)
    (gap,) = later.missed
    assert (gap.first, gap.last) == (NIGHT + DAY, NIGHT + 2 * DAY)
    assert "sifang backfill" in gap.command
    assert [g.first for g in _nightly(night, NIGHT + 6 * DAY).missed] == [NIGHT + DAY]


@pytest.mark.slow
def test_a_night_asked_for_by_name_makes_up_for_those_before_it_alone(night: dict[str, dt.datetime]) -> None:
    _nightly(night, NIGHT)
    asked = _nightly(night, NIGHT + 4 * DAY, NIGHT + 2 * DAY)
    assert asked.nights_run == (NIGHT + DAY, NIGHT + 2 * DAY)
    assert _nightly(night, NIGHT + 4 * DAY).nights_run == (NIGHT + 3 * DAY, NIGHT + 4 * DAY)


def test_a_missed_night_that_must_not_be_published_keeps_tonight_from_nothing(
    night: dict[str, dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    _nightly(night, NIGHT)

    def refuse(context: object, terms: RunTerms, *rest: Any) -> object:
        if terms.night == NIGHT + DAY:
            raise RefusedNightError(terms.night, (Finding("level_jump", "level", 1),))
        return check_night(context, terms, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("flows.nights.night.check_night", refuse)
    later = _nightly(night, NIGHT + 3 * DAY)
    assert later.nights_run == (NIGHT + 2 * DAY, NIGHT + 3 * DAY)
    (withheld,) = later.withheld
    assert withheld.night == NIGHT + DAY
    assert "is not published" in withheld.why
    assert [g.first for g in later.missed] == [NIGHT + DAY]


def test_a_brief_that_cannot_be_written_is_named_and_made_up_by_the_next_run(night: dict[str, dt.datetime], district_root: Path) -> None:
    briefs = district_root / "home" / "briefs"
    briefs.write_text("a file where a folder should be")
    failed = _nightly(night, NIGHT)
    assert failed.products.brief is None
    (unmade,) = failed.products.unmade
    assert (unmade.product, unmade.night) == ("brief", NIGHT)
    assert str(briefs / CODE / f"{NIGHT}.html") in unmade.said
    (owed,) = _status().owed
    assert (owed.product, owed.night, owed.tries) == ("brief", NIGHT, 1)
    assert [u.night for u in _nightly(night, NIGHT + DAY).products.unmade] == [NIGHT + DAY, NIGHT]
    briefs.unlink()
    mended = _nightly(night, NIGHT + 2 * DAY)
    assert mended.products.unmade == ()
    assert mended.products.made_up == (NIGHT, NIGHT + DAY)
    assert sorted(f.name for f in (briefs / CODE).iterdir()) == [f"{NIGHT + k * DAY}.html" for k in range(3)]
    assert _status().owed == ()


def test_data_docs_that_cannot_be_written_take_the_brief_with_them_nowhere(night: dict[str, dt.datetime], district_root: Path) -> None:
    docs = district_root / "home" / "docs"
    docs.write_text("a file where a folder should be")
    failed = _nightly(night, NIGHT)
    assert [(u.product, str(docs) in u.said) for u in failed.products.unmade] == [("docs", True)]
    assert Path(str(failed.products.brief)).is_file()
    docs.unlink()
    assert _nightly(night, NIGHT + DAY).products.unmade == ()
    assert (docs / CODE / "index.html").is_file()
    assert _status().owed == ()


def test_messages_that_cannot_leave_wait_are_in_status_and_leave_with_the_next_run(
    night: dict[str, dt.datetime], district_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from infra.warehouse.alerts.outbox import post
    from infra.warehouse.database import engine
    from transforms.alerts.messages import Message

    outbox = district_root / "home" / "outbox"
    outbox.write_text("a file where a folder should be")
    made = Tiny(district_root)
    with engine.writing(made.context.warehouse) as connection:
        post(connection, CODE, NIGHT, 1, [Message(f"m{k}", {"text": "x"}) for k in range(3)], tiny.moment(NIGHT))
    made.context.stores.close()
    failed = _nightly(night, NIGHT)
    said = {str(u.product): u.said for u in failed.products.unmade}
    assert set(said) == {"messages"}
    assert str(outbox) in said["messages"]
    waiting = _status().undelivered
    assert (waiting.messages >= 3, waiting.since) == (True, NIGHT)
    outbox.unlink()
    assert _nightly(night, NIGHT + DAY).products.delivered >= waiting.messages
    assert _status().undelivered.messages == 0


def test_a_grade_that_cannot_be_made_fails_alone(night: dict[str, dt.datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("somebody's name")

    monkeypatch.setattr("flows.nights.night.evaluations_due", fail)
    failed = _nightly(night, NIGHT)
    (unmade,) = failed.products.unmade
    assert unmade.product == "grades"
    assert "ValueError" in unmade.said
    assert "somebody" not in unmade.said
    assert failed.revision == 1


def test_a_night_that_is_not_published_tells_of_no_refusal_and_the_next_one_does(
    night: dict[str, dt.datetime], district_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.deliver(district_root / "inbox", "order", tiny.reports("order", NIGHT, NIGHT).rename({"kind": "what"}), "20250609")
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise SifangError("died")

        patch.setattr("flows.nightly.night_task", die)
        with pytest.raises(SifangError, match="died"):
            _nightly(night, NIGHT)
    assert [r.reason for r in _nightly(night, NIGHT).refusals.new] == ["column_missing"]
    again = _nightly(night, NIGHT).refusals
    assert ([r.reason for r in again.standing], again.new) == (["column_missing"], ())
    assert standing.Refusals(standing=again.standing) == again


def test_a_sweep_of_its_own_takes_what_is_due_and_sends_it(night: dict[str, dt.datetime]) -> None:
    from flows.sweep import sweep

    _nightly(night, NIGHT)
    night["now"] = tiny.moment(NIGHT + 4 * DAY, 10)
    found = sweep(CODE)
    assert found.swept.events
    assert found.sent.delivered == sum(found.swept.events.values())
    again = sweep(CODE)
    assert (again.swept.events, again.sent.delivered) == ({}, 0)


def test_a_heartbeat_that_nobody_hears_fails_no_night_and_is_said_until_one_is_heard(
    night: dict[str, dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setenv("SIFANG_SECRET_HEARTBEAT", "http://127.0.0.1:9/nobody")
    first = _nightly(night, NIGHT)
    (unmade,) = first.products.unmade
    assert (first.revision, unmade.product) == (1, "heartbeat")
    assert "nobody heard" in unmade.said
    assert "nobody/" not in unmade.said
    assert [owed.product for owed in _status().owed] == ["heartbeat"]
    monkeypatch.setattr("flows.steps.products.beat", heard.append)
    assert _nightly(night, NIGHT + DAY).products.unmade == ()
    assert heard == ["http://127.0.0.1:9/nobody"]
    assert _status().owed == ()
