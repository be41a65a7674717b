from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from infra.sources.connectors import retries
from tests.helpers.command import Said, Sifang, process
from tests.helpers.decoded import Search, lying_in
from tests.helpers.far import server
from tests.helpers.far.arcgis import Layer
from tests.helpers.far.cases import COLUMNS
from tests.helpers.far.server import Reply, once, serving
from tests.helpers.far.socrata import Portal
from tests.helpers.keys import KEY
from tests.helpers.live_city import CODE, FIRST, Truth, write_city

SECRET = "open-sesame-1234567"


def fine(said: Said) -> str:
    assert (said.code, said.err.count("Traceback")) == (0, 0), said.out + said.err
    return said.out


def failed(said: Said) -> str:
    assert (said.code, (said.out + said.err).count("Traceback")) == (1, 0)
    return said.out + said.err


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal with five days of cases, and a district that asks it with a secret."""
    made, truth = Portal(COLUMNS), Truth()
    for n in range(5):
        made.put(truth.day(FIRST + dt.timedelta(days=n), deleting=False)[0])
    for name, value in {
        "SIFANG_HOME": tmp_path / "home",
        "SIFANG_DISTRICTS": tmp_path / "districts",
        "SIFANG_KEY": KEY,
        "SIFANG_DISTRICT": CODE,
        "SIFANG_SECRET_CITY": SECRET,
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(2, 0.01, 1.0))
    with serving(made.far):
        write_city(
            tmp_path / "districts",
            f'from = {{ kind = "socrata", url = "{made.url}", allow_local = true, token = "$SIFANG_SECRET_CITY" }}',
        )
        yield made


def test_a_live_source_is_listed_asked_and_listed_again(portal: Portal, sifang: Sifang) -> None:
    sifang("db", "upgrade")
    assert not portal.far.asked
    before = json.loads(fine(sifang("source", "list", "--json")))
    assert (before[0]["kind"], before[0]["last_batch"], before[0]["asked_at"]) == ("socrata", None, None)
    fetched = json.loads(fine(sifang("source", "fetch", "--json")))
    assert fetched[0]["accepted"] == len(portal.rows())
    after = json.loads(fine(sifang("source", "list", "--json")))
    assert after[0]["state"] == "stored"
    assert after[0]["reached"] >= "2026-01-01"
    again = json.loads(fine(sifang("source", "fetch", "order", "--since", "2026-01-01", "--json")))
    assert again[0]["accepted"] == 0
    assert "order" in fine(sifang("source", "list"))


def test_doctor_asks_a_source_and_names_what_it_lacks(portal: Portal, sifang: Sifang, tmp_path: Path) -> None:
    said = fine(sifang("doctor", "--connect", "order"))
    assert f"{len(portal.rows())} rows" in said
    assert "ok   the newest rows" in said
    assert "only what changed" in said
    file = tmp_path / "districts" / CODE / "district.toml"
    file.write_text(file.read_text().replace('status = "status"', 'status = "state"'))
    assert "it lacks: state" in failed(sifang("doctor", "--connect", "order"))


def test_doctor_fetches_a_file_and_says_what_a_night_would_make_of_it(portal: Portal, sifang: Sifang, tmp_path: Path) -> None:
    body = pl.DataFrame(portal.rows()).write_csv().encode()
    portal.far.answer = lambda _: Reply(body, headers={"ETag": '"one"'}, kind="text/csv")
    write_city(tmp_path / "districts", f'from = {{ kind = "http", url = "{portal.far.url}/out/cases.csv", allow_local = true }}')
    said = fine(sifang("doctor", "--connect", "order"))
    assert "fetched again when the server marks it as changed" in said
    assert "ok   the file: cases.csv, its newest, would bring" in said
    portal.far.faults = [server.html]
    assert "would be refused" in failed(sifang("doctor", "--connect", "order"))


def test_doctor_writes_moments_in_milliseconds_out(portal: Portal, sifang: Sifang, tmp_path: Path) -> None:
    layer = Layer(COLUMNS)
    layer.put({**r, "happened": f"{1_767_225_600_000 + n}"} for n, r in enumerate(portal.rows()))
    with serving(layer.far):
        write_city(tmp_path / "districts", f'from = {{ kind = "arcgis", url = "{layer.url}", allow_local = true }}')
        # Its times are in none of the declared formats.
        said = failed(sifang("doctor", "--connect", "order"))
    assert "it reaches back to 2026-01-01 00:00:00 UTC (1767225600000)" in said
    assert "the newest rows: order, its newest, would bring" in said


def test_doctor_proposes_a_block_for_an_address(portal: Portal, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIFANG_DISTRICT")
    said = fine(sifang("doctor", "--connect", portal.url))
    assert f'from = {{ kind = "socrata", url = "{portal.url}", allow_local = true }}' in said
    assert 'feed = "public_order"' in said
    assert 'key = ["number"]' in said


def test_a_secret_stands_nowhere(portal: Portal, sifang: Sifang, tmp_path: Path) -> None:
    """In no file under the home, nothing printed, whether all goes well or nothing does."""
    outputs = [sifang("source", "fetch"), sifang("source", "list"), sifang("doctor", "--connect", "order")]
    assert [o.code for o in outputs] == [0, 0, 0]
    for fault in (
        server.status(403),
        server.status(400),
        server.html,
        server.hang_up,
        server.status(302, Location="http://example.invalid/"),
    ):
        portal.far.faults = [once(fault, 9)]
        portal.clock += dt.timedelta(days=2)
        bad = [sifang("source", "fetch", "--json"), sifang("doctor", "--connect", "order")]
        assert [o.code for o in bad] == [1, 1]
        outputs += [*bad, sifang("status"), sifang("doctor")]
    assert {q.headers.get("X-App-Token") for q in portal.far.asked} == {SECRET}
    held = b"".join(f.read_bytes() for f in (tmp_path / "home").rglob("*") if f.is_file())
    printed = "".join(o.out + o.err for o in outputs)
    assert SECRET.encode() not in held
    assert SECRET not in printed
    assert "Maria" not in printed
    assert re.search("source_refused|wants a token", printed)
    # The search can find something.
    assert b"socrata" in held


def echoed(question: server.Question, _: server.Reply) -> server.Reply:
    """A refusal that repeats what it was given."""
    return server.Reply(f'{{"message": "no such token: {question.headers["X-App-Token"]}"}}'.encode(), 403)


_NIGHT = 'import sys; sys.argv = ["sifang", "nightly"]; from flows.cli import app; app.main()'


@pytest.mark.slow
def test_a_secret_is_in_no_byte_that_a_night_leaves(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's database and logs among them, and with everything decoded, whether the far side answers or repeats the secret."""
    # Another test's runs may have settled where Prefect lives; this night's are in its own home.
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    well = process(_NIGHT)
    portal.far.faults = [once(echoed, 9)]
    portal.clock += dt.timedelta(days=2)
    refused = process(_NIGHT)
    assert (well.returncode, refused.returncode) == (0, 1), well.stdout + well.stderr + refused.stdout + refused.stderr
    home = tmp_path / "home"
    assert (home / "prefect" / "prefect.db").is_file()
    assert len(portal.rows()) > 100
    search = Search([SECRET])
    assert not search.within("".join((well.stdout, well.stderr, refused.stdout, refused.stderr)).encode())
    assert search.found(lying_in(home)) == set()
    (home / "prefect" / "planted.txt").write_text(f"token={SECRET}")
    assert search.found(lying_in(home))
