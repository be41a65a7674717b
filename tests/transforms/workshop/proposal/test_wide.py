"""Tables with a column for each month are known, and lists of reports with months among their columns are not taken for such."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.tell.proposal import propose_for
from infra.errors import SifangError
from transforms.workshop.proposal.wide import month_columns

HEADERS = {
    "names": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "names with years": ["Jan-24", "Feb-24", "Mar-24", "Apr-24", "May-24", "Jun-24", "Jul 2024"],
    "numbers": [f"2024-{n:02d}" for n in range(1, 13)],
    "numbers together": [f"2024{n:02d}" for n in range(1, 13)],
    "chinese": [f"{n}月" for n in range(1, 13)],
    "chinese with years": [f"2024年{n}月" for n in range(1, 13)],
    "russian": ["Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль"],
    "turkish": ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz"],
    "finnish": ["tammikuu", "helmikuu", "maaliskuu", "huhtikuu", "toukokuu", "kesäkuu"],
}


def table(header: list[str], value: str) -> pl.DataFrame:
    return pl.DataFrame({"Offence": ["Theft", "Robbery"], **{name: [value, "7"] for name in header}})


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("count", ["12", "1,204", "1.204", "1 204", "0"])
def test_a_column_for_each_month(header: list[str], count: str) -> None:
    assert month_columns(table(header, count)) == header


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (HEADERS["names"][:5], "12"),
        (HEADERS["numbers"], "2024-05-03"),
        (HEADERS["names"], "yes"),
        (["number", "opened", "closed", "lat", "lon", "district", "year"], "12"),
        (["1", "2", "3", "4", "5", "6", "7"], "12"),
    ],
)
def test_few_of_them_and_columns_without_counts_are_none(header: list[str], value: str) -> None:
    assert month_columns(table(header, value)) == []


def test_such_a_table_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    file = tmp_path / "offences.csv"
    table(HEADERS["names"], "12").write_csv(file)
    with pytest.raises(SifangError, match=r"offences.csv has 12 columns that are each a month, Jan to Dec: its rows are sums.") as caught:
        propose_for(file)
    assert "one row a report" in str(caught.value.remedy)
