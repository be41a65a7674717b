"""On every real file, nearly every row about which a kind may be told gets one that says what happened.

The scope is fixed here and not in the folders: left out are rows without a readable kind, and those about which there is no kind by
intention, each named with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from infra.districts import folder as district_folder
from tests.helpers.real_data import held
from tests.helpers.source import ROOT
from transforms.reports.kind_words import telling
from transforms.reports.mapping import kind_text, trimmed

LEAST = 0.95
HEALTH = "the health of a person"
PEOPLE = "who somebody is, or on which register"
BELIEFS = "what people believe or say, or that they came together"
NO_KIND = "the sender's own word for none"


@dataclass(frozen=True)
class File:
    """A real file, who declares it, in which column its subject stands, and which words of that are left out, by reason."""

    path: str
    district: str
    source: str
    subject: str
    left_out: dict[str, str] = field(default_factory=dict)
    only: str = ""


SF, CITIES = "tests/districts/san_francisco", "tests/districts"
FIRE_CALLS = {"Medical Incident": HEALTH, "Other": NO_KIND}
REGISTERS = (
    *("SEX OFFENDER: FAIL REG NEW ADD", "SEX OFFENDER: FAIL TO REGISTER", "SEX OFFENDER: PROHIBITED ZONE", "ARSONIST: ANNUAL REGISTRATION"),
    *("GUN OFFENDER: ANNUAL REGISTRATION", "GUN OFFENDER: DUTY TO REGISTER", "GUN OFFENDER: DUTY TO REPORT CHANGE OF INFORMATION"),
    *("VIOLENT OFFENDER: ANNUAL REGISTRATION", "VIOLENT OFFENDER: DUTY TO REGISTER", "VIOLENT OFFENDER: FAIL TO REGISTER NEW ADDRESS"),
)
FILES = (
    File(
        "san_francisco/crime_2003_2015.parquet",
        SF,
        "police",
        "Descript",
        {
            "AIDED CASE, MENTAL DISTURBED": HEALTH,
            **dict.fromkeys(("GANG ACTIVITY", "FAILURE TO REGISTER AS SEX OFFENDER", "FAILURE TO REGISTER AS NARCOTICS ADDICT"), PEOPLE),
            **dict.fromkeys(("POSS OF FIREARM BY CONVICTED FELON/ADDICT/ALIEN", "PREJUDICE-BASED INCIDENT"), PEOPLE),
            **dict.fromkeys(("UNLAWFUL ASSEMBLY", "INCITING TO RIOT", "RIOT", "DISTURBING RELIGIOUS MEETINGS"), BELIEFS),
        },
    ),
    File("san_francisco/fire_calls_lone_mountain_2009_2018.csv.gz", SF, "fire_lone_mountain", "Call Type", FIRE_CALLS),
    File("san_francisco/fire_calls_2017_01.csv.gz", SF, "fire_new_year_2017", "Call Type", FIRE_CALLS),
    File("san_francisco/fire_calls_2020_04.csv.gz", SF, "fire_april_2020", "Call Type", FIRE_CALLS),
    File("san_francisco/cases_311_sample.csv.gz", SF, "cases_311", "Category"),
    # Everything under "EMS: " is about the health of a person.
    File("montgomery_911/911.csv.gz", f"{CITIES}/montgomery", "fire", "title", only="Fire: "),
    File("montgomery_911/911.csv.gz", f"{CITIES}/montgomery", "traffic", "title", only="Traffic: "),
    File("boston_311_sample/cases.csv.gz", f"{CITIES}/boston", "cases", "REASON"),
    File(
        "nyc_council/nycomplaints.parquet",
        f"{CITIES}/new_york",
        "complaints",
        "complaint_type",
        {
            "Immigration": PEOPLE,
            "CRIMINAL JUSTICE": PEOPLE,
            # Votes, lobbying, the census, meetings with members.
            "Governmental Operations": BELIEFS,
            **dict.fromkeys(("Human and Civil Rights", "CIVIL AND HUMAN RIGHTS"), BELIEFS),
            **dict.fromkeys(("Please choose an issue...", "Select One", "SPAM MAIL"), NO_KIND),
        },
    ),
    File("toronto/toronto_mci.parquet", f"{CITIES}/toronto", "police", "MCI"),
    *(
        File(
            f"chicago/crimes_{year}.parquet",
            f"{CITIES}/chicago",
            "police",
            "Description",
            {**dict.fromkeys(REGISTERS, PEOPLE), **dict.fromkeys(("PUBLIC DEMONSTRATION", "MOB ACTION"), BELIEFS)},
        )
        for year in range(2012, 2016)
    ),
)


def rows(file: Path, columns: list[str]) -> pl.DataFrame:
    read = pl.read_parquet(file, columns=columns) if file.suffix == ".parquet" else pl.read_csv(file, columns=columns, infer_schema=False)
    return read.with_columns(pl.all().cast(pl.String))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.path}:{f.source}")
def test_nearly_every_row_gets_a_kind_that_says_what_happened(file: File, real_data: Path) -> None:
    district = district_folder.load(ROOT / file.district).district
    source = district.source(file.source)
    columns = source.columns.of("kind")
    delivered = rows(held(real_data / file.path), sorted({*columns, file.subject}))
    found = trimmed(delivered, columns, source).with_columns(text=kind_text(source)).collect()
    within = found.filter(
        pl.col("text").is_not_null(),
        ~pl.col(file.subject).is_in(list(file.left_out)).fill_null(value=True),
        pl.col(file.subject).str.starts_with(file.only),
    )
    told = telling(within.group_by(word="text").agg(count=pl.len().cast(pl.Int64)), source, district)
    print(f"{file.path}, {file.source}: {told.share:.2%} of {told.rows:,} rows; {len(found) - told.rows:,} of {len(found):,} left out")
    assert told.rows > 0
    assert told.share is not None
    assert told.share >= LEAST


def test_no_file_of_rows_is_forgotten(real_data: Path) -> None:
    held(real_data)
    tables = {str(p.relative_to(real_data)) for p in real_data.rglob("*") if p.suffix in {".parquet", ".gz"}}
    assert tables == {f.path for f in FILES}
