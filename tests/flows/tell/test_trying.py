"""What `sifang doctor --sample` says of its own draft: rows of the file as reports, what would be lost, what is to be doubted."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.tell.proposal import Proposed, propose_for
from tests.helpers.district_folders import EAST, NORTH, SOUTH, WEST

ROWS = 120
HEADER = ["Case No", "Reported", "Offence", "Longitude", "Latitude", "Caller phone"]


def written(to: Path, rows: list[list[str]], name: str = "cases.csv") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    file = to / name
    file.write_text(text.getvalue(), "utf-8")
    return file


def row(n: int, **other: str) -> list[str]:
    usual = {
        "Case No": f"K-{1000 + n}",
        "Reported": f"2025-03-{1 + n % 28:02d} {n % 24:02d}:15:00",
        "Offence": ["Burglary", "Robbery"][n % 2],
        "Longitude": f"{WEST + (n % 11) / 11 * (EAST - WEST):.5f}",
        "Latitude": f"{SOUTH + (n % 7) / 7 * (NORTH - SOUTH):.5f}",
        "Caller phone": "13800138000",
    }
    return list((usual | other).values())


def proposed(to: Path, rows: list[list[str]]) -> Proposed:
    return propose_for(written(to, rows))


def test_three_rows_are_shown_as_the_reports_that_they_would_be(tmp_path: Path) -> None:
    found = proposed(tmp_path, [row(n) for n in range(ROWS)])
    assert [report.day for report in found.reports] == ["2025-03-01", "2025-03-14", "2025-03-28"]
    assert {report.kind for report in found.reports} <= {"burglary", "robbery"}
    assert all(len(report.cell) == len("E000N000") for report in found.reports)
    assert not any("lost" in doubt for doubt in found.unsure)


def test_what_would_be_lost_is_told_before_what_is_feared(tmp_path: Path) -> None:
    rows = [row(n) for n in range(ROWS)]
    rows[3] = row(3, Reported="31/31/2025")
    rows[5] = row(5, Longitude="", Latitude="")
    rows[7] = row(7, Offence="")
    rows.append(["", "", "Total", str(ROWS), "", ""])
    found = proposed(tmp_path, rows)
    lost = {doubt.partition(": ")[2] for doubt in found.unsure if "would be lost" in doubt}
    assert lost == {
        "the time is in none of the declared formats",
        "the coordinates are empty",
        "the kind is empty",
        "the row is a total, a note below the table or the header once more",
    }
    assert all("would be lost" in doubt for doubt in found.unsure[:4])


def test_doubts_come_by_the_harm_that_they_do(tmp_path: Path) -> None:
    days = [row(n, **{"Case No": str(n + 1), "Reported": f"0{1 + n % 9}/0{1 + n % 7}/2025 10:00"}) for n in range(ROWS)]
    found = proposed(tmp_path, days)
    places = [next(n for n, doubt in enumerate(found.unsure) if doubt.startswith(f"{what} = ")) for what in ("key", "occurred_at")]
    assert places == sorted(places)
    assert "if it is wrong, reports stand on other days" in found.unsure[places[1]]
    assert found.unsure[-1].startswith("known_at: ")


def test_a_draft_that_does_not_connect_as_it_stands_says_so_first(tmp_path: Path) -> None:
    found = proposed(tmp_path, [row(n, Longitude="", Latitude="") for n in range(ROWS)])
    assert found.reports == []
    assert found.unsure[0].startswith("as it stands this does not connect: ")


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_personal_is_printed_and_the_end_can_be_appended_to_a_declaration(as_json: bool, tmp_path: Path) -> None:
    file = written(tmp_path, [row(n) for n in range(ROWS)])
    said = CliRunner().invoke(app, ["doctor", "--sample", str(file), *(["--json"] if as_json else [])]).stdout
    assert "13800138000" not in said
    assert "K-10" not in said
    if as_json:
        assert len(json.loads(said)["reports"]) == 3
    else:
        end = said[said.index("# Some of its rows as the reports") :]
        assert all(line.startswith("#") for line in end.splitlines() if line)
        assert "# What I am unsure of, the more harmful first:" in end
