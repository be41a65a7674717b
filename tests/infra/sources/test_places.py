"""Where files lie: folders, a web server and an S3 store, both real servers on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import polars as pl
import pytest

from infra import clock, progress
from infra.landing.identity import identify
from infra.landing.scanning import scan
from infra.sources import fetching
from infra.sources.connectors import retries
from infra.sources.deliveries import Seen, delivered_in
from infra.sources.fetching import Place
from infra.sources.places import LocalFile, find
from infra.sources.table import UnusableFile
from tests.helpers.district_folders import source
from tests.helpers.packed import packed, workbook
from transforms.district.source import Source

OLD = 1_700_000_000
SOURCE = Source.model_validate(source())
COLUMNS = ["id", "time", "kind", "x", "y"]
VALUES = ["7", "2025-03-01 12:00:00", "theft", "113.81", "35.31"]


def as_parquet(row: dict[str, str]) -> bytes:
    written = io.BytesIO()
    pl.DataFrame([row]).write_parquet(written)
    return written.getvalue()


class Store(BaseHTTPRequestHandler):
    """The part of S3 that listing and reading needs, and a plain web server on top of it."""

    objects: dict[str, bytes] = {}  # noqa: RUF012 - one per test, set by the fixture
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.asked.append(self.path)
        query = parse_qs(parts.query)
        if "list-type" in query:
            prefix = query.get("prefix", [""])[0]
            listed = "".join(
                f"<Contents><Key>{key}</Key><LastModified>2025-03-01T00:00:00.000Z</LastModified>"
                f'<ETag>"{hashlib.md5(content).hexdigest()}"</ETag><Size>{len(content)}</Size></Contents>'
                for key, content in self.objects.items()
                if key.startswith(prefix)
            )
            self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode())
            return
        content = self.objects.get(unquote(parts.path).removeprefix("/bucket/"))
        self._answer(404, b"") if content is None else self._answer(200, content)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
        self.send_header("Last-Modified", "Sat, 01 Mar 2025 00:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that knows ``Store.objects``."""
    Store.objects, Store.asked = {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}"
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield address
        running.shutdown()
        thread.join()


def fetched(place: Place) -> bytes:
    return place.fetch()


def test_a_store_is_searched_by_pattern_and_read(server: str, tmp_path: Path) -> None:
    Store.objects = {"in/police_2.csv": b"two", "in/police_1.csv": b"one", "in/deep/police_3.csv": b"three", "in/fire.csv": b"x"}
    flat = find(tmp_path, ["s3://bucket/in/police_*.csv"])
    assert [(p.name, p.address, fetched(p)) for p in flat] == [
        ("police_1.csv", "s3://bucket/in/police_1.csv", b"one"),
        ("police_2.csv", "s3://bucket/in/police_2.csv", b"two"),
    ]
    assert [p.name for p in find(tmp_path, ["s3://bucket/in/**/police_?.csv"])] == ["police_1.csv", "police_2.csv", "police_3.csv"]
    assert [fetched(p) for p in find(tmp_path, ["s3://bucket/in/fire.csv", "s3://bucket/in/none.csv"])] == [b"x"]


def test_the_mark_of_an_object_changes_with_its_content(server: str, tmp_path: Path) -> None:
    Store.objects = {"a.csv": b"one"}
    (before,) = find(tmp_path, ["s3://bucket/*.csv"])
    Store.objects["a.csv"] = b"two"
    (after,) = find(tmp_path, ["s3://bucket/*.csv"])
    assert None is not before.mark() != after.mark()


def test_an_http_address_names_one_file_and_its_query_is_kept_nowhere(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.objects = {"/export.csv": b"rows", "export.csv": b"rows"}
    (place,) = find(tmp_path, [f"{server}/bucket/export.csv?token=$SIFANG_SECRET_T&from=2025"], allow_local=True)
    monkeypatch.setenv("SIFANG_SECRET_T", "secret")
    assert (place.name, fetched(place)) == ("export.csv", b"rows")
    assert Store.asked[-1].endswith("?token=secret&from=2025")
    assert place.address == f"http {server}/bucket/export.csv"


CSV = b"id,time,kind,x,y\n7,2025-03-01 12:00:00,theft,113.81,35.31\n"
ADDRESSES: dict[str, tuple[dict[str, object], bytes]] = {
    "csv": ({}, CSV),
    "tsv": ({}, CSV.replace(b",", b"\t")),
    "csv with semicolons": ({"format": "csv", "separator": ";"}, CSV.replace(b",", b";")),
    "jsonl": ({}, json.dumps(dict(zip(COLUMNS, VALUES, strict=True))).encode()),
    "json": ({"records": "data"}, json.dumps({"data": [dict(zip(COLUMNS, VALUES, strict=True))], "links": []}).encode()),
    "parquet": ({}, as_parquet(dict(zip(COLUMNS, VALUES, strict=True)))),
    "excel": ({}, workbook(one=[COLUMNS, VALUES])),
    "zip": ({"members": "*.csv"}, packed(("a.csv", CSV), ("b.txt", b"x"))),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_without_an_ending_is_read_by_its_declared_format(name: str, server: str, tmp_path: Path) -> None:
    how, content = ADDRESSES[name]
    Store.objects = {"export": content}
    declared = Source.model_validate({**source(files=[f"{server}/bucket/export?of=secret"], undeclared="ignore"), "format": name, **how})
    (place,) = find(tmp_path, declared.files, allow_local=True)
    (file,) = delivered_in(place, declared)
    landed = scan(file.content, file.name, declared, identify(file.content, b"k" * 32), b"k" * 32)
    assert landed.rows.select("time", "kind", "x", "y").rows() == [tuple(VALUES[1:])]


def test_an_address_without_an_ending_and_without_a_format_is_refused_with_the_remedy(server: str, tmp_path: Path) -> None:
    Store.objects = {"export": CSV, "export.php": CSV}
    for address in ("export?of=secret", "export.php?of=secret"):
        (place,) = find(tmp_path, [f"{server}/bucket/{address}"], allow_local=True)
        (file,) = delivered_in(place, SOURCE)
        with pytest.raises(UnusableFile) as caught:
            scan(file.content, file.name, SOURCE, identify(file.content, b"k" * 32), b"k" * 32)
        assert "format = one of 'csv', 'tsv', 'json', 'jsonl', 'parquet', 'excel'" in caught.value.detail
        assert "secret" not in caught.value.detail
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize("form", ["json", "zip"])
def test_what_does_not_hold_the_declared_format_is_refused(form: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(attempts=2, first_s=0.01))
    # A page that says what went wrong, as web servers answer.
    Store.objects = {"export": b"<html><body>Please log in</body></html>\n"}
    declared = Source.model_validate(source(files=[f"{server}/bucket/export"], format=form))
    (place,) = find(tmp_path, declared.files, allow_local=True)
    (file,) = delivered_in(place, declared)
    refusal = file.refusal
    if refusal is None:
        with pytest.raises(UnusableFile) as caught:
            scan(file.content, file.name, declared, identify(file.content, b"k" * 32), b"k" * 32)
        refusal = caught.value
    assert (refusal.reason, "a page of HTML" in refusal.detail) == ("source_answer", True)
    assert "log in" not in refusal.detail


def test_a_store_that_is_silent_or_empty_is_one_paragraph(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (gone,) = find(tmp_path, [f"{server}/bucket/none.csv?of=secret"], allow_local=True)
    with pytest.raises(UnusableFile) as caught:
        fetched(gone)
    assert (caught.value.reason, "secret" in str(caught.value)) == ("source_unreachable", False)
    monkeypatch.setattr("infra.sources.stores._RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    (tmp_path / "here.csv").write_bytes(b"here")
    for address in ("s3://bucket/*.csv", "nonsense://bucket/*.csv"):
        # What lies elsewhere is found all the same.
        there = {p.name: p for p in find(tmp_path, [address, "here.csv"])}
        assert fetched(there.pop("here.csv")) == b"here"
        (closed,) = there.values()
        with pytest.raises(UnusableFile, match="cannot be reached") as caught:
            fetched(closed)
        assert caught.value.reason == "source_unreachable"


def test_too_large_a_file_is_refused_before_it_is_read(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 3)
    Store.objects = {"a.csv": b"four"}
    (tmp_path / "b.csv").write_bytes(b"four")
    for place in find(tmp_path, ["s3://bucket/a.csv", "b.csv"]):
        with pytest.raises(UnusableFile) as caught:
            fetched(place)
        assert caught.value.reason == "file_too_large"
        (refused,) = delivered_in(place, SOURCE)
        assert refused.refusal is not None


def test_what_was_fetched_of_a_large_file_is_told(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.objects = {"a.csv": bytes(100_000)}
    told: list[progress.Step] = []
    (place,) = find(tmp_path, ["s3://bucket/a.csv"])
    with progress.listening(told.append):
        place.fetch()
        assert told == []
        monkeypatch.setattr(fetching, "LARGE_BYTES", 100_000)
        place.fetch()
    assert told[-1] == progress.Step("fetching a file, in MiB", 0, 0)


# --- what need not be read again


def settled(file: Path, content: bytes) -> LocalFile:
    file.write_bytes(content)
    os.utime(file, (OLD, OLD))
    return LocalFile(file)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock so far on that every change has settled."""
    now = clock.now().replace(year=clock.now().year + 1, day=1)
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.mark.usefixtures("later")
def test_a_file_replaced_by_one_of_the_same_size_and_time_has_another_mark(tmp_path: Path) -> None:
    before = settled(tmp_path / "a.csv", b"one").mark()
    assert before == LocalFile(tmp_path / "a.csv").mark()
    settled(tmp_path / "b.csv", b"two")
    (tmp_path / "b.csv").replace(tmp_path / "a.csv")
    assert before != LocalFile(tmp_path / "a.csv").mark()
    in_place = settled(tmp_path / "a.csv", b"six")
    assert (tmp_path / "a.csv").stat().st_mtime == OLD
    assert in_place.mark() != before


def test_a_file_that_has_only_just_changed_has_no_mark(tmp_path: Path) -> None:
    assert settled(tmp_path / "a.csv", b"one").mark() is None
    assert LocalFile(tmp_path / "absent").mark() is None


@pytest.mark.usefixtures("later")
def test_what_was_seen_is_held_only_unchanged_and_known(tmp_path: Path) -> None:
    place = settled(tmp_path / "a.csv", b"one")
    seen = Seen(tmp_path / "landing")
    seen.note("police", place, place.mark(), ["b1", "b2"])
    seen.save()
    again = Seen(tmp_path / "landing")
    assert again.holds("police", place, {"b1", "b2", "b3"})
    assert not again.holds("police", place, {"b1"})
    assert not again.holds("fire", place, {"b1", "b2"})
    settled(tmp_path / "a.csv", b"two")
    assert not again.holds("police", place, {"b1", "b2"})


@pytest.mark.usefixtures("later")
def test_a_file_that_changes_while_it_is_read_is_not_remembered(tmp_path: Path) -> None:
    place = settled(tmp_path / "a.csv", b"one")
    before = place.mark()
    settled(tmp_path / "a.csv", b"two")
    seen = Seen(tmp_path)
    seen.note("police", place, before, ["b1"])
    assert not seen.holds("police", place, {"b1"})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": ["x"]}'])
def test_a_broken_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "seen.json").write_text(text)
    assert not Seen(tmp_path).holds("police", LocalFile(tmp_path / "seen.json"), set())
