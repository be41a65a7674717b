from __future__ import annotations

import datetime as dt
import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra import clock
from infra.sources.connectors.http_file import HttpFile
from infra.sources.table import UnusableFile
from tests.helpers.far import server
from tests.helpers.far.server import Far, Question, Reply, once, serving
from transforms.district.live import FromHttp

BODY = b"number,happened\n" + b"".join(b"n%d,2026-01-01 08:00:00\n" % n for n in range(20_000))


class Files:
    """A web server with one file."""

    def __init__(self) -> None:
        self.body, self.headers = BODY, {"ETag": '"one"', "Accept-Ranges": "bytes"}
        self.far = Far(self.answer)

    def answer(self, question: Question) -> Reply:
        if question.path != "/out/cases.csv":
            return Reply(b"", 404)
        asked = question.headers.get("Range")
        if asked is None or question.headers.get("If-Range") != self.headers.get("ETag"):
            return Reply(self.body, headers=dict(self.headers), kind="text/csv")
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        part = {"Content-Range": f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"}
        return Reply(self.body[start:], 206, {**self.headers, **part}, "text/csv")


@pytest.fixture
def files() -> Iterator[Files]:
    made = Files()
    with serving(made.far):
        yield made


def file_at(files: Files, **changes: object) -> HttpFile:
    url = f"{files.far.url}/out/cases.csv"
    return HttpFile(FromHttp.model_validate({"kind": "http", "url": url, "allow_local": True, "timeout_s": 2, **changes}))


def test_a_file_is_fetched_and_named(files: Files) -> None:
    file = file_at(files)
    assert (file.name, file.fetch()) == ("cases.csv", BODY)


def test_its_mark_changes_with_it_and_every_week(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_at(files)
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    first = file.mark()
    assert first == file.mark()
    files.headers["ETag"] = '"two"'
    assert file.mark() not in {None, first}
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 9, tzinfo=dt.UTC))
    files.headers["ETag"] = '"one"'
    assert file.mark() != first
    assert {q.method for q in files.far.asked} == {"HEAD"}


def test_a_change_of_this_very_second_is_no_mark(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    del files.headers["ETag"]
    assert file_at(files).mark() is None
    for age, marked in ((1, False), (60, True)):
        files.headers["Last-Modified"] = format_datetime(now - dt.timedelta(seconds=age), usegmt=True)
        assert (file_at(files).mark() is not None) == marked
    files.far.faults = [server.status(405)]
    assert file_at(files).mark() is None


def test_a_transfer_that_breaks_off_goes_on_where_it_broke(files: Files) -> None:
    files.far.faults = [once(server.too_short, 2)]
    assert file_at(files).fetch() == BODY
    ranges = [q.headers.get("Range") for q in files.far.asked]
    assert ranges[0] is None
    assert ranges[1] == f"bytes={len(BODY) // 2}-"


def test_a_packed_transfer_that_lacks_its_end_is_asked_for_again(files: Files) -> None:
    """Its length is what it says, and what there is unpacks well: whole lines of it would be missing."""

    def half(_: Question, reply: Reply) -> Reply:
        packed = gzip.compress(reply.body)
        return Reply(packed[: len(packed) // 2], headers={**reply.headers, "Content-Encoding": "gzip"}, kind="text/csv")

    files.far.faults = [once(half, 2)]
    assert file_at(files).fetch() == BODY
    assert len(files.far.asked) == 3


def test_a_file_that_changed_meanwhile_begins_anew(files: Files) -> None:
    def changes(question: Question, reply: Reply) -> Reply:
        files.body, files.headers = BODY[::-1], {"ETag": '"other"', "Accept-Ranges": "bytes"}
        return server.too_short(question, reply)

    files.far.faults = [once(changes)]
    assert file_at(files).fetch() == BODY[::-1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (server.html, "source_answer"),
        (server.status(401), "source_refused"),
        (server.status(404), "source_unreachable"),
        (server.status(418), "source_answer"),
        (server.hang_up, "source_unreachable"),
        (server.gzip_that_lies, "source_answer"),
        (server.status(302, Location="http://169.254.169.254/latest"), "source_answer"),
    ],
)
def test_what_is_no_file_is_refused(files: Files, fault: server.Fault, reason: str) -> None:
    files.far.faults = [fault]
    with pytest.raises(UnusableFile) as refused:
        file_at(files).fetch()
    assert refused.value.reason == reason
    assert "Maria" not in refused.value.detail


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:1/x.csv",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/x",
        "http://0.0.0.0/x",
        "http://[::ffff:127.0.0.1]/x",
    ],
)
def test_this_machine_and_its_neighbours_are_not_asked(address: str) -> None:
    with pytest.raises(UnusableFile, match="allow_local"):
        HttpFile(FromHttp(kind="http", url=address)).fetch()


def test_a_redirect_on_the_same_host_is_followed(files: Files) -> None:
    files.far.faults = [once(server.status(302, Location="/out/cases.csv"))]
    assert file_at(files).fetch() == BODY


def test_another_port_is_another_server_and_hears_no_secret(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_SECRET_A", "first-secret")
    other = Files()
    with serving(other.far):
        files.far.faults = [server.status(302, Location=f"{other.far.url}/out/cases.csv")]
        with pytest.raises(UnusableFile, match="another host"):
            file_at(files, headers={"X-App-Token": "$SIFANG_SECRET_A"}).fetch()
    assert other.far.asked == []


def test_secrets_in_headers_and_queries_are_told_to_nobody(
    files: Files, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SIFANG_SECRET_A", "first-secret")
    monkeypatch.setenv("SIFANG_SECRET_B", "second-secret")
    url = f"{files.far.url}/out/cases.csv?key=$SIFANG_SECRET_A"
    file = file_at(files, url=url, headers={"Authorization": "Bearer $SIFANG_SECRET_B"})
    with caplog.at_level("INFO"):
        assert file.fetch() == BODY
    (question,) = files.far.asked
    assert (question.params["key"], question.headers["Authorization"]) == ("first-secret", "Bearer second-secret")
    files.far.faults = [server.status(403)]
    with pytest.raises(UnusableFile) as refused:
        file.fetch()
    assert "secret" not in f"{file.name} {file.address} {refused.value.detail} {caplog.text}"


def test_a_certificate_that_is_past_its_time_is_named(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(long_ago).not_valid_after(long_ago + dt.timedelta(days=1))
    (tmp_path / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listening.accept()
                    with peer, suppress(OSError):
                        context.wrap_socket(peer, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/x.csv"
        with pytest.raises(UnusableFile, match="its certificate is not valid"):
            HttpFile(FromHttp(kind="http", url=url, allow_local=True, timeout_s=5)).fetch()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
