"""How models stand, and which series turned since the night before."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.schema.plain import Json
from transforms.scoring.standings import Turn, standings, turns
from transforms.words import Standing


def stored(*, kept: bool = False, **series: Standing) -> list[Mapping[str, Json]]:
    """What of a stored model says how it stands."""
    return [{"series": {code: {"standing": standing.value, "keeps_incumbent": kept} for code, standing in series.items()}}]


def test_series_are_told_by_their_standing_and_an_incumbent_is_one_whatever_it_was() -> None:
    two = stored(theft=Standing.FALLEN, arson=Standing.PROMOTED)
    assert standings(two) == {Standing.FALLEN: ["theft"], Standing.PROMOTED: ["arson"]}
    assert standings(stored(kept=True, arson=Standing.PROMOTED)) == {Standing.INCUMBENT: ["arson"]}


def test_falling_back_and_coming_back_are_turns() -> None:
    up, down = stored(theft=Standing.PROMOTED), stored(theft=Standing.FALLEN)
    assert turns(up, down) == [Turn("theft", Standing.PROMOTED, Standing.FALLEN)]
    assert turns(down, up) == [Turn("theft", Standing.FALLEN, Standing.PROMOTED)]


def test_what_is_forecast_as_before_or_is_new_has_not_turned() -> None:
    assert turns(stored(theft=Standing.PROVISIONAL), stored(kept=True, theft=Standing.PROMOTED)) == []
    assert turns(stored(theft=Standing.REFUSED), stored(theft=Standing.FALLEN)) == []
    assert turns(stored(), stored(theft=Standing.FALLEN)) == [] == turns([], stored(theft=Standing.PROMOTED))
