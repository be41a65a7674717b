from __future__ import annotations

import polars as pl
import pytest

from transforms.reports.no_reports import no_reports
from transforms.words.totals import sums_up

NAMES = {"id": ["id"], "day": ["day", "date"], "kind": ["kind"], "n": ["n"]}


def table(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row")


def places(*rows: tuple[str | None, ...], times: tuple[str, ...] = ("day",)) -> list[int]:
    return no_reports(table(*rows), times, NAMES)


REPORT = ("1", "2024-03-01", "theft", "1")


@pytest.mark.parametrize(
    "row",
    [
        ("id", "day", "kind", "n"),
        ("id", "date", " kind ", "n"),
        ("Total", None, None, "212"),
        (None, "合计:", None, "212"),
        ("Gesamtsumme", "", "", "212"),
        ("ИТОГО", None, "", "212"),
        ("Total général", None, None, None),
    ],
)
def test_headers_again_and_totals_report_nothing_wherever_they_stand(row: tuple[str | None, ...]) -> None:
    assert places(REPORT, row, REPORT) == [1]


def test_a_note_below_the_table_reports_nothing_and_above_its_end_it_is_a_report_that_lacks_a_time() -> None:
    note = ("Source: the fire brigade", None, None, None)
    assert places(REPORT, note) == [1]
    assert places(note, REPORT) == []
    # More than one value: somebody reported something, and forgot when.
    assert places(REPORT, ("2", None, "theft", None)) == []


def test_reports_are_left_alone() -> None:
    assert places(REPORT, ("Total loss", "2024-03-01", "theft", "1")) == []
    assert places(REPORT, ("Totally burnt", None, "fire", "1")) == []
    assert places(("id", None, None, None), REPORT) == []
    assert places(("id", "day", "kind", "n"), times=("elsewhere",)) == []


@pytest.mark.parametrize("text", ["Total", "TOTAL:", "Sub-total", "Toplam", "総計", "รวมทั้งหมด", "Összesen", "Σύνολο", "Разом"])
def test_totals_of_many_languages(text: str) -> None:
    assert sums_up(text)


@pytest.mark.parametrize("text", ["", "Summer Street", "Totaled car", "Counterfeit", "2024", "Sommer"])
def test_what_is_no_total(text: str) -> None:
    assert not sums_up(text)
