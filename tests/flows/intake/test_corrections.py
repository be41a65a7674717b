"""Corrections that cannot enter: what stands is withdrawn or told to be doubtful, and never goes on counting in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.intake.retry import retry
from flows.stores import open_context
from flows.tell.status import status
from tests.helpers.district_folders import source
from tests.helpers.town import HEADER, NOW, Town, row, table
from transforms.reports.corrections import effect_of
from transforms.reports.versions import standing
from transforms.words.corrections import Effect
from transforms.words.reasons import REASONS, Tier

DAY = dt.timedelta(days=1)
SCOPED = {"where": [{"column": "desk", "equals": "ours"}]}
DESKED = f"{HEADER},desk"


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, f"sqlite:///{tmp_path / 'w.db'}", source(min_share_of_usual=0, **getattr(request, "param", {})))
    yield made
    made.context.stores.close()


def stands(town: Town) -> dict[str, str]:
    """Kind by cell of what counts now."""
    held = standing(town.lake(), town.context.district.released)
    return dict(held.select("kind", "cell_id").sort("kind").iter_rows())


def others(first: int = 50) -> list[str]:
    """Enough sound rows that one odd row is that row's fault."""
    return [row(first + n, "fight") for n in range(20)]


def test_a_report_that_moved_outside_stops_counting(town: Town) -> None:
    town.take(table(row(1, "theft"), row(2, "robbery"), *others()))
    record = town.take(table(row(1, "theft", x="114.5"), row(2, "robbery"), *others(100)), "police_2.csv", NOW + DAY)
    assert (record.withdrawn, record.quarantined, record.duplicate) == (1, 1, 1)
    assert "theft" not in stands(town)
    assert "robbery" in stands(town)
    town.balance()
    # It comes back inside.
    assert town.take(table(row(1, "theft"), *others(200)), "police_3.csv", NOW + 2 * DAY).accepted == 21
    assert "theft" in stands(town)
    town.balance()


def test_what_was_never_here_is_not_withdrawn_and_nothing_is_withdrawn_twice(town: Town) -> None:
    assert town.take(table(row(1, x="114.5"), *others())).withdrawn == 0
    town.take(table(row(2), *others(100)), "police_2.csv", NOW + DAY)
    for n, expected in ((3, 1), (4, 0)):
        gone = table(row(2, x="114.5"), row(2 * n + 500), *others(100 * n))
        assert town.take(gone, f"police_{n}.csv", NOW + n * DAY).withdrawn == expected
    town.balance()


@pytest.mark.parametrize("town", [SCOPED], indirect=True)
def test_a_report_that_left_the_scope_stops_counting_unless_another_row_keeps_it(town: Town) -> None:
    town.take(table(f"{row(1)},ours", f"{row(2, 'robbery')},ours", header=DESKED))
    record = town.take(
        table(f"{row(1)},theirs", f"{row(2, 'robbery')},theirs", f"{row(2, 'robbery')},ours", header=DESKED), "police_2.csv", NOW + DAY
    )
    assert (record.withdrawn, record.out_of_scope, record.duplicate) == (1, 2, 1)
    assert stands(town).keys() == {"robbery"}
    town.balance()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (row(1, "unheard of"), "kind_unknown"),
        (row(1, ""), "kind_missing"),
        (row(1, time="soon"), "time_unreadable"),
        (row(1, time=""), "time_missing"),
        (row(1, x=""), "coordinates_impossible"),
        (row(1, x="", y=""), "coordinates_missing"),
        (row(1, "call 138" + "00001111"), "personal_value"),
    ],
)
def test_what_cannot_be_read_casts_doubt_and_is_shown(town: Town, changed: str, reason: str) -> None:
    town.take(table(row(1, "theft"), *others()))
    record = town.take(table(changed, *(row(300 + n) for n in range(120))), "police_2.csv", NOW + DAY)
    assert [r for _, r, _ in town.set_aside()] == [reason]
    assert (record.withdrawn, status(town.context).doubtful) == (0, 1)
    assert "theft" in stands(town)
    town.balance()


def test_a_row_about_no_report_that_stands_casts_no_doubt(town: Town) -> None:
    town.take(table(row(1, "unheard of"), row("", "theft"), *others()))
    assert status(town.context).doubtful == 0


def test_a_retry_that_finds_it_outside_withdraws_it(town: Town) -> None:
    town.take(table(row(1, "theft"), *others()))
    town.take(table(row(1, "brawl", x="114.5"), *others(100)), "police_2.csv", NOW + DAY)
    file = town.folder / "district.toml"
    file.write_text(file.read_text("utf-8").replace("[sources.kinds]", '[sources.kinds]\nbrawl = "fight"'), "utf-8")
    town.context.stores.close()
    town.context = open_context("town", town.context.settings)
    found = retry(town.context, NOW + 2 * DAY)
    assert (found.resolved, found.waiting) == (0, 1)
    assert "theft" not in stands(town)


RULED: dict[str, Any] = {"known_at": {"rule": "column", "column": "released"}}


@pytest.mark.parametrize("town", [RULED], indirect=True)
def test_of_two_releases_in_one_file_the_one_inside_counts_if_it_is_the_later_one(town: Town) -> None:
    header = f"{HEADER},released"
    rows = [f"{row(1, x='114.5')},2025-03-02 12:00:00", f"{row(1)},2025-03-03 12:00:00"]
    rows += [f"{row(2, 'robbery')},2025-03-02 12:00:00", f"{row(2, 'robbery', x='114.5')},2025-03-02 12:30:00"]
    record = town.take(table(*rows, *(f"{line},2025-03-02 12:00:00" for line in others()), header=header))
    assert (record.accepted, record.withdrawn, record.quarantined) == (22, 1, 2)
    assert stands(town).keys() == {"theft", "fight"}
    town.balance()


def test_every_reason_for_setting_a_row_aside_has_its_effect() -> None:
    reasons = {r.code for r in REASONS.values() if r.tier is Tier.QUARANTINE}
    assert {r: effect_of(r) for r in reasons if effect_of(r) is not Effect.DOUBTS} == {
        "outside_district": Effect.WITHDRAWS,
        "key_missing": Effect.NOTHING,
    }
    assert effect_of("out_of_scope") is Effect.WITHDRAWS
