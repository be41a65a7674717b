from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import polars as pl
import pytest

from infra.sources.unpack import Delivered
from tests.helpers.far import server
from tests.helpers.far.arcgis import Layer
from tests.helpers.far.asking import Asked
from tests.helpers.far.cases import COLUMNS, case
from tests.helpers.far.server import Question, Reply, once, serving

RowsOf = Callable[[list[Delivered]], pl.DataFrame]
PLACE = {"occurred_at": "happened", "kind": "kind", "lon": "geometry.x", "lat": "geometry.y", "status": "status"}


@pytest.mark.parametrize("pages", [True, False], ids=["pages", "only lists ids"])
def test_everything_comes_once_whatever_the_server_can(asked: Asked, rows_of: RowsOf, pages: bool) -> None:
    layer = Layer(COLUMNS, pages=pages, edits=False)
    layer.put(case(n) for n in range(1234))
    for n in (5, 300, 301):
        layer.delete(f"n{n:06d}")
    with serving(layer.far):
        files = asked({"kind": "arcgis", "url": layer.url}, columns=PLACE)
    found = rows_of(files)
    assert sorted(found["number"]) == layer.numbers()
    assert set(found["geometry.x"]) == {"113.91"}
    assert [len(f.table.rows) for f in files if f.table] == [500, 500, 231]


def test_it_goes_on_where_a_page_is_empty_and_the_limit_was_exceeded(asked: Asked, rows_of: RowsOf) -> None:
    layer = Layer(COLUMNS)
    layer.put(case(n) for n in range(700))

    def none(question: Question, reply: Reply) -> Reply:
        return Reply(b'{"features": [], "exceededTransferLimit": true}') if "orderByFields" in question.params else reply

    layer.far.faults = [none]
    with serving(layer.far):
        assert sorted(rows_of(asked({"kind": "arcgis", "url": layer.url}))["number"]) == layer.numbers()


def test_what_it_counts_and_does_not_give_is_refused(asked: Asked) -> None:
    layer = Layer(COLUMNS)
    layer.put(case(n) for n in range(700))

    def fewer(question: Question, reply: Reply) -> Reply:
        told = json.loads(reply.body)
        if "outFields" in question.params:
            del told["features"][10:12]
        return Reply(json.dumps(told).encode())

    layer.far.faults = [fewer]
    with serving(layer.far):
        (refused,) = asked({"kind": "arcgis", "url": layer.url})
    assert refused.refusal is not None
    assert refused.refusal.reason == "source_incomplete"


def _first_page_always(question: Question, reply: Reply) -> Reply:
    if "outFields" not in question.params:
        return reply
    features = [{"attributes": {"OBJECTID": n}, "geometry": None} for n in range(1, 501)]
    return Reply(json.dumps({"features": features}).encode())


def _no_count(question: Question, reply: Reply) -> Reply:
    return Reply(b"{}") if "returnCountOnly" in question.params else reply


def _no_numbers(question: Question, reply: Reply) -> Reply:
    return Reply(b'{"features": [{"attributes": {"OBJECTID": "x"}}]}') if "outFields" in question.params else reply


@pytest.mark.parametrize("pages", [True, False], ids=["pages", "only lists ids"])
@pytest.mark.parametrize("fault", [_first_page_always, _no_count, _no_numbers])
def test_an_answer_that_cannot_be_one_is_asked_for_again_and_refused(asked: Asked, fault: server.Fault, pages: bool) -> None:
    layer = Layer(COLUMNS, pages=pages)
    layer.put(case(n) for n in range(1234))
    layer.far.faults = [fault]
    with serving(layer.far):
        told = asked({"kind": "arcgis", "url": layer.url})[-1].refusal
    assert told is not None
    assert told.reason == "source_answer"


def test_what_changed_is_asked_for_by_its_date(asked: Asked, rows_of: RowsOf) -> None:
    layer = Layer(COLUMNS)
    layer.put(case(n) for n in range(700))
    with serving(layer.far):
        for number in ("n000007", "n000009"):
            asked({"kind": "arcgis", "url": layer.url})
            layer.clock += dt.timedelta(days=4)
            layer.edit(number, "closed")
        assert rows_of(asked({"kind": "arcgis", "url": layer.url})).select("number", "status").rows() == [
            ("n000007", "closed"),
            ("n000009", "closed"),
        ]


def test_rows_of_one_key_come_together(asked: Asked, rows_of: RowsOf) -> None:
    layer = Layer((*COLUMNS, "unit"))
    layer.put({**case(n % 400), "unit": f"E{n // 400}"} for n in range(1200))
    with serving(layer.far):
        files = asked({"kind": "arcgis", "url": layer.url}, merge=True, row_key=["unit"])
    parted = [set(f.table.rows["number"]) for f in files if f.table]
    assert sum(map(len, parted)) == len(set().union(*parted)) == 400
    assert len(rows_of(files)) == 1200


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (server.html, "source_answer"),
        (lambda q, r: Reply(b'{"error": {"code": 498, "message": "Invalid token of Maria"}}'), "source_refused"),
        (lambda q, r: Reply(b'{"error": {"code": 400, "message": "Maria"}}'), "source_answer"),
        (lambda q, r: Reply(b'{"error": {"code": 500, "message": "Maria"}}'), "source_answer"),
        (lambda q, r: Reply(b'{"error": {"code": "Maria"}}'), "source_answer"),
        (lambda q, r: Reply(b'{"error": {"code": "5 Maria"}}'), "source_answer"),
    ],
)
def test_errors_with_status_200_are_errors(asked: Asked, fault: server.Fault, reason: str) -> None:
    layer = Layer(COLUMNS)
    layer.put(case(n) for n in range(700))
    layer.far.faults = [once(fault, 99, lambda q: q.number > 4)]
    with serving(layer.far):
        told = asked({"kind": "arcgis", "url": layer.url})[-1].refusal
    assert told is not None
    assert (told.reason, "Maria" in told.detail) == (reason, False)
