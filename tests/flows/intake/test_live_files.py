"""Files on a web server, night after night: what broke on its way, what the server marks, what is no CSV."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from infra import clock
from infra.sources.connectors import retries
from infra.warehouse.intake.batches import BatchRecord
from tests.helpers.far.cases import case
from tests.helpers.far.server import Far, Question, Reply, serving
from tests.helpers.keys import KEY
from tests.helpers.live_city import FIRST, at, stands, take, write_city

NOW = at(FIRST + dt.timedelta(days=60))
ROWS = pl.DataFrame([case(n, happened="2026-01-05T08:00:00") for n in range(50)])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(2, 0.01, 1.0))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("SIFANG_KEY", KEY)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path / "districts"))


def taken(tmp_path: Path, far: Far, name: str, more: str = "") -> list[BatchRecord]:
    """What becomes of the file, asked for once more."""
    write_city(tmp_path / "districts", f'from = {{ kind = "http", url = "{far.url}/out/{name}", allow_local = true }}\n{more}')
    return take(NOW)


def test_what_broke_on_its_way_is_fetched_again_though_its_mark_is_the_same(tmp_path: Path) -> None:
    body = ROWS.write_csv().encode()
    bodies = [body[: len(body) // 2], body, body]

    def answer(question: Question) -> Reply:
        told = bodies[0] if question.method == "HEAD" or len(bodies) == 1 else bodies.pop(0)
        return Reply(told, headers={"ETag": '"one"'}, kind="text/csv")

    far = Far(answer)
    with serving(far):
        (refused,) = taken(tmp_path, far, "cases.csv")
        assert (refused.state, refused.reason) == ("refused", "file_unreadable")
        assert [r.state for r in taken(tmp_path, far, "cases.csv")] == ["stored"]
        assert len(stands()) == 50
        asked = len(far.asked)
        assert taken(tmp_path, far, "cases.csv") == []
        # What is in is known by its mark alone.
        assert [q.method for q in far.asked[asked:]] == ["HEAD"]


@pytest.mark.parametrize(("name", "more"), [("cases.html", ""), ("cases", 'format = "html"')])
def test_a_table_in_a_page_is_read_where_a_page_is_declared(tmp_path: Path, name: str, more: str) -> None:
    lines = [ROWS.columns, *ROWS.rows()]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    far = Far(lambda _: Reply(f"<!DOCTYPE html><html><body><table>{table}</table></body></html>".encode(), kind="text/html"))
    with serving(far):
        assert [r.state for r in taken(tmp_path, far, name, more)] == ["stored"]
    assert len(stands()) == 50


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_quotes_encodings_and_marks_of_bytes_are_those_of_files(tmp_path: Path, encoding: str) -> None:
    rows = ROWS.with_columns(pl.lit('fight, "in the street"\r\nof 街').alias("kind"))
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    more = f'encoding = "{declared}"\nundeclared = "ignore"\nkind = "fight"'
    far = Far(lambda _: Reply(rows.write_csv(line_terminator="\r\n").encode(encoding), kind="text/csv; charset=iso-8859-1"))
    with serving(far):
        assert [(r.state, r.accepted) for r in taken(tmp_path, far, "cases.csv", more)] == [("stored", 50)]
