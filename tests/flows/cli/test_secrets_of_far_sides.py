"""Whatever bears a secret of a far side - a query, a password - leaves none in a byte of the home or a word that is printed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from infra.sources.connectors import retries
from tests.helpers.command import Sifang, process
from tests.helpers.databases import on_postgres
from tests.helpers.decoded import Search, lying_in
from tests.helpers.far.cases import COLUMNS, case
from tests.helpers.far.others import Service
from tests.helpers.far.server import Question, Reply, once, serving
from tests.helpers.keys import KEY
from tests.helpers.live_city import CODE, write_city

API_KEY, PASSWORD = "open-sesame-7654321", "p@ss/w:rd%41-1234567"
_NIGHT = 'import sys; sys.argv = ["sifang", "nightly"]; from flows.cli import app; app.main()'
_OPEN311 = """
[[sources]]
code = "calls"
feed = "public_order"
from = {{ kind = "open311", url = "{url}/v2", first = "2026-01-01", token = "$SIFANG_SECRET_SERVICE", allow_local = true }}
time_formats = ["%Y-%m-%dT%H:%M:%S%z"]
key = ["service_request_id"]
columns = {{ occurred_at = "requested_datetime", kind = "service_name", lon = "long", lat = "lat" }}
min_share_of_usual = 0
"""


def echoed(question: Question, _: Reply) -> Reply:
    """A refusal that repeats what it was given."""
    return Reply(json.dumps({"description": f"api_key {question.params.get('api_key')} is unknown"}).encode(), 403)


@pytest.fixture
def service(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, sa.Engine]]:
    """A service that wants a key and a database that is given a password, both asked by one district."""
    made = Service(1000)
    now = dt.datetime.now(dt.UTC)
    rows = [case(n, happened=f"{now - dt.timedelta(hours=n + 24):%Y-%m-%dT%H:%M:%S}") for n in range(100)]
    made.put(({**row, "happened": f"{row['happened']}Z"} for row in rows), now)
    for name, value in {
        "SIFANG_HOME": tmp_path / "home",
        "SIFANG_DISTRICTS": tmp_path / "districts",
        "SIFANG_KEY": KEY,
        "SIFANG_DISTRICT": CODE,
        "SIFANG_SECRET_SERVICE": API_KEY,
        "SIFANG_SECRET_DB": PASSWORD,
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(2, 0.01, 1.0))
    # Another test's runs may have settled where Prefect lives; this night's are in its own home.
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    with serving(made.far), on_postgres(postgres_url) as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE TABLE cases ({', '.join(f'{c} TEXT' for c in COLUMNS)})"))
            connection.execute(sa.text(f"INSERT INTO cases VALUES ({', '.join(f':{c}' for c in COLUMNS)})"), rows)
        plain = sa.make_url(url).set(password="SECRET").render_as_string(hide_password=False)
        address = plain.replace(":SECRET@", ":$SIFANG_SECRET_DB@")
        assert "$SIFANG_SECRET_DB" in address
        write_city(tmp_path / "districts", f'from = {{ kind = "sql", url = "{address}", table = "cases", allow_local = true }}')
        file = tmp_path / "districts" / CODE / "district.toml"
        file.write_text(file.read_text("utf-8") + _OPEN311.format(url=made.far.url), "utf-8")
        yield made, engine
        engine.dispose()


@pytest.mark.slow
def test_a_key_in_a_query_and_a_password_of_a_database_are_in_no_byte(
    service: tuple[Service, sa.Engine], sifang: Sifang, tmp_path: Path
) -> None:
    """Prefect's database and logs among them, all decoded, whether the far sides answer, deny or repeat what they were given."""
    made, engine = service
    night = process(_NIGHT)
    said = [sifang("doctor", "--connect", code) for code in ("calls", "order")]
    assert [night.returncode, *(s.code for s in said)] == [0, 0, 0], (night, said)
    assert {q.params.get("api_key") for q in made.far.asked} == {API_KEY}
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE cases"))
    made.far.faults = [once(echoed, 99)]
    refused = process(_NIGHT)
    denied = [sifang("source", "fetch", "--json"), *(sifang("doctor", "--connect", code) for code in ("calls", "order"))]
    assert [refused.returncode, *(s.code for s in denied)] == [1, 1, 1, 1], (refused, denied)
    home, search = tmp_path / "home", Search([API_KEY, PASSWORD])
    printed = "".join([*(n.stdout + n.stderr for n in (night, refused)), *(s.out + s.err for s in (*said, *denied))])
    assert "source_refused" in printed
    assert "source_answer" in printed
    assert not search.within(printed.encode())
    assert (home / "prefect" / "prefect.db").is_file()
    assert search.found(lying_in(home)) == set()
    (home / "prefect" / "planted.txt").write_text(f"password={PASSWORD}")
    assert search.found(lying_in(home))
