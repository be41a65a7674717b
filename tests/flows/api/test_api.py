"""The API: what the verbs do, for who may; what it refuses, it refuses in words and says nowhere what was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from flows.alerts.tokens import make_token, revoke, tokens
from flows.api.app import api
from flows.api.limits import MAX_BODY_BYTES, Rate
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra import clock
from infra.errors import SifangError
from infra.warehouse.alerts.alerts import alerts_of, events_of_alert
from infra.warehouse.tables import metadata
from tests.helpers.invented import rainfall
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.types import TYPES

NOW = moment(NIGHT, 6)
DAY = dt.timedelta(days=1)
OFTEN = 10_000_000
# Of each operation; more by hand.
EXAMPLES = 25


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """What the clock says; a test moves it on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    return times


@pytest.fixture
def rained(district: Tiny, now: list[dt.datetime]) -> Iterator[Tiny]:
    """A night that opened alerts."""
    with TYPES.including(rainfall.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
        yield district


@pytest.fixture
def client(rained: Tiny) -> Iterator[TestClient]:
    """The API of the district."""
    with TestClient(api(rained.context, Rate(OFTEN)), raise_server_exceptions=False) as made:
        yield made


def of(made: Tiny, role: str, days: int = 30) -> dict[str, str]:
    """The header of a new token."""
    return {"Authorization": f"Bearer {make_token(made.context, role, NOW + days * DAY, NOW).token}"}


def alert(made: Tiny, **about: object) -> dict[str, Any]:
    return next(row for row in alerts_of(made.context.warehouse).to_dicts() if all(row[k] == v for k, v in about.items()))


def post(client: TestClient, one: dict[str, Any], who: dict[str, str], seen: int | None = None, **body: object) -> Any:
    headers = who | ({} if seen is None else {"If-Match": f'"{seen}"'})
    return client.post(f"/v1/alerts/{one['alert_id']}/acts", headers=headers, json=body)


def test_an_act_goes_the_same_way_as_the_verb_and_names_what_was_seen(client: TestClient, rained: Tiny) -> None:
    one, who = alert(rained, type="rainfall", category="safety"), of(rained, "district")
    seen = client.get(f"/v1/alerts/{one['alert_id']}", headers=who)
    assert (seen.status_code, seen.headers["etag"]) == (200, '"1"')
    assert post(client, one, who, act="acknowledge").status_code == 428
    done = post(client, one, who, 1, act="acknowledge")
    assert (done.status_code, done.json()["events"], done.json()["seq"]) == (200, ["acknowledged"], 2)
    stale = post(client, one, who, 1, act="assign", departments=["works"])
    assert (stale.status_code, stale.json()["why"], stale.json()["seq"]) == (412, "stale", 2)
    twice = post(client, one, who, 2, act="acknowledge")
    assert (twice.status_code, twice.json()["why"]) == (409, "done")


def test_the_same_key_is_the_same_act(client: TestClient, rained: Tiny) -> None:
    one, who = alert(rained, type="rainfall", category="safety"), of(rained, "district") | {"Idempotency-Key": "k1"}
    assert post(client, one, who, 1, act="acknowledge").json()["seq"] == 2
    again = post(client, one, who, 1, act="acknowledge")
    assert (again.status_code, again.json()["events"]) == (200, [])
    # Whatever it is made of, none of it is kept.
    kept = [event.key for event in events_of_alert(rained.context.warehouse, one["alert_id"])]
    assert kept
    assert not any("k1" in key for key in kept)


def test_two_operators_at_once_get_one_winner_and_one_plain_refusal(client: TestClient, rained: Tiny) -> None:
    one, who = alert(rained, type="rainfall", category="safety"), of(rained, "district")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: post(client, one, who, 1, act="acknowledge").status_code, range(4)))
    assert sorted(found) == [200, 412, 412, 412]
    assert alert(rained, alert_id=one["alert_id"])["seq"] == 2


def test_each_role_sees_and_does_what_is_its_own(client: TestClient, rained: Tiny) -> None:
    own = alert(rained, type="overdue", subdistrict="north")
    north, south, reader = (of(rained, role) for role in ("subdistrict:north", "subdistrict:south", "reader"))
    seen = client.get("/v1/alerts", headers=north).json()["alerts"]
    assert {line["subdistrict"] for line in seen} == {"north"}
    assert client.get(f"/v1/alerts/{own['alert_id']}", headers=south).status_code == 404
    assert post(client, own, south, 1, act="acknowledge").status_code == 404
    assert post(client, own, north, 1, act="acknowledge").status_code == 200
    # Who may only read sees no place, no cause, and does nothing.
    shown = client.get(f"/v1/alerts/{own['alert_id']}", headers=reader).json()
    assert (shown["alert"]["subject"], shown["alert"]["name"], shown["why"], shown["timeline"]) == (None, None, [], [])
    assert post(client, own, reader, 2, act="assign", departments=["works"]).status_code == 403
    assert client.get("/v1/handover", headers=reader).status_code == 403
    assert client.get(f"/v1/alerts/{own['alert_id']}/cap", headers=reader).status_code == 403
    assert client.get("/v1/silences", headers=reader).status_code == 403


@pytest.mark.parametrize("how", ["missing", "wrong", "expired", "revoked", "no scheme"])
def test_a_token_that_is_not_good_is_refused_and_logged_without_its_value(
    client: TestClient, rained: Tiny, now: list[dt.datetime], caplog: pytest.LogCaptureFixture, how: str
) -> None:
    made = make_token(rained.context, "district", NOW + DAY, NOW)
    header = f"Bearer {made.token}"
    match how:
        case "wrong":
            header = header[:-3] + ("abc" if header[-3:] != "abc" else "abd")
        case "expired":
            now[0] = NOW + DAY
        case "revoked":
            revoke(rained.context, made.line.token_id, NOW)
        case "no scheme":
            header = made.token
    with caplog.at_level(logging.INFO):
        found = client.get("/v1/alerts", headers={} if how == "missing" else {"Authorization": header})
    assert (found.status_code, found.headers["www-authenticate"]) == (401, "Bearer")
    assert found.json()["why"] == {"no scheme": "wrong"}.get(how, how)
    secret = header.split("_", 2)[-1]
    assert secret not in caplog.text
    assert secret not in found.text
    refused = [r.getMessage() for r in caplog.records if r.name == "sifang.api"]
    assert len(refused) == 1
    assert "/v1/alerts" in refused[0]
    assert (made.line.token_id in refused[0]) is (how in {"wrong", "expired", "revoked"})


def test_of_a_token_only_a_digest_is_stored_and_it_has_an_end(rained: Tiny) -> None:
    made = make_token(rained.context, "subdistrict:north", NOW + DAY, NOW)
    secret = made.token.split("_", 2)[2]
    raw = rained.context.warehouse.engine.url.database
    assert raw is not None
    kept = b"".join(file.read_bytes() for file in Path(raw).parent.glob("warehouse.db*"))
    assert secret.encode() not in kept
    assert hashlib.sha256(made.token.split("_", 2)[2].encode()).hexdigest().encode() in kept
    for until in (NOW, NOW + 400 * DAY):
        with pytest.raises(SifangError, match="moment to come"):
            make_token(rained.context, "district", until, NOW)
    with pytest.raises(SifangError, match="no role here"):
        make_token(rained.context, "mayor", NOW + DAY, NOW)
    assert [line.role for line in tokens(rained.context).tokens] == ["subdistrict"]


def test_a_get_changes_nothing(client: TestClient, rained: Tiny) -> None:
    who, one = of(rained, "district"), alert(rained, type="rainfall", category="safety")

    def state() -> list[list[Any]]:
        with rained.context.warehouse.engine.connect() as connection:
            return [list(connection.execute(table.select()).all()) for table in metadata.sorted_tables]

    before = state()
    paths = client.get("/openapi.json").json()["paths"]
    gets = [path for path, verbs in paths.items() if "get" in verbs]
    assert len(gets) >= 5
    for path in gets:
        found = client.get(path.replace("{alert}", one["alert_id"]), headers=who)
        assert found.status_code == 200, path
    assert state() == before


def test_silences_over_http(client: TestClient, rained: Tiny) -> None:
    who = of(rained, "district")
    body = {"reason": "works", "until": (NOW + DAY).isoformat(), "type": "rainfall"}
    made = client.post("/v1/silences", headers=who, json=body)
    assert (made.status_code, made.json()["matches_now"]) == (200, 2)
    name = made.json()["silence_id"]
    assert [s["silence_id"] for s in client.get("/v1/silences", headers=who).json()["silences"]] == [name]
    assert client.delete(f"/v1/silences/{name}", headers=who).json()["silences"] == []
    assert client.delete(f"/v1/silences/{name}", headers=who).status_code == 409
    assert client.post("/v1/silences", headers=who, json=body | {"until": "9999-12-31T23:59:59-12:00"}).status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"until": 4102444800}, {"until": "4102444800"}, {"until": "2026-03-03 12:00:00Z"}, {"until_calm": 1}, {"until_calm": "yes"}]
)
def test_what_only_could_be_read_so_is_refused_as_the_document_says(client: TestClient, rained: Tiny, wrong: dict[str, object]) -> None:
    who, one = of(rained, "district"), alert(rained, type="rainfall", category="safety")
    body = {"reason": "works", "until": (NOW + DAY).isoformat(), "type": "rainfall"}
    assert client.post("/v1/silences", headers=who, json=body | wrong).status_code == 422
    if "until" in wrong:
        assert post(client, one, who, 1, act="wait", **wrong).status_code == 422
    for every, status in {"true": 200, "false": 200, "1": 422, "on": 422, "": 422}.items():
        assert client.get(f"/v1/alerts?every={every}", headers=who).status_code == status


def test_what_is_too_large_or_too_often_is_refused(rained: Tiny) -> None:
    who = of(rained, "district")
    with TestClient(api(rained.context, Rate(2))) as few:
        assert few.post("/v1/silences", headers=who, content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
        assert [few.get("/v1/silences", headers=who).status_code for _ in range(4)] == [200, 200, 429, 429]
        # Who tries tokens out is held up by its address.
        assert [few.get("/v1/alerts").status_code for _ in range(4)] == [401, 401, 429, 429]


def test_a_declaration_that_changes_is_read_again_and_one_in_pieces_is_refused_plainly(
    client: TestClient, rained: Tiny, caplog: pytest.LogCaptureFixture
) -> None:
    who, file = of(rained, "district"), rained.context.folder.path / "district.toml"
    one, before = alert(rained, type="overdue", subdistrict="north"), file.read_text("utf-8")
    assert post(client, one, who, 1, act="assign", departments=["parks"]).status_code == 409
    file.write_text(before.replace("[departments]", '[departments]\nparks = { name_zh = "园林局", name_en = "Parks" }'), "utf-8")
    assert post(client, one, who, 1, act="assign", departments=["parks"]).status_code == 200
    file.write_text("timezone = nowhere", "utf-8")
    faulty = client.get("/v1/alerts", headers=who)
    assert (faulty.status_code, faulty.json()["why"]) == (503, "declaration")
    assert "nowhere" not in faulty.text + caplog.text
    assert str(rained.context.folder.path) not in faulty.text + caplog.text
    file.write_text(before, "utf-8")
    assert client.get("/v1/alerts", headers=who).status_code == 200


def test_what_is_not_understood_is_not_repeated(client: TestClient, rained: Tiny) -> None:
    found = client.get("/v1/alerts?state=secret-thing", headers=of(rained, "district"))
    assert (found.status_code, found.json()["why"]) == (422, "not_understood")
    assert "secret-thing" not in found.text
    nothing = client.get("/v1/alerts?subdistrict=secret-thing", headers=of(rained, "district"))
    assert (nothing.status_code, nothing.json()["why"], "secret" in nothing.text) == (404, "unknown", False)


def test_whatever_the_document_allows_is_answered_as_it_says(rained: Tiny) -> None:
    """Every operation, from its description alone, with good requests and bad ones; only the token is given."""
    who, asked = of(rained, "district"), set()
    schema = schemathesis.openapi.from_asgi("/openapi.json", api(rained.context, Rate(OFTEN)))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        good, bad = (operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=good | bad)
        def holds(case: Any) -> None:
            case.call_and_validate(headers=who)

        holds()
        asked.add(operation.label)
    assert len(asked) >= 8
