"""The walk-throughs of real cities say what their declarations say and what the doctor answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.helpers.command import Sifang
from tests.helpers.homes import settle
from tests.helpers.source import ROOT

DISTRICTS: Final = ROOT / "tests" / "districts"
FOLDERS: Final = {
    "Toronto": "toronto",
    "Montgomery": "montgomery",
    "Chicago": "chicago",
    "New York": "new_york",
    "San Francisco": "san_francisco",
}


def walk(city: str) -> str:
    """What the page says of one city."""
    page = (DISTRICTS / "README.md").read_text("utf-8")
    return next(part for part in re.split(r"^## ", page, flags=re.MULTILINE) if part.startswith(f"{city}:"))


def fenced(text: str, kind: str) -> list[str]:
    """The lines between fences of a kind."""
    return [line for block in re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def test_every_city_of_the_page_is_tried() -> None:
    cities = re.findall(r"^## (.+?):", (DISTRICTS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert cities == [*FOLDERS]


@pytest.mark.parametrize("city", FOLDERS)
def test_a_line_of_a_declaration_stands_in_it(city: str) -> None:
    declared = (DISTRICTS / FOLDERS[city] / "district.toml").read_text("utf-8").splitlines()
    lines = fenced(walk(city), "toml")
    assert len(lines) >= 2
    assert [line for line in lines if line not in declared] == []


@pytest.mark.lengthy
@pytest.mark.parametrize("city", FOLDERS)
def test_the_doctor_answers_what_the_page_says(
    city: str, real_data: Path, tmp_path: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv("SIFANG_DISTRICTS", str(DISTRICTS))
    monkeypatch.setenv("SIFANG_TEST_DATA", str(real_data))
    monkeypatch.chdir(real_data)
    (command,) = re.findall(r"^    sifang (.+)$", walk(city), re.MULTILINE)
    answer = " ".join(sifang(*command.split()).out.split())
    said = fenced(walk(city), "text")
    assert len(said) >= 2
    assert [line for line in said if " ".join(line.split()) not in answer] == []
