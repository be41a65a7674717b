"""Far sides that never rest: read to an end, and nothing that was there is left out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import polars as pl
import pytest

from infra.sources.connectors import kinds
from infra.sources.connectors.contract import Connector
from infra.sources.unpack import Delivered
from tests.helpers.far.arcgis import Layer
from tests.helpers.far.asking import NOW, Asked
from tests.helpers.far.cases import BEGIN, COLUMNS, case
from tests.helpers.far.others import RESOURCE, Datastore, Service
from tests.helpers.far.server import Fault, Question, Reply, serving
from tests.helpers.far.socrata import Portal

RowsOf = Callable[[list[Delivered]], pl.DataFrame]
# What would not come to an end is refused by this instead.
AT_MOST = 900


@pytest.mark.parametrize("most", [1, 200])
@pytest.mark.parametrize("pages", [True, False], ids=["pages", "only lists ids"])
def test_a_layer_that_grows_with_every_answer_is_read_to_an_end(asked: Asked, rows_of: RowsOf, most: int, pages: bool) -> None:
    layer = Layer(COLUMNS, most=most, pages=pages, edits=False)
    layer.put(case(n) for n in range(9 if most == 1 else 450))
    there = layer.numbers()

    def growing(_: Question, reply: Reply) -> Reply:
        layer.put([case(100_000 + len(layer.far.asked))])
        return reply

    layer.far.faults = [growing]
    with serving(layer.far):
        found = set(rows_of(asked({"kind": "arcgis", "url": layer.url, "max_rows": AT_MOST}))["number"])
    assert set(there) <= found


@pytest.mark.parametrize("page_rows", [1, 100])
def test_a_datastore_that_grows_with_every_answer_is_read_to_an_end(asked: Asked, rows_of: RowsOf, page_rows: int) -> None:
    store = Datastore(case(n) for n in range(9 if page_rows == 1 else 450))
    there = {str(r["number"]) for r in store.rows}

    def growing(question: Question, reply: Reply) -> Reply:
        store.rows.append({"_id": len(store.rows) + 1, **case(100_000 + question.number)})
        return reply

    store.far.faults = [growing]
    with serving(store.far):
        told = asked({"kind": "ckan", "url": store.far.url, "resource": RESOURCE, "page_rows": page_rows, "max_rows": AT_MOST})
    assert there <= set(rows_of(told)["number"])


def test_a_dataset_that_is_edited_with_every_answer_is_read_to_an_end(asked: Asked, rows_of: RowsOf) -> None:
    portal = Portal(COLUMNS, cap=200)
    portal.put(case(n) for n in range(450))

    def edited(question: Question, reply: Reply) -> Reply:
        portal.clock += dt.timedelta(seconds=1)
        portal.edit("number", f"n{question.number * 7 % 450:06d}", status=f"state {question.number}")
        return reply

    portal.far.faults = [edited]
    with serving(portal.far):
        declared = {"kind": "socrata", "url": portal.url, "page_rows": 200, "max_rows": AT_MOST, "overlap_hours": 0}
        first = rows_of(asked(declared))
        assert set(first["number"]) == {f"n{n:06d}" for n in range(450)}
        portal.far.faults = []
        held = dict(pl.concat([first, rows_of(asked(declared))]).select("number", "status").iter_rows())
    assert held == {r["number"]: r["status"] for r in portal.rows()}


def test_a_row_that_is_edited_behind_the_reader_comes_the_next_time(asked: Asked, rows_of: RowsOf) -> None:
    """Without overlap: the newest edit of the last page is no promise for rows of the first one."""
    layer = Layer(COLUMNS)
    layer.put(case(n) for n in range(450))

    def edited(question: Question, reply: Reply) -> Reply:
        if question.number == 6:
            layer.edit("n000003", "closed")
            layer.clock += dt.timedelta(hours=1)
            layer.edit("n000440", "closed")
        return reply

    layer.far.faults = [edited]
    with serving(layer.far):
        declared = {"kind": "arcgis", "url": layer.url, "overlap_hours": 0}
        assert dict(rows_of(asked(declared)).select("number", "status").iter_rows())["n000440"] == "closed"
        assert dict(rows_of(asked(declared)).select("number", "status").iter_rows())["n000003"] == "closed"


def test_what_changed_after_a_clock_ran_ahead_is_not_missed_by_who_asks_seldom(asked: Asked, rows_of: RowsOf) -> None:
    portal = Portal(COLUMNS)
    portal.put(case(n) for n in range(50))
    portal.clock = NOW + dt.timedelta(days=400)
    portal.put([case(60)])
    with serving(portal.far):
        asked({"kind": "socrata", "url": portal.url})
        portal.clock = NOW + dt.timedelta(days=1)
        portal.put([case(70)])
        # Ten days later, and the overlap is one.
        asked.now = NOW + dt.timedelta(days=10)
        assert "n000070" in set(rows_of(asked({"kind": "socrata", "url": portal.url}))["number"])


def test_as_many_requests_of_one_second_as_a_round_number_are_all_where_it_gave_more_before(asked: Asked, rows_of: RowsOf) -> None:
    service = Service(cap=1000)
    service.put((case(n) for n in range(137)), BEGIN)
    service.put((case(500 + n, happened="2026-02-20T00:00:00Z") for n in range(50)), BEGIN)
    columns = {"occurred_at": "requested_datetime", "kind": "service_name", "lon": "long", "lat": "lat", "status": "status"}
    with serving(service.far):
        declared = {"kind": "open311", "url": f"{service.far.url}/v2", "first": "2026-01-01"}
        told = asked(declared, key=["service_request_id"], columns=columns)
    assert sorted(rows_of(told)["service_request_id"]) == sorted(service.requests)


def _fourth_is(number: object) -> Fault:
    def told(_: Question, reply: Reply) -> Reply:
        answer = json.loads(reply.body)
        for record in answer["result"]["records"]:
            record["_id"] = number if record["_id"] == 4 else record["_id"]
        return Reply(json.dumps(answer).encode())

    return told


def _superscript(_: Question, reply: Reply) -> Reply:
    # A digit to some, a number to nobody.
    return Reply('[{"count": "²"}]'.encode()) if b"count" in reply.body else reply


def _texts_for_ids(question: Question, reply: Reply) -> Reply:
    return Reply(b'{"objectIds": ["x", null]}') if "returnIdsOnly" in question.params else reply


def test_what_should_be_a_number_and_is_none_is_refused_in_words(asked: Asked) -> None:
    store, portal, layer = Datastore(case(n) for n in range(9)), Portal(COLUMNS), Layer(COLUMNS, pages=False)
    portal.far.faults, layer.far.faults = [_superscript], [_texts_for_ids]
    portal.put(case(n) for n in range(9))
    layer.put(case(n) for n in range(9))
    with serving(store.far), serving(portal.far), serving(layer.far):
        told = [asked({"kind": "arcgis", "url": layer.url})[-1].refusal]
        for number in ("x4", True, 2**64 - 1, None):
            store.far.faults = [_fourth_is(number)]
            told.append(asked({"kind": "ckan", "url": store.far.url, "resource": RESOURCE})[-1].refusal)
        # What it cannot count is taken as it comes.
        assert asked({"kind": "socrata", "url": portal.url})[-1].refusal is None
    assert [r.reason for r in told if r] == ["source_answer"] * 5


def test_a_key_that_has_become_a_list_is_refused(asked: Asked) -> None:
    portal = Portal(COLUMNS)
    portal.put(case(n) for n in range(9))
    portal.far.faults = [lambda q, r: Reply(r.body.replace(b'"n000004"', b'["n000004"]'), headers=r.headers)]
    with serving(portal.far):
        told = asked({"kind": "socrata", "url": portal.url})[-1].refusal
    assert told is not None
    assert (told.reason, "lists or objects" in told.detail) == ("source_answer", True)


def test_what_nobody_foresaw_refuses_one_source_and_tells_no_value(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> Connector:
        raise ZeroDivisionError("Winifred Ashgrove")

    monkeypatch.setattr(kinds, "Socrata", failing)
    (file,) = asked({"kind": "socrata", "url": "http://127.0.0.1:9/resource/abcd-1234"})
    assert file.refusal is not None
    assert (file.refusal.reason, "Ashgrove" in file.refusal.detail) == ("check_failed_to_run", False)
