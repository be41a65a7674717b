"""Texts of a folder: what looks like a person or is as long as a sentence is refused by its place and never repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.districts.folder import load
from infra.districts.strings import MAX_CHARACTERS, unfit
from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS
from tests.helpers.district_folders import source, write_district

# Assembled, so that no text here is a number that somebody has.
MOBILE = "138" + "00001111"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name_en": f"Call {MOBILE}"}, "name_en: looks like personal data"),
        ({"name_zh": "某" * (MAX_CHARACTERS + 1)}, f"has {MAX_CHARACTERS + 1} characters"),
        ({"sources": [source(kinds={f"ask {MOBILE}": "theft"})]}, "entry 1: looks like personal data"),
        ({"sources": [source(where=[{"column": "caller", "equals": MOBILE}])]}, "equals: looks like personal data"),
        ({"sources": [source(constants={"zone": MOBILE})]}, "zone: looks like personal data"),
        ({"departments": {"fire": {"name_zh": "张三 someone@example.org", "name_en": "Fire"}}}, "name_zh: looks like personal data"),
    ],
)
def test_a_folder_that_names_somebody_is_refused(tmp_path: Path, changes: dict[str, Any], where: str) -> None:
    with pytest.raises(SifangError) as refused:
        load(write_district(tmp_path, "small", **changes))
    assert where in str(refused.value)
    assert MOBILE not in str(refused.value)
    assert "someone" not in str(refused.value)


@pytest.mark.parametrize("code", ["weibin", "san_francisco"])
def test_the_shipped_folders_pass(code: str) -> None:
    assert load(SHIPPED_DISTRICTS / code).district.code == code


def test_numbers_and_long_patterns_are_fine() -> None:
    assert list(unfit({"a": 13.5, "files": ["x" * 900], "kinds": {"/" + "a|" * 200 + "/": "b"}, "code": "410703001005001"})) == []
