"""The outbox: a message is posted once, waits in its order, and is marked once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.alerts.outbox import mark_delivered, post, waiting
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.publish import publish
from tests.helpers.publication import DISTRICT, NIGHT, publication, score_row, scores
from transforms.alerts.messages import Message

NOW = dt.datetime(2024, 6, 3, 21, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
TOMORROW = NIGHT + dt.timedelta(days=1)


def put(warehouse: Warehouse, *messages: Message, night: dt.date = NIGHT, revision: int = 1, district: str = DISTRICT) -> None:
    with writing(warehouse) as connection:
        post(connection, district, night, revision, messages, NOW)


def rows(warehouse: Warehouse) -> list[dict[str, Any]]:
    with reading(warehouse) as connection:
        return [dict(r) for r in connection.execute(sa.select(tables.outbox).order_by(tables.outbox.c.message_id)).mappings()]


def test_a_message_comes_back_as_it_was_posted(warehouse: Warehouse) -> None:
    message = Message("a", {"level": "红", "cell": "C1", "score": 0.1 + 0.2, "none": None})
    put(warehouse, message)
    assert waiting(warehouse) == [message]
    assert rows(warehouse)[0]["created_at"] == NOW


def test_posting_again_changes_nothing(warehouse: Warehouse) -> None:
    put(warehouse, Message("a", {"n": 1}))
    before = rows(warehouse)
    put(warehouse, Message("a", {"n": 2}), revision=2)
    assert rows(warehouse) == before
    put(warehouse, Message("a", {"n": 2}), Message("b", {"n": 3}), revision=2)
    assert [(r["message_id"], r["revision"], r["payload"]) for r in rows(warehouse)] == [("a", 1, {"n": 1}), ("b", 2, {"n": 3})]


def test_a_delivered_message_that_is_posted_again_does_not_wait_again(warehouse: Warehouse) -> None:
    put(warehouse, Message("a", {}))
    mark_delivered(warehouse, "a", NOW)
    put(warehouse, Message("a", {}))
    assert waiting(warehouse) == []


def test_the_oldest_night_waits_first_and_districts_do_not_mix(warehouse: Warehouse) -> None:
    put(warehouse, Message("a", {}), night=TOMORROW)
    put(warehouse, Message("c", {}), Message("b", {}))
    put(warehouse, Message("a", {}), district="another")
    assert [m.message_id for m in waiting(warehouse)] == ["b", "c", "a"]
    mark_delivered(warehouse, "a", NOW)
    assert [m.message_id for m in waiting(Warehouse(warehouse.engine, "another"))] == ["a"]


def test_a_message_is_marked_once_and_the_first_time_stands(warehouse: Warehouse) -> None:
    put(warehouse, Message("a", {}), Message("b", {}))
    mark_delivered(warehouse, "a", NOW)
    mark_delivered(warehouse, "a", LATER)
    mark_delivered(warehouse, "unknown", LATER)
    assert [(r["message_id"], r["delivered_at"]) for r in rows(warehouse)] == [("a", NOW), ("b", None)]
    assert [m.message_id for m in waiting(warehouse)] == ["b"]


def test_a_transaction_that_fails_posts_nothing(warehouse: Warehouse) -> None:
    def fail() -> None:
        with writing(warehouse) as connection:
            post(connection, DISTRICT, NIGHT, 1, [Message("a", {})], NOW)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    assert rows(warehouse) == []


def test_nothing_to_tell_is_no_statement(warehouse: Warehouse) -> None:
    put(warehouse)
    assert rows(warehouse) == []


def test_messages_enter_with_their_night(warehouse: Warehouse) -> None:
    first, second = Message("a", {"n": 1}), Message("b", {"n": 2})
    publish(warehouse, *publication(messages=[first]))
    publish(warehouse, *publication(messages=[first, second], run_id="run-2", scores=scores(score_row(level="red"))))
    assert [(r["message_id"], r["revision"], r["night"]) for r in rows(warehouse)] == [("a", 1, NIGHT), ("b", 2, NIGHT)]
