"""Looking at files that nobody declared: real ones of every city, and every encoding."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import polars as pl
import pytest

from infra.errors import SifangError
from infra.sources import parquet, runs
from infra.sources import sample as sampling
from infra.sources.formats import read
from infra.sources.sample import sample, zone_places
from infra.sources.table import Layout, UnusableFile
from tests.helpers.packed import workbook
from tests.helpers.real_data import held
from transforms.district.source import Source
from transforms.workshop.proposal.draft import Known
from transforms.workshop.proposal.propose import propose
from transforms.workshop.proposal.words import Glossary

TEXT = "编号,时间\n1,2025-03-01 12:00:00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    found = sample(tmp_path / "a.csv")
    assert found.rows.rows() == [("1", "2025-03-01 12:00:00")]
    assert found.rows.columns == ["编号", "时间"]
    assert found.encoding is not None
    assert found.encoding.name == encoding.removesuffix("-sig")


@pytest.mark.parametrize(
    ("encoding", "words", "sure"),
    [
        ("cp1252", "Straße;Körperverletzung;Müllerstraße", 0.8),
        ("cp1251", "Улица;кража;Ленина", 0.8),
        ("cp949", "접수번호;민원유형;가로등 고장", 0.8),
        ("cp932", "管理番号;手口;ひったくり", 0.8),
        ("cp1250", "Žižkov;krádež vozidla;číslo", 0.8),
        ("cp1254", "Araç Yangını;İlçe;Gaz Kaçağı", 0.8),
        # No language here vouches for it.
        ("big5", "編號;發生日期;案類;行政區;住宅竊盜;汽車竊盜;信義區", 0.4),
    ],
)
def test_an_encoding_is_known_by_what_reads_plausibly_and_by_words_of_a_language(
    tmp_path: Path, encoding: str, words: str, sure: float
) -> None:
    (tmp_path / "a.csv").write_bytes("\n".join([words] * 30).encode(encoding))
    found = sample(tmp_path / "a.csv").encoding
    assert found is not None
    assert (found.name, found.sure) == (encoding, sure)


def test_a_few_bytes_of_another_encoding_are_said_to_be_that(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("\n".join(["编号,街道", *["1,平原街道"] * 30, "2,"]).encode() + b"caf\xe9\n")
    found = sample(tmp_path / "a.csv").encoding
    assert found is not None
    assert (found.name, found.sure) == ("utf-8", 0.3)
    assert "it is UTF-8 but for 1 bytes" in found.why


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(TEXT.replace(",", separator).encode()))
    found = sample(tmp_path / "a.txt.gz")
    assert found.rows.shape == (1, 2)
    assert found.how == ({} if separator == "," else {"separator": separator})


def test_the_sheet_with_rows_is_found_and_named_where_it_is_not_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook(one=[["id", "kind"], [1, "theft"]], two=[["x"], [2]]))
    assert (sample(tmp_path / "a.xlsx").rows.rows(), sample(tmp_path / "a.xlsx").how) == ([("1", "theft")], {})
    (tmp_path / "b.xlsx").write_bytes(workbook(one=[], two=[["id", "kind"], [("date", 45717.5), None]]))
    found = sample(tmp_path / "b.xlsx")
    assert (found.rows.rows(), found.how, found.encoding) == ([("2025-03-01 12:00:00", None)], {"sheet": "two"}, None)


def test_the_longest_list_of_a_document_is_found_and_its_path_named_where_it_must_be(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for document, path in (
        ('{"rows": [{"at": {"lat": 1}}, {"id": 2}]}', None),
        ('{"tags": ["x", "y", "z"], "data": {"few": [{"id": 1}], "rows": [{"at": {"lat": 1}}, {"id": 2}]}}', "data.rows"),
    ):
        file.write_text(document, "utf-8")
        found = sample(file)
        assert (found.rows.columns, found.rows.rows()) == (["at.lat", "id"], [("1", None), (None, "2")])
        assert found.how == ({"records": path} if path else {})


def test_rows_come_in_runs_from_all_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sampling, runs):
        monkeypatch.setattr(module, "MAX_ROWS", 20)
    monkeypatch.setattr(runs, "RUN", 5)
    rows = pl.DataFrame({"id": range(1003)})
    rows.write_parquet(tmp_path / "a.parquet")
    rows.write_csv(tmp_path / "a.csv")
    rows.write_ndjson(tmp_path / "a.jsonl")
    # Of Parquet it is the guarded child that takes them, which nobody patches.
    by_itself = pl.concat(parquet.spread((tmp_path / "a.parquet").read_bytes()))
    for found in (by_itself, sample(tmp_path / "a.csv").rows, sample(tmp_path / "a.jsonl").rows):
        taken = found["id"].cast(pl.Int64).to_list()
        assert len(taken) == len(set(taken)) == 20
        assert (taken[:5], taken[-5:]) == ([0, 1, 2, 3, 4], [998, 999, 1000, 1001, 1002])
    assert not sample(tmp_path / "a.csv").whole
    assert len(sample(tmp_path / "a.parquet").rows) == 1003


def test_json_and_parquet_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1}, {"b": "x"}]', "utf-8")
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"b": "x"}\n', "utf-8")
    pl.DataFrame({"a": [1, None], "b": [None, "x"]}).write_parquet(tmp_path / "a.parquet")
    for name in ("a.json", "a.jsonl", "a.parquet"):
        assert sample(tmp_path / name).rows.rows() == [("1", None), (None, "x")]


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b""), ("a.csv", b"a,b\n"), ("a.pdf", b"x"), ("a.parquet", b"x"), ("a.json", b"{"), ("a.csv.gz", b"x")]
)
def test_what_is_no_table_is_a_plain_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SifangError, match=name):
        sample(tmp_path / name)
    with pytest.raises(SifangError, match="absent"):
        sample(tmp_path / "absent.csv")


# The column that must be found for each field, and the zone.
REAL = {
    "toronto/toronto_mci.parquet": ({"kind": "MCI", "lon": "Long", "lat": "Lat"}, "America/Toronto"),
    "boston_311_sample/cases.csv.gz": (
        {"occurred_at": "OPEN_DT", "due_at": "TARGET_DT", "closed_at": "CLOSED_DT", "status": "CASE_STATUS"},
        "America/New_York",
    ),
    "nyc_council/nycomplaints.parquet": ({"occurred_at": "opendate", "closed_at": "closedate", "zone": "council_dist"}, None),
    "chicago/crimes_2014.parquet": ({"occurred_at": "Date", "kind": "Primary Type", "lon": "Longitude"}, "America/Chicago"),
    "montgomery_911/911.csv.gz": ({"occurred_at": "timeStamp", "kind": "title", "lon": "lng"}, "America/New_York"),
    "san_francisco/fire_calls_2017_01.csv.gz": (
        {"occurred_at": "Received DtTm", "kind": "Call Type", "point": "Location"},
        "America/Los_Angeles",
    ),
    "san_francisco/crime_2003_2015.parquet": ({"occurred_at": "Dates", "kind": "Category", "lon": "X", "lat": "Y"}, "America/Los_Angeles"),
    "san_francisco/cases_311_sample.csv.gz": ({"occurred_at": "Opened", "closed_at": "Closed", "lon": "Long"}, "America/Los_Angeles"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_the_files_of_real_cities_are_proposed_as_they_have_to_be_declared(real_data: Path, name: str) -> None:
    if not zone_places():
        pytest.skip("this machine has no table of time zones")
    columns, zone = REAL[name]
    (found,) = tomllib.loads(propose(sample(held(real_data / name)), Known(zone_places(), Glossary.standard())).toml)["sources"]
    assert Source.model_validate(found)
    assert columns.items() <= found["columns"].items()
    assert found.get("timezone") == zone


def test_a_workbook_by_its_name_alone_is_what_it_begins_as(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text("id\ttime\n1\t2025-03-01 12:00:00\n2\t2025-03-01 13:00:00\n", "utf-8")
    found = sample(tmp_path / "a.xls")
    assert (found.rows.columns, found.how) == (["id", "time"], {"separator": "\t", "format": "csv"})
    (tmp_path / "b.xls").write_text("<html><table><tr><td>id</td></tr></table></html>", "utf-8")
    with pytest.raises(SifangError, match="no rows"):
        sample(tmp_path / "b.xls")
    with pytest.raises(UnusableFile) as refused:
        read((tmp_path / "a.xls").read_bytes(), "a.xls", Layout([["id"]]))
    assert refused.value.detail.endswith("write format = 'tsv'")
