"""The guarded child: what it may cost, what becomes of a file that it dies of, and what it knows."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from infra.sources.formats import read
from infra.sources.guarded import asking, work
from infra.sources.guarded.guard import Guard, environment
from infra.sources.guarded.wire import HEAD, PIECE, Answer, Question, head, read_answer, read_head, written
from infra.sources.limits import LIMITS, Limits
from infra.sources.table import Layout, UnusableFile
from infra.sources.unpack import unpack
from tests.helpers.packed import edited, packed, workbook

BOTH = Layout([["id"], ["kind"]])
GOOD = workbook(one=[["id", "kind"], ["1", "theft"]])
ASKED = Question("table", "excel", BOTH)


def as_parquet(rows: int, **columns: str) -> bytes:
    """A table of the same row again and again."""
    made = io.BytesIO()
    pl.select(pl.repeat(text, rows).alias(name) for name, text in columns.items()).write_parquet(made)
    return made.getvalue()


def refused(content: bytes, name: str) -> UnusableFile:
    with pytest.raises(UnusableFile) as caught:
        read(content, name, BOTH)
    return caught.value


def nothing(_piece: bytearray) -> None:
    return None


def ask(guard: Guard, content: bytes = GOOD) -> str:
    """Why a guard refuses a workbook."""
    with pytest.raises(UnusableFile) as caught:
        guard.ask(content, ASKED, nothing)
    return f"{caught.value.reason}: {caught.value.detail}"


def test_a_workbook_with_one_value_in_its_last_cell_is_refused_and_the_next_is_read() -> None:
    far = edited(GOOD, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert len(far) < 1600
    assert refused(far, "a.xlsx").reason == "file_over_limit"
    assert read(GOOD, "a.xlsx", BOTH).rows.rows() == [("1", "theft")]


def test_a_workbook_that_only_claims_to_reach_far_is_read() -> None:
    claims = edited(GOOD, "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    formatted = edited(GOOD, "</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    for book in (claims, formatted):
        assert read(book, "a.xlsx", BOTH).rows.rows() == [("1", "theft")]


def test_forty_million_rows_of_one_value_are_refused_by_their_footer() -> None:
    begun = time.perf_counter()
    why = refused(as_parquet(40_000_000, id="1", kind="theft"), "a.parquet")
    assert (why.reason, "more than 10,000,000 rows" in why.detail) == ("file_over_limit", True)
    assert time.perf_counter() - begun < 4


def test_a_long_value_repeated_is_counted_as_it_would_stand() -> None:
    why = refused(as_parquet(1_100_000, id="1", kind="theft" * 250), "a.parquet")
    assert (why.reason, "1024 MiB as text" in why.detail) == ("file_over_limit", True)


def test_entities_and_depth_in_a_workbook_bring_nothing_down() -> None:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))
    bomb = edited(edited(GOOD, "<worksheet", f"<!DOCTYPE x [{names}]><worksheet"), "theft", "&e11;")
    deep = edited(GOOD, "<sheetData>", "<a>" * 300_000 + "</a>" * 300_000 + "<sheetData>")
    assert refused(bomb, "a.xlsx").reason == "file_unreadable"
    assert read(deep, "a.xlsx", BOTH).rows.rows() == [("1", "theft")]
    assert read(GOOD, "a.xlsx", BOTH).rows.rows() == [("1", "theft")]


def test_a_child_that_hangs_is_ended_in_its_time() -> None:
    guard = Guard(Limits(seconds=0.3), [sys.executable, "-c", "import time; time.sleep(60)"])
    begun = time.perf_counter()
    assert ask(guard) == "file_over_limit: reading it takes longer than 0.3 seconds; deliver it in parts, or as CSV"
    # Nor does one that takes nothing in hold anybody up.
    assert "0.3 seconds" in ask(guard, bytes(8 << 20))
    assert time.perf_counter() - begun < 4


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "more than 4096 MiB of memory"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "longer than 300 seconds"),
        ("sys.exit(3)", "gave up on it and ended"),
        ("os.write(1, b'P' + bytes([255] * 8))", "something that it was not asked for"),
        ("os.write(1, b'A' + (2).to_bytes(8, 'big') + b'{}')", "something that it was not asked for"),
        ("os.write(1, b'?' + bytes(8))", "something that it was not asked for"),
    ],
)
def test_whatever_a_child_dies_of_or_answers_is_one_refusal(does: str, said: str) -> None:
    code = f"import os, signal, sys, time; sys.stdin.buffer.read(9); {does}; time.sleep(60)"
    assert said in ask(Guard(command=[sys.executable, "-c", code]))


def test_more_memory_than_allowed_is_a_refusal() -> None:
    guard = Guard(Limits(memory_bytes=64 << 20))
    row = "".join(f'<c r="{chr(65 + n)}2000000"><v>1</v></c>' for n in range(26))
    try:
        assert "file_over_limit: reading it takes more than 64 MiB of memory" in ask(
            guard, edited(GOOD, "</sheetData>", f'<row r="2000000">{row}</row></sheetData>')
        )
    finally:
        guard.end()


def test_a_child_serves_many_files_and_is_replaced_when_it_is_gone() -> None:
    guard = Guard()
    first = pid(guard)
    assert pid(guard) == first
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert pid(guard) != first
    guard.end()


def pid(guard: Guard) -> int:
    """The child that answers."""
    guard.ask(GOOD, ASKED, nothing)
    assert guard._child is not None
    return guard._child._process.pid


def test_it_knows_no_key_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SIFANG_KEY", "SIFANG_SECRET_CITY", "SIFANG_WAREHOUSE_URL", "AWS_SECRET_ACCESS_KEY", "PREFECT_API_KEY", "PGPASSWORD"):
        monkeypatch.setenv(name, "a secret of a test")
    guard = Guard()
    known = Path(f"/proc/{pid(guard)}/environ").read_bytes()
    limits = Path(f"/proc/{pid(guard)}/limits").read_text("ascii")
    guard.end()
    assert b"secret" not in known
    assert b"PYTHONPATH" in known
    for limit in ("Max core file size", "Max file size"):
        line = next(one for one in limits.splitlines() if one.startswith(limit))
        assert line.removeprefix(limit).split()[:2] == ["0", "0"]
    assert environment({"SIFANG_KEY": "k", "PATH": "/bin"}).keys() & {"SIFANG_KEY", "PATH"} == {"PATH"}


def test_it_starts_without_what_only_flows_need() -> None:
    asked = "import sys, infra.sources.guarded.child; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert "polars" in found
    assert not {"prefect", "great_expectations", "sqlalchemy", "deltalake", "httpx", "pydantic", "fastexcel", "pandas"} & set(found)


def test_members_are_read_between_workbooks_out_of_the_same_archive() -> None:
    content = packed(("1.xlsx", GOOD), ("2.csv", b"id,kind\n2,fight\n"), ("3.xlsx", GOOD))
    found = [(one.name, read(one.content, one.name, BOTH).rows.rows()) for one in unpack("a.zip", content)]
    assert found == [("a.zip:1.xlsx", [("1", "theft")]), ("a.zip:2.csv", [("2", "fight")]), ("a.zip:3.xlsx", [("1", "theft")])]


def test_it_is_let_go_after_a_large_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(GOOD, "a.xlsx", BOTH).rows.height == 1
    assert asking._GUARD._child is not None
    monkeypatch.setattr(asking, "_LARGE", 10)
    assert read(GOOD, "a.xlsx", BOTH).rows.height == 1
    assert asking._GUARD._child is None


def test_parts_of_a_table_are_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pl.DataFrame({"id": [str(n) for n in range(250)], "kind": ["theft", None] * 125})
    monkeypatch.setattr(work, "_ROWS", 100)
    monkeypatch.setattr("infra.sources.parquet._STEP", 100)
    worker = work.Worker()
    made = io.BytesIO()
    rows.write_parquet(made)
    worker.take(made.getvalue())
    pieces = list(worker.answer(Question("table", "parquet", BOTH)))
    assert len(pieces) == 3
    assert pl.concat([pl.read_ipc_stream(io.BytesIO(p)) for p in pieces]).equals(rows)
    assert read(made.getvalue(), "a.parquet", BOTH).rows.equals(rows)


def test_cells_are_counted() -> None:
    with pytest.raises(UnusableFile) as caught:
        LIMITS.require_table(9_000_000, 30)
    assert caught.value.detail.startswith("9,000,000 rows of 30 columns are more than 200,000,000 cells")


def test_what_is_written_is_read_and_anything_else_is_none() -> None:
    answer = Answer(names=("a", "\udcff"), sheet="s", line=3, refusal=("no_rows", "none"))
    assert read_answer(written(answer)) == answer
    assert read_head(head(PIECE, 7)) == (PIECE, 7)
    with pytest.raises(ValueError, match="larger"):
        read_head(HEAD.pack(b"P", 1 << 40))
