"""Nights that nobody ran are named, with what makes up for them; up to a limit they run before tonight."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from flows.nights.absence import Absence, Gap, absence
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.tell.status import status
from infra import clock
from infra.warehouse.nights.nights import nights
from infra.warehouse.nights.runs import Kind
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment

DAY = dt.timedelta(days=1)


def _live(district: Tiny, night: dt.date, kind: Kind = "nightly") -> None:
    run_night(district.context, nightly_run(district.context, night, None, f"{kind}-{night}", kind))


def _past(district: Tiny, first: dt.date, last: dt.date) -> None:
    for terms in backfill_runs(district.context, PastNights(first, last, "first-run"), moment(last + DAY), f"backfill-{first}"):
        run_night(district.context, terms)


def _nights(first: dt.date, number: int) -> tuple[dt.date, ...]:
    return tuple(first + k * DAY for k in range(number))


def _gap(first: dt.date, last: dt.date) -> Gap:
    command = f"sifang backfill --district {CODE} --from {first} --to {last} --reason missed-nights"
    return Gap(first, last, (last - first).days + 1, command)


def _absence(district: Tiny, tonight: dt.date) -> Absence:
    return absence(district.context.warehouse, district.context.district, tonight)


def test_a_district_s_first_night_has_missed_nothing(on_both: Tiny) -> None:
    assert _absence(on_both, NIGHT) == Absence()
    _live(on_both, NIGHT)
    assert _absence(on_both, NIGHT) == _absence(on_both, NIGHT + DAY) == Absence()


def test_every_night_since_the_last_is_made_up_for_up_to_the_limit_and_the_rest_is_named(on_both: Tiny) -> None:
    _live(on_both, NIGHT)
    assert _absence(on_both, NIGHT + 15 * DAY) == Absence(_nights(NIGHT + DAY, 14))
    # The newest are run: they are what tonight's alerts go on from.
    assert _absence(on_both, NIGHT + 17 * DAY) == Absence(_nights(NIGHT + 3 * DAY, 14), (_gap(NIGHT + DAY, NIGHT + 2 * DAY),))


def test_the_limit_is_the_district_s(district: Tiny) -> None:
    _live(district, NIGHT)
    district.context.stores.close()
    file = district.root / "districts" / CODE / "district.toml"
    for limit in (0, 2):
        text = file.read_text("utf-8")
        file.write_text(f"catch_up = {limit}\n{text.partition('catch_up')[2].partition(chr(10))[2] or text}", "utf-8")
        other = Tiny(district.root)
        try:
            found = _absence(other, NIGHT + 4 * DAY)
            assert len(found.caught_up) == limit
            assert found.left == (_gap(NIGHT + DAY, NIGHT + (3 - limit) * DAY),)
        finally:
            other.context.stores.close()


def test_what_was_left_is_named_until_it_is_made_up_for(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _live(district, NIGHT)
    for later in (3, 4, 6):
        _live(district, NIGHT + later * DAY)
    left = (_gap(NIGHT + DAY, NIGHT + 2 * DAY), _gap(NIGHT + 5 * DAY, NIGHT + 5 * DAY))
    assert _absence(district, NIGHT + 7 * DAY) == Absence((), left)
    monkeypatch.setattr(clock, "now", lambda: moment(NIGHT + 8 * DAY))
    assert status(district.context).missed == Absence((NIGHT + 7 * DAY,), left)
    _past(district, NIGHT + DAY, NIGHT + 2 * DAY)
    assert _absence(district, NIGHT + 7 * DAY).left == left[1:]


def test_the_first_nightly_misses_what_lies_between_it_and_the_backfill_before_it_and_no_more(district: Tiny) -> None:
    _past(district, NIGHT - 9 * DAY, NIGHT - 8 * DAY)
    _past(district, NIGHT - 3 * DAY, NIGHT - 3 * DAY)
    # Which past nights were wanted, the backfills said.
    assert _absence(district, NIGHT) == Absence(_nights(NIGHT - 2 * DAY, 2))
    _live(district, NIGHT)
    assert _absence(district, NIGHT + DAY) == Absence((), (_gap(NIGHT - 2 * DAY, NIGHT - DAY),))


def test_a_demo_has_a_time_of_its_own(district: Tiny) -> None:
    _live(district, NIGHT - 2 * DAY, "demo")
    assert _absence(district, NIGHT + 240 * DAY) == Absence()
    _live(district, NIGHT)
    assert _absence(district, NIGHT + DAY) == Absence()


def test_a_night_that_was_taken_back_is_missed_like_any_other(district: Tiny) -> None:
    for night in (NIGHT, NIGHT + DAY, NIGHT + 2 * DAY):
        _live(district, night)
    n = nights.c
    with district.context.warehouse.engine.begin() as connection:
        connection.execute(sa.update(nights).where(n.night == NIGHT + DAY).values(is_latest=False))
    assert _absence(district, NIGHT + 3 * DAY) == Absence((), (_gap(NIGHT + DAY, NIGHT + DAY),))
