"""Codes for zones that have only names."""

from __future__ import annotations

from typing import Any

import pytest

from transforms.district.codes import is_cell_code
from transforms.grids.coding import code_zones


def square(west: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[west, 0], [west + 0.01, 0], [west + 0.01, 0.01], [west, 0.01], [west, 0]]]}


@pytest.mark.parametrize("text", ["410703001001001", "E01000001", "NYCC01", "Z001", "1713", "N-7.2/b", "882a100d65fffff", "E003N014"])
def test_codes_have_a_digit(text: str) -> None:
    assert is_cell_code(text)


@pytest.mark.parametrize("text", ["", "Mission", "张家院", "张家院1", "Ada Winterbourne 7", "a7 ", "x" * 40 + "1", "7\n", "-7", "٧a"])
def test_names_are_no_codes(text: str) -> None:
    assert not is_cell_code(text)


def test_zones_of_one_name_are_one_zone_and_only_what_a_zone_may_say_is_kept() -> None:
    zones: list[dict[str, Any]] = [
        {"nhood": "Bayview", "geometry": square(0), "households": 60, "owner": "Ada Winterbourne"},
        {"nhood": "Mission", "geometry": square(0.02)},
        {"nhood": "Bayview", "geometry": square(0.01), "households": 70},
    ]
    made = code_zones(zones, "nhood", {})
    assert made.faults == ()
    assert made.words == {"Bayview": "Z001", "Mission": "Z002"}
    bayview, mission = made.rows
    assert bayview == {"cell_id": "Z001", "name": "Bayview", "households": 130, "geometry": bayview["geometry"]}
    assert mission == {"cell_id": "Z002", "name": "Mission", "geometry": square(0.02)}


def test_who_makes_them_again_finds_the_same_codes_and_codes_stay() -> None:
    zones = [{"name": n} for n in ("New", "Mission", "1713")] + [{"cell_id": "Z002", "name": "Own"}]
    made = code_zones(zones, "name", {"Ｍission": "Z004", "Gone": "Z003"})
    assert made.words == {"New": "Z001", "Mission": "Z004", "Own": "Z002"}
    assert [r["cell_id"] for r in made.rows][2:] == ["1713", "Z002"]


def test_what_has_neither_name_nor_code_is_named_by_its_place() -> None:
    made = code_zones([{"name": "Mission"}, {"title": "Bayview"}, {"cell_id": "C1", "name": "Mission"}], "name", {})
    assert [str(f).split(";")[0] for f in made.faults] == [
        "feature 1 has no 'name', and no code either",
        "feature 2 has the name of a zone with another code",
    ]
