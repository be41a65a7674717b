"""`sifang alerts route` as people use it: who would be told, why, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import Sifang
from tests.helpers.district_folders import write_district

FIRE = {"code": "fire", "name_zh": "消防大队", "name_en": "fire brigade", "above": "district"}
ROUTES = [{"to": ["subdistrict"]}, {"category": "safety", "to": ["fire"]}]


@pytest.fixture
def folder(empty_root: Path) -> Path:
    places = [{"code": "east", "name_zh": "东街", "name_en": "East Street"}]
    return write_district(empty_root / "districts", "routed", subdistricts=places, receivers=[FIRE], routes=ROUTES)


def test_a_try_says_who_is_told_at_once_who_later_and_why(folder: Path, sifang: Sifang) -> None:
    asked = ("alerts", "route", "-d", "routed", "--try", "type=level", "--try", "category=safety", "--try", "subdistrict=east")
    said = sifang(*asked).out
    assert "by the route category safety → fire" in said
    assert "at once: 消防大队 fire brigade (fire)" in said
    assert "unanswered, step 1: 区指挥中心 district command (district)" in said
    assert "fits less closely: everything → subdistrict" in said
    told = json.loads(sifang("alerts", "route", "-d", "routed", "--try", "type=surge", "--try", "subdistrict=east", "--json").out)
    assert told["at_once"]["told"] == [[["subdistrict", "east"], {"zh": "东街街道", "en": "subdistrict of East Street"}]]


def test_without_a_matter_the_whole_table_is_shown(folder: Path, sifang: Sifang) -> None:
    told = json.loads(sifang("alerts", "route", "-d", "routed", "--json").out)
    assert [r["code"] for r in told["receivers"]] == ["subdistrict", "district", "fire"]
    assert told["routes"] == ["everything → subdistrict", "category safety → fire"]
    assert "fire brigade" in sifang("alerts", "route", "-d", "routed").out


@pytest.mark.parametrize(
    ("matter", "says"),
    [
        (["type=level", "subdistrict=west"], "'subdistrict=west' means nothing here. Write one of: east"),
        (["type=level", "place=east"], "'place' means nothing here. Write one of: category"),
        (["category=safety"], "A matter has a type"),
        (["level"], "is not NAME=VALUE"),
    ],
)
def test_a_matter_that_cannot_be_is_refused(folder: Path, sifang: Sifang, matter: list[str], says: str) -> None:
    said = sifang("alerts", "route", "-d", "routed", *(text for one in matter for text in ("--try", one)))
    assert said.code != 0
    assert says in said.err
    assert "Traceback" not in said.err


def test_a_folder_whose_table_has_a_hole_does_not_load(empty_root: Path, sifang: Sifang) -> None:
    write_district(empty_root / "districts", "holed", routes=[{"category": "safety", "to": ["subdistrict"]}])
    said = sifang("alerts", "route", "-d", "holed")
    assert said.code == 1
    assert "no route takes type level" in said.err
