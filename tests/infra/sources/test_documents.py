"""Pages and documents that somebody saved: XML of Open311, tables of the web under the name of a workbook, JSON with a wrapper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.sources.formats import read
from infra.sources.sample import sample
from infra.sources.table import Layout, UnusableFile

WANTED = [["id"], ["what"]]
ROWS = [("1", "theft"), ("2", "robbery & more"), ("3", "theft")]


def table(content: str | bytes, name: str, **layout: object) -> list[tuple[str | None, ...]]:
    made = Layout(WANTED, **layout)  # type: ignore[arg-type]
    return read(content.encode() if isinstance(content, str) else content, name, made).rows.rows()


def xml(rows: list[tuple[str, str]] = ROWS, wrapped: str = "{}") -> str:
    told = "".join(f"<request><id>{n}</id><what>{w.replace('&', '&amp;')}</what><note/></request>" for n, w in rows)
    return f'<?xml version="1.0" encoding="utf-8"?>{wrapped.format(f"<requests>{told}</requests>")}'


def page(rows: list[tuple[str, str]] = ROWS, end: str = "</td>", above: str = "") -> str:
    told = "\n".join(f"<tr><td>{n}{end}<td><b>{w.replace('&', '&amp;')}</b>{end}" for n, w in rows)
    return f"<html><script>var x = '<td>';</script><table>{above}<tr><th>id<th>what</tr>{told}</table><table><tr><td>menu</table></html>"


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1]])
def test_elements_that_repeat_are_records(rows: list[tuple[str, str]]) -> None:
    assert table(xml(rows), "a.xml") == rows


def test_records_lie_where_the_source_says() -> None:
    assert table(xml(wrapped="<answer><page>1</page>{}</answer>"), "a.xml", records="requests.request") == ROWS
    with pytest.raises(UnusableFile, match="holds no list"):
        table(xml(wrapped="<answer><page>1</page>{}</answer>"), "a.xml")


def test_attributes_and_namespaces() -> None:
    spoken = '<a xmlns="urn:x" xmlns:g="urn:g"><row id="1"><g:what>theft</g:what></row><row id="2" g:what="robbery">free</row></a>'
    assert table(spoken, "a.xml") == [("1", "theft"), ("2", "robbery")]


@pytest.mark.parametrize(
    "odd",
    [
        '<!DOCTYPE a [<!ENTITY b "boo">]><a><r><id>&b;</id></r><r/></a>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd">%b;]><a/>',
        "<a><r>",
        "<" + "a><" * 100 + "b/>" + "</a>" * 100,
        "<d>" * 80 + "</d>" * 80,
        "<a/>",
    ],
)
def test_documents_that_are_none_are_refused(odd: str) -> None:
    with pytest.raises(UnusableFile):
        table(odd, "a.xml")
    with pytest.raises(UnusableFile):
        table(odd.encode("utf-16"), "a.xml")


@pytest.mark.parametrize("end", ["</td>", "", "</td></tr>"])
def test_the_largest_table_of_a_page(end: str) -> None:
    assert table(page(end=end), "a.html") == ROWS


def test_a_title_above_the_header_and_cells_as_wide_as_others() -> None:
    above = "<tr><th colspan='2'>Monthly return</th></tr>"
    assert table(page(above=above), "a.html", header_line=2) == ROWS
    assert table(page(above="<tr><td colspan=9999999999>x"), "a.html", header_line=2) == ROWS


def test_a_page_under_the_name_of_a_workbook_is_told_of_and_read_where_the_format_is_said() -> None:
    with pytest.raises(UnusableFile, match="write format = 'html'"):
        table(page(), "a.xls")
    assert read(page().encode(), "a.xls", Layout(WANTED), "html").rows.rows() == ROWS
    with pytest.raises(UnusableFile, match="write format = 'xml'"):
        table(xml(), "a.xls")
    with pytest.raises(UnusableFile, match="no table"):
        table("<html><p>moved</p></html>", "a.html")


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("a.xls", page(above="<tr><th colspan=2>Return</tr>"), {"format": "html", "header_line": 2}),
        ("a.xml", xml(wrapped="<answer><page>1</page>{}</answer>"), {"records": "requests.request"}),
        ("export", xml(), {"format": "xml"}),
        ("a.json", json.dumps({"fields": [{"id": "id"}], "result": {"records": [{"id": n, "what": w} for n, w in ROWS]}}), None),
        ("a.json", json.dumps({"fields": [{"a": 1}], "features": [{"attributes": {"id": n}} for n, _ in ROWS]}), {"records": "features"}),
    ],
)
def test_what_a_sample_says_of_it_reads_it(name: str, content: str, how: dict[str, object] | None, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(content)
    found = sample(file)
    assert len(found.rows) == len(ROWS)
    assert dict(found.how) == ({"records": "result.records"} if how is None else how)


def test_a_page_says_its_encoding_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(page([("1", "кража"), ("2", "грабёж")]).replace("<html>", '<html><meta charset="windows-1251">').encode("cp1251"))
    found = sample(file)
    assert found.encoding is not None
    assert (found.encoding.name, found.rows["what"].to_list()) == ("windows-1251", ["кража", "грабёж"])


@pytest.mark.parametrize(
    ("said", "system"),
    [
        ({"spatialReference": {"wkid": 102100, "latestWkid": 3857}}, "EPSG:3857"),
        ({"spatialReference": {"wkid": 102100}}, "EPSG:3857"),
        ({"spatialReference": {"wkid": 4326, "latestWkid": 4326}}, None),
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}}, "EPSG:25832"),
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, None),
        ({}, None),
    ],
)
def test_a_document_may_say_of_which_system_its_coordinates_are(said: dict[str, object], system: str | None, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({**said, "features": [{"attributes": {"id": n}, "geometry": {"x": 1, "y": 2}} for n, _ in ROWS]}))
    assert sample(file).system == system
