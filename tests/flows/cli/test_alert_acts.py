"""`sifang alerts` as people use it: what stands, what somebody does about it, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.tiny import NIGHT, Tiny

D = ("-d", tiny.CODE)
Ask = Callable[..., Any]


@pytest.fixture
def ask(rained: Tiny, sifang: Sifang) -> Ask:
    """A verb of alerts in JSON."""

    def asked(*arguments: str) -> Any:
        said = sifang("alerts", *arguments, *D, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    return asked


@pytest.fixture
def one(ask: Ask) -> str:
    """An alert of the night, as a list names it."""
    return str(ask("list", "--level", "orange")["alerts"][0]["ref"])


def test_the_list_names_what_stands_and_filters_narrow_it(ask: Ask, sifang: Sifang) -> None:
    alerts = ask("list")["alerts"]
    assert alerts
    assert {a["state"] for a in alerts} == {"open"}
    assert all(a["ref"] == f"{a['alert_id'][:8]}@1" for a in alerts)
    some = next(a for a in alerts if a["level"])
    narrowed = ask("list", "--type", some["type"], "--category", some["category"], "--level", some["level"])["alerts"]
    assert some["ref"] in {a["ref"] for a in narrowed}
    assert ask("list", "--state", "closed")["alerts"] == []
    drawn = sifang("alerts", "list", *D)
    assert all(a["ref"] in drawn.out for a in alerts)


@pytest.mark.parametrize("filter_", ["--type", "--subdistrict", "--department"])
def test_a_name_that_nothing_bears_is_refused_for_it_would_show_nothing(rained: Tiny, sifang: Sifang, filter_: str) -> None:
    said = sifang("alerts", "list", filter_, "nowhere", *D)
    assert said.out == ""
    assert " here. Write one of: " in plain(said, 2)
    assert sifang("alerts", "handover", "--subdistrict", "nowhere", *D).code == 2


def test_an_alert_is_acknowledged_assigned_and_closed_and_its_page_tells_it(ask: Ask, one: str, sifang: Sifang) -> None:
    short = one.split("@")[0]
    assert ask("ack", one, "--as", "district")["events"] == ["acknowledged"]
    assert ask("assign", f"{short}@2", "--as", "district", "--to", "works")["seq"] == 3
    assert ask("accept", f"{short}@3", "--as", "department:works")["events"] == ["accepted"]
    assert ask("report", f"{short}@4", "--as", "department:works", "--outcome", "fixed")["events"] == ["reported_back", "resolved"]
    assert ask("close", f"{short}@6", "--as", "district")["events"] == ["closed"]
    shown = ask("show", short)
    assert [each["event"] for each in shown["timeline"]] == [
        *("opened", "acknowledged", "assigned", "accepted", "reported_back", "resolved", "closed")
    ]
    assert shown["alert"]["state"] == "closed"
    assert shown["clocks"] == []
    page = sifang("alerts", "show", short, *D).out
    for word in ("What happened:", "acknowledged", "by department works", "fixed", "Why:"):
        assert word in page


def test_a_page_says_what_is_waited_for_and_who_is_told(ask: Ask, one: str) -> None:
    shown = ask("show", one)
    assert {clock["waits_for"] for clock in shown["clocks"]} == {"acknowledge", "act"}
    assert shown["told"]["told"][0][0][0] in {"subdistrict", "district"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ack", "{ref}", "--as", "mayor"), "'mayor' is no role here"),
        (("ack", "{short}", "--as", "district"), "names the number at which the alert was seen"),
        (("ack", "{short}@9", "--as", "district"), "Refused (stale): it has moved on since it was looked at"),
        (("ack", "{short}@x", "--as", "district"), "'x' is no number"),
        (("ack", "ffffffffff@1", "--as", "district"), "No alert begins with"),
        (("accept", "{ref}", "--as", "department:works"), "Refused (not_called)"),
        (("verify", "{ref}", "--as", "district"), "Refused (state)"),
        (("assign", "{ref}", "--as", "district", "--to", "nobody"), "'nobody' is no department here"),
        (("wait", "{ref}", "--as", "district", "--until", "2020-01-01T00:00"), "Refused (moment)"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_paragraph(ask: Ask, one: str, sifang: Sifang, arguments: tuple[str, ...], says: str) -> None:
    written = [text.format(ref=one, short=one.split("@")[0]) for text in arguments]
    assert says in plain(sifang("alerts", *written, *D))
    assert ask("show", one)["alert"]["ref"] == one


def test_acknowledging_twice_is_refused_and_the_same_request_twice_is_one(ask: Ask, one: str, sifang: Sifang) -> None:
    short = one.split("@")[0]
    assert ask("ack", one, "--as", "district", "--key", "k1")["seq"] == 2
    assert ask("ack", one, "--as", "district", "--key", "k1") == {"alert_id": ask("show", short)["alert"]["alert_id"]} | {
        "act": "acknowledge",
        "events": [],
        "seq": None,
    }
    assert "Refused (done): that is done already" in plain(sifang("alerts", "ack", f"{short}@2", "--as", "district", *D))
    assert "Refused (stale)" in plain(sifang("alerts", "ack", one, "--as", "district", *D))


def test_a_key_that_was_used_for_something_else_makes_nothing_done_before(ask: Ask, one: str, sifang: Sifang) -> None:
    short = one.split("@")[0]
    ask("ack", one, "--as", "district", "--key", "k1")
    assert "Refused (stale)" in plain(sifang("alerts", "close", one, "--outcome", "fixed", "--as", "district", "--key", "k1", *D))
    assert ask("close", f"{short}@2", "--outcome", "fixed", "--as", "district", "--key", "k1")["events"] == ["closed"]


def test_a_department_may_be_named_as_the_lists_show_it(ask: Ask, one: str, rained: Tiny) -> None:
    ask("assign", one, "--as", "district", "--to", rained.context.district.departments["works"].name_zh)
    assert ask("show", one.split("@")[0])["alert"]["department"] == "works"


def test_a_handover_says_what_is_unanswered_what_is_in_hand_and_what_waits(ask: Ask, one: str, sifang: Sifang) -> None:
    whole = ask("handover")
    assert one in {a["ref"] for a in whole["unanswered"]}
    assert whole["in_hand"] == []
    ask("ack", one, "--as", "district")
    # Somebody has it, and it is not due today: the next shift is told of it all the same.
    assert [a["ref"] for a in ask("handover")["in_hand"]] == [f"{one.split('@')[0]}@2"]
    assert "Unanswered: " in sifang("alerts", "handover", *D).out
    assert {a["subdistrict"] for a in ask("handover", "--subdistrict", "south")["unanswered"]} <= {"south"}


def test_a_sweep_is_told_and_repeated_does_nothing(ask: Ask, sifang: Sifang) -> None:
    first = ask("sweep")
    again = ask("sweep")
    assert again["events"] == {}
    assert first["due"] >= again["due"]
    assert "alerts due at" in sifang("alerts", "sweep", *D).out
    assert json.loads(sifang("status", *D, "--json").out)["swept_at"]


def test_the_chronic_list_is_shown_with_its_length(ask: Ask, sifang: Sifang) -> None:
    assert ask("chronic") == {"district": tiny.CODE, "night": NIGHT.isoformat(), "of_nights": 90, "due": 0, "places": []}
    assert "0 places hot on more than half" in sifang("alerts", "chronic", *D).out
