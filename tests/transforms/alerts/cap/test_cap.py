"""CAP messages: valid by the standard's own schema and its rules in words, chained, and read back by another's reader."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import xmlschema
from capparser import capparser  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.real_data import folder, held
from transforms.alerts.alert import Subject
from transforms.alerts.cap.chain import CATEGORIES, Common, cap_chain
from transforms.alerts.cap.message import Area, CapKind, CapMessage, CapSeverity, CapStatus
from transforms.alerts.cap.xml import as_xml
from transforms.alerts.machine.commands import SYSTEM, About, AlertEvent
from transforms.alerts.visible import CAP_CATEGORIES
from transforms.words import Event, Words

NIGHT = dt.date(2026, 3, 3)
AT = dt.datetime(2026, 3, 2, 21, 10, 0, 123456, tzinfo=dt.UTC)
RING = ((35.30, 113.80), (35.30, 113.81), (35.31, 113.81), (35.30, 113.80))
COMMON = Common(
    "sifang.weibin", Words("渭滨", "Weibin"), CapStatus.ACTUAL, Area("某街道 & <网格>", (RING,), "c1"), ZoneInfo("Asia/Shanghai")
)


def chain(
    *names: str, category: str = "safety", level: str | None = "red", common: Common = COMMON, quiet: bool = False
) -> tuple[CapMessage, ...]:
    about = About(Subject("level", "cell", "c1", category), NIGHT, "east", quiet)
    events = [
        AlertEvent("a" * 20, seq, Event(name), AT + dt.timedelta(days=seq), NIGHT, f"k{seq}", SYSTEM, about, level=level)
        for seq, name in enumerate(names, start=1)
    ]
    return cap_chain(events, common)


def kinds(found: tuple[CapMessage, ...]) -> list[tuple[str, int]]:
    return [(message.kind.value, len(message.references)) for message in found]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["opened"], [("Alert", 0)]),
        (["opened", "acknowledged", "raised", "calm", "ended"], [("Alert", 0), ("Update", 1), ("Cancel", 2)]),
        (["opened", "closed", "reopened", "expired"], [("Alert", 0), ("Cancel", 1), ("Alert", 0), ("Cancel", 1)]),
        (["opened", "undone", "retracted"], [("Alert", 0), ("Update", 1), ("Cancel", 2)]),
        (["opened", "listed"], [("Alert", 0), ("Cancel", 1)]),
    ],
)
def test_an_alert_is_chained_from_its_opening_to_its_end(names: list[str], expected: list[tuple[str, int]]) -> None:
    found = chain(*names)
    assert kinds(found) == expected
    assert len({message.identifier for message in found}) == len(found)
    for message in found[1:]:
        assert set(message.references) <= {other.reference for other in found}


def test_a_chain_is_the_same_however_often_it_is_made_and_only_grows() -> None:
    names = ("opened", "raised", "eased", "ended")
    assert all(chain(*names)[:n] == chain(*names[:n]) for n in range(1, len(names) + 1))


@pytest.mark.parametrize("category", ["stability", "political"])
def test_disputes_and_departments_never_leave_as_cap(category: str) -> None:
    assert chain("opened", category=category) == ()
    assert set(CATEGORIES) == CAP_CATEGORIES


def test_what_is_told_in_the_digest_only_does_not_leave_as_cap() -> None:
    assert chain("opened", quiet=True) == ()
    assert cap_chain((), COMMON) == ()


def test_extreme_is_never_ours() -> None:
    assert "Extreme" not in {severity.value for severity in CapSeverity}
    assert [chain("opened", level=level)[0].infos[0].severity.value for level in ("red", "orange", "yellow", "blue", None)] == [
        *("Severe", "Moderate", "Minor", "Minor", "Moderate")
    ]


def test_what_is_no_actual_message_has_names_of_its_own() -> None:
    drill = replace(COMMON, status=CapStatus.EXERCISE)
    (message,) = chain("opened", common=drill)
    assert message.identifier == f"{'a' * 20}-1-exercise"
    assert "<status>Exercise</status>" in as_xml(message)


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """The standard's own, which is no part of the project."""
    return xmlschema.XMLSchema(held(folder() / "cap" / "CAP-v1.2.xsd"))


EVERY = st.lists(st.sampled_from([e.value for e in Event]), max_size=6)


@given(
    names=EVERY,
    category=st.sampled_from(sorted(CATEGORIES)),
    level=st.sampled_from(["red", "orange", "yellow", "blue", None]),
    status=st.sampled_from(list(CapStatus)),
    drawn=st.booleans(),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
)
def test_every_message_is_valid_by_the_schema_and_by_the_rules_in_words(
    schema: xmlschema.XMLSchema, names: list[str], category: str, level: str | None, status: CapStatus, drawn: bool, zone: str
) -> None:
    area = COMMON.area if drawn else Area("somewhere")
    found = chain("opened", *names, category=category, level=level, common=replace(COMMON, status=status, area=area, zone=ZoneInfo(zone)))
    for message in found:
        xml = as_xml(message)
        schema.validate(xml)
        read = capparser.parse(stringXML=xml)
        # What the schema leaves to words: identifiers without blanks, commas, < and &; moments without Z; what each kind and scope needs.
        assert all(re.fullmatch(r"[^\s,<&]+", text) for text in (message.identifier, message.sender))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", read.sent[0])
        assert read.scope[0] == "Restricted"
        assert read.restriction[0]
        assert (message.kind is CapKind.ALERT) is (not message.references)
        for ring in area.polygons:
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
        assert {info.language[0] for info in read.info[0]} == {"zh-CN", "en-US"}


def one(value: object) -> object:
    """What the reader has of an element, once: it keeps a list of what may stand several times."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def test_another_reader_reads_back_equal_fields() -> None:
    for message in chain("opened", "raised", "ended"):
        read = capparser.parse(stringXML=as_xml(message))
        told = {"identifier": message.identifier, "sender": message.sender, "status": "Actual", "msgType": message.kind.value}
        told |= {"scope": "Restricted", "restriction": message.restriction, "incidents": message.incident}
        assert {name: getattr(read, name)[0] for name in told} == told
        assert (getattr(read, "references", None) or (None,))[0] == (" ".join(message.references) or None)
        for info, back in zip(message.infos, read.info[0], strict=True):
            texts = {"language": info.language, "event": info.event, "urgency": info.urgency, "severity": info.severity.value}
            texts |= {"certainty": info.certainty, "headline": info.headline, "description": info.description}
            texts |= {"senderName": info.sender_name}
            assert {name: getattr(back, name)[0] for name in texts} == texts
            (area,) = back.area[0]
            assert area.areaDesc[0] == info.area.description
            points = [tuple(map(float, point.split(","))) for point in str(one(area.polygon[0])).split()]
            assert tuple(points) == info.area.polygons[0]
            assert area.geocode[0][0].value[0] == "c1"
