from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import polars as pl
import pytest

from infra import clock
from infra.sources.unpack import Delivered
from tests.helpers.far.asking import NOW, Asked
from tests.helpers.far.cases import BEGIN, case
from tests.helpers.far.others import RESOURCE, Datastore, Service
from tests.helpers.far.server import Question, Reply, serving

RowsOf = Callable[[list[Delivered]], pl.DataFrame]
REQUESTS = {"occurred_at": "requested_datetime", "kind": "service_name", "lon": "long", "lat": "lat", "status": "status"}


def ckan(store: Datastore) -> dict[str, object]:
    return {"kind": "ckan", "url": store.far.url, "resource": RESOURCE, "page_rows": 100}


def test_a_datastore_comes_whole_and_the_same_again(asked: Asked, rows_of: RowsOf) -> None:
    store = Datastore(case(n) for n in range(1234))
    with serving(store.far):
        first = asked(ckan(store))
        assert sorted(rows_of(first)["number"]) == [r["number"] for r in store.rows]
        again = asked(ckan(store))
        assert [f.content for f in again] == [f.content for f in first]
        before = dict(store.rows[0])
        store.rows[0]["status"] = "closed"
        other = asked(ckan(store))
        assert [f.content for f in other[1:]] == [f.content for f in first[1:]]
        store.rows[0] = before
        # As it was at first, and yet another delivery: what came between must not go on standing.
        assert asked(ckan(store))[0].content not in {first[0].content, other[0].content}


def test_rows_that_go_while_they_are_paged_make_no_gap(asked: Asked, rows_of: RowsOf) -> None:
    store = Datastore(case(n) for n in range(1000))

    def going(question: Question, reply: Reply) -> Reply:
        if question.params.get("limit") == "100" and len(store.rows) > 960:
            del store.rows[:7]
        return reply

    store.far.faults = [going]
    with serving(store.far):
        found = set(rows_of(asked(ckan(store)))["number"])
    assert {r["number"] for r in store.rows} <= found


def test_a_datastore_that_skips_rows_is_refused(asked: Asked) -> None:
    store = Datastore(case(n) for n in range(1000))

    def skipping(question: Question, reply: Reply) -> Reply:
        told = json.loads(reply.body)
        told["result"]["records"] = [r for r in told["result"]["records"] if not 500 <= r["_id"] < 550]
        return Reply(json.dumps(told).encode())

    store.far.faults = [skipping]
    with serving(store.far):
        told = asked(ckan(store))[-1].refusal
    assert told is not None
    assert told.reason == "source_incomplete"


def test_a_column_that_a_datastore_lacks_is_named(asked: Asked) -> None:
    store = Datastore({k: v for k, v in case(n).items() if k != "status"} for n in range(10))
    with serving(store.far):
        told = asked(ckan(store))[-1].refusal
    assert told is not None
    assert (told.reason, told.detail) == ("column_missing", "status")


def open311(service: Service) -> dict[str, object]:
    return {"kind": "open311", "url": f"{service.far.url}/v2", "first": "2026-01-01", "window_days": 20, "page_rows": 100}


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize("cap", [100, 50])
def test_windows_are_halved_until_the_cap_is_not_reached(asked: Asked, rows_of: RowsOf, cap: int) -> None:
    service = Service(cap)
    service.put((case(n) for n in range(1234)), BEGIN)
    with serving(service.far):
        files = asked(open311(service), key=["service_request_id"], columns=REQUESTS)
    assert sorted(rows_of(files)["service_request_id"]) == sorted(service.requests)
    assert len(service.far.asked) < 80


def test_the_last_days_are_asked_again(asked: Asked, rows_of: RowsOf) -> None:
    service = Service()
    service.put((case(n) for n in range(1234)), BEGIN)
    with serving(service.far):
        asked(open311(service), key=["service_request_id"], columns=REQUESTS)
        service.put([case(1200, status="closed"), case(3, status="closed")], BEGIN + dt.timedelta(days=59))
        again = rows_of(asked(open311(service), key=["service_request_id"], columns=REQUESTS))
    held = dict(again.select("service_request_id", "status").iter_rows())
    assert held["n001200"] == "closed"
    assert "n000003" not in held


def test_what_happened_between_two_windows_is_not_missed(asked: Asked, rows_of: RowsOf) -> None:
    # A server that keeps parts of a second: this one lies after the end of the first window, and before the next second.
    service = Service()
    service.put([case(1, happened="2026-01-31T00:00:00Z"), case(2, happened="2026-01-31T00:00:00.500Z")], BEGIN)
    with serving(service.far):
        files = asked(open311(service), key=["service_request_id"], columns=REQUESTS)
    assert sorted(rows_of(files)["service_request_id"]) == ["n000001", "n000002"]


def test_a_service_that_answers_alike_whatever_days_are_asked_for_is_refused(asked: Asked, rows_of: RowsOf) -> None:
    service = Service()
    service.put((case(n) for n in range(1234)), BEGIN)
    same = service.far.answer(Question("GET", "/v2/requests.json", {"start_date": f"{BEGIN:%FT%TZ}", "end_date": f"{NOW:%FT%TZ}"}, {}, 0))
    service.far.answer = lambda _: Reply(json.dumps(json.loads(same.body)[:37]).encode())
    with serving(service.far):
        files = asked(open311(service), key=["service_request_id"], columns=REQUESTS)
    told = files[-1].refusal
    assert told is not None
    assert (told.reason, "of other days than those asked for" in told.detail) == ("source_incomplete", True)


def test_more_requests_in_a_second_than_it_gives_are_refused(asked: Asked) -> None:
    service = Service()
    service.put((case(n, happened="2026-01-05T00:00:00Z") for n in range(150)), BEGIN)
    with serving(service.far):
        told = asked(open311(service), key=["service_request_id"], columns=REQUESTS)[-1].refusal
    assert told is not None
    assert told.reason == "source_incomplete"


def test_weeks_without_a_request_are_no_fault_while_the_service_has_the_earlier_ones(
    asked: Asked, rows_of: RowsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service()
    service.put((case(n) for n in range(1234)), BEGIN)
    with serving(service.far):
        assert len(rows_of(asked(open311(service), key=["service_request_id"], columns=REQUESTS))) == 1234

        def asked_after(days: int) -> list[Delivered]:
            asked.now = NOW + dt.timedelta(days=days)
            monkeypatch.setattr(clock, "now", lambda: asked.now)
            return asked(open311(service), key=["service_request_id"], columns=REQUESTS)

        # The days before the first asking are asked for again, and there are none after it.
        assert len(rows_of(asked_after(60))) > 20
        before = len(service.far.asked)
        assert asked_after(120) == []
        # Its window, and one look at what it had long ago.
        assert len(service.far.asked) - before < 20
        service.put([case(9000, happened="2026-06-29T00:00:00Z")], BEGIN)
        assert rows_of(asked_after(121))["service_request_id"].to_list() == ["n009000"]


def test_a_service_that_has_lost_all_of_its_requests_is_refused(asked: Asked) -> None:
    service = Service()
    service.put((case(n) for n in range(1234)), BEGIN)
    with serving(service.far):
        asked(open311(service), key=["service_request_id"], columns=REQUESTS)
        service.requests.clear()
        told = asked(open311(service), key=["service_request_id"], columns=REQUESTS)[-1].refusal
    assert told is not None
    assert (told.reason, told.detail) == ("no_rows", "it has no row where it had 1234 the last time")
