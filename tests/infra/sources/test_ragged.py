"""Separated texts whose lines are not all rows: what is well quoted is read, what is not is set aside by its line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sources.separated import read_commas
from infra.sources.table import Layout, Table, UnusableFile

HEADER = ["id", "time", "kind", "lon", "lat", "note", "state"]
LAYOUT = Layout([[name] for name in HEADER])
# What people write: line ends, separators and quotation marks among words.
NOTES = st.lists(st.sampled_from(["smoke", "3rd floor", "\n", ",", '"', "none", "12", "a, b, c, d, e, f", "call 2\nback"]), max_size=6).map(
    " ".join
)


def row(number: int, note: str = "none") -> list[str]:
    return [
        f"AHZ{550000 + number}",
        f"2026-10-{number % 28 + 1:02d} 0{number % 10}:48:00",
        "THEFT",
        f"-87.66{number % 1000:03d}7",
        f"41.89{number % 1000:03d}7",
        note,
        "ok",
    ]


def text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *rows])
    return out.getvalue()


def read(told: str) -> Table:
    return read_commas(told.encode(), LAYOUT)


@given(st.lists(NOTES, min_size=2, max_size=12))
def test_what_is_well_quoted_is_one_value_whatever_it_holds(notes: list[str]) -> None:
    rows = [row(n, note) for n, note in enumerate(notes)]
    found = read(text(rows))
    assert found.rows["id"].to_list() == [r[0] for r in rows]
    assert found.rows["note"].fill_null("").to_list() == notes
    assert found.ragged == ()


@given(st.integers(3, 40), st.data())
def test_a_stray_quotation_mark_swallows_no_row(number: int, data: st.DataObject) -> None:
    """One that opens, one that closes some rows later, or both, in any columns."""
    lines = text([row(n) for n in range(number)]).splitlines()
    for at in data.draw(st.sets(st.integers(1, number), min_size=1, max_size=2)):
        values = lines[at].split(",")
        column = data.draw(st.sampled_from([2, 5, 6]))
        values[column] = data.draw(st.sampled_from([f'"{values[column]}', f'{values[column]}"', f'4" {values[column]}']))
        lines[at] = ",".join(values)
    found = read("\n".join([*lines, ""]))
    assert found.rows["id"].to_list() == [row(n)[0] for n in range(number)]


def test_a_value_that_swallows_every_row_but_the_first_is_none() -> None:
    lines = text([row(n) for n in range(34)]).splitlines()
    lines[1], lines[34] = lines[1].replace("THEFT", '"THEFT'), lines[34].replace("THEFT", 'THEFT"')
    assert sum("THEFT" in line for line in (lines[1], lines[34])) == 2
    assert read("\n".join([*lines, ""])).rows["id"].to_list() == [row(n)[0] for n in range(34)]


@pytest.mark.parametrize("line", ["AHZ1,2026-10-01 00:48:00,THEFT,1.5,2.5,none,ok,more", "AHZ1,2026-10-01 00:48:00,THEFT"])
def test_one_line_with_too_many_or_too_few_values_is_set_aside_by_its_number(line: str) -> None:
    rows = text([row(n) for n in range(60)]).splitlines()
    rows.insert(31, line)
    found = read("\n".join([*rows, ""]))
    assert (len(found.rows), found.ragged, found.ragged_lines) == (61, (31,), "line 32")


def test_a_table_that_is_another_one_is_refused_with_its_lines() -> None:
    rows = text([row(n) for n in range(60)]).splitlines()
    odd = [f"{line},more" if n % 4 == 0 else line for n, line in enumerate(rows)]
    with pytest.raises(UnusableFile, match=r"15 of 60 rows .* \(lines 5, 9,"):
        read("\n".join([rows[0], *odd[1:], ""]))


def test_empty_lines_and_separators_at_the_end_are_nothing() -> None:
    rows = text([row(n) for n in range(30)]).splitlines()
    rows[7] += ",,"
    found = read("\n".join([*rows, ",,,,,,", "", "", ""]))
    assert (len(found.rows), found.ragged) == (30, ())
