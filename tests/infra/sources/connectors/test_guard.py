"""Where a name may lead: not to this machine, not to its own network, however that is written."""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path

import pytest

from infra.sources.connectors import retries
from infra.sources.connectors.guard import require_far, require_far_address
from infra.sources.connectors.http_file import HttpFile, file_at
from infra.sources.fetching import Closed
from infra.sources.places import find
from infra.sources.table import UnusableFile
from tests.helpers.far.server import Far, Question, Reply, serving
from transforms.district.live import FromHttp

NEAR = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "169.254.169.254", "100.100.100.200", "224.0.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1"),
    *("fd00:ec2::254", "ff02::1", "", "/run/postgresql/.s.PGSQL.5432"),
)
FAR = "192.0.2.1", "10.1.2.3", "192.168.0.9", "2001:db8::1", "64:ff9b::c000:201"


@pytest.mark.parametrize("address", NEAR)
def test_an_address_of_this_machine_or_its_network_is_refused_however_it_is_written(address: str) -> None:
    with pytest.raises(UnusableFile, match="allow_local = true"):
        require_far_address("city.example", address)


@pytest.mark.parametrize("address", FAR)
def test_other_addresses_pass(address: str) -> None:
    require_far_address("city.example", address)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "::1"])
def test_names_and_numbers_that_mean_this_machine_are_refused(host: str) -> None:
    with pytest.raises(UnusableFile, match=r"leads to this machine|no machine bears"):
        require_far(host, 80, allow_local=False)


def test_a_name_one_of_whose_addresses_is_near_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in ("192.0.2.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(UnusableFile, match=r"city\.example leads to this machine"):
        require_far("city.example", 80, allow_local=False)
    require_far("city.example", 80, allow_local=True)


def test_a_name_that_leads_elsewhere_when_it_is_asked_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Question] = []

    def answer(question: Question) -> Reply:
        heard.append(question)
        return Reply(b"id\n1\n")

    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(attempts=1))
    far = Far(answer)
    with serving(far):
        # The first look sees a harmless address, and the connection is made to this machine.
        monkeypatch.setattr("infra.sources.connectors.client.require_far", lambda *_, **__: None)
        monkeypatch.setattr("infra.sources.connectors.client.getproxies", dict)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("SIFANG_SECRET_T", "Bearer of a test")
        with pytest.raises(UnusableFile, match="leads to this machine"):
            HttpFile(FromHttp(kind="http", url=f"{far.url}/a.csv", headers={"Authorization": "$SIFANG_SECRET_T"})).fetch()
    assert heard == []


def redirected(onward: str, _question: Question) -> Reply:
    return Reply(b"", 302, {"Location": onward})


def test_a_redirect_to_another_host_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(attempts=1))
    for onward in ("http://elsewhere.example/a.csv", "file:///etc/passwd", "//169.254.169.254/latest"):
        far = Far(partial(redirected, onward))
        with serving(far):
            (place,) = find(tmp_path, [f"{far.url}/a.csv"], allow_local=True)
            with pytest.raises(UnusableFile) as caught:
                place.fetch()
        assert caught.value.reason in {"source_answer", "source_unreachable"}
        assert "passwd" not in caught.value.detail


def test_files_on_a_web_server_of_this_machine_are_refused_unless_declared(tmp_path: Path) -> None:
    (place,) = find(tmp_path, ["http://127.0.0.1:9/a.csv"])
    with pytest.raises(UnusableFile, match="allow_local = true"):
        place.fetch()
    require_far("127.0.0.1", 9, allow_local=True)


@pytest.mark.parametrize("pattern", ["file:///etc/*", "memory:///x", "FILE:///etc/passwd"])
def test_addresses_of_no_store_are_closed(pattern: str, tmp_path: Path) -> None:
    (place,) = find(tmp_path, [pattern])
    assert isinstance(place, Closed)
    with pytest.raises(UnusableFile, match="no address of a store"):
        place.fetch()


def test_a_folder_variable_that_holds_a_password_is_refused_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIFANG_INBOX", "https://me:hunter2@city.example")
    (place,) = find(tmp_path, ["$SIFANG_INBOX/a.csv"])
    assert isinstance(place, Closed)
    assert "hunter2" not in f"{place.address} {place.name} {place.why}"
    assert "a user and a password do not stand in an address" in place.why.detail or "a password must not" in place.why.detail
    assert isinstance(file_at("https://city.example/a.csv", "x", allow_local=False), HttpFile)
