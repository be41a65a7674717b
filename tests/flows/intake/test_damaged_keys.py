"""A key that came damaged enters as no other report: not out of a file, not from a far side, not where rows name what is no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.intake.ingest import ingest
from infra.warehouse.intake.refusals import refused_files
from tests.helpers.district_folders import source
from tests.helpers.far.server import Far, Reply, serving
from tests.helpers.town import NOW, Build, counts, row, table


def jsonl(*numbers: str) -> str:
    said = ("time", "2025-03-01 12:00:00"), ("kind", "theft"), ("x", "113.81"), ("y", "35.31")
    return "".join(json.dumps({"id": number, **dict(said)}) + "\n" for number in numbers)


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x1b", "\x7f", "\x9f"])
def test_a_key_with_a_control_character_is_set_aside_by_name(build: Build, sign: str) -> None:
    town = build(source(files=["in/*.jsonl"]))
    record = town.take(jsonl("1", "2", f"2{sign}", f"{sign}3", f"4{sign}5"), "police.jsonl")
    assert (record.state, counts(record)["accepted"], counts(record)["quarantined"]) == ("stored", 2, 3)
    assert [(number, reason) for number, reason, _ in town.set_aside()] == [(3, "key_control"), (4, "key_control"), (5, "key_control")]
    town.balance()


def test_a_line_that_ends_within_a_key_is_one_too(build: Build) -> None:
    town = build()
    record = town.take(table(row("1"), row('"2\n7"'), row("3"), row("4\t")))
    assert counts(record)["accepted"] == 3
    assert [(number, reason) for number, reason, _ in town.set_aside()] == [(2, "key_control")]


def test_a_delivery_whose_keys_are_mostly_damaged_is_refused_whole(build: Build) -> None:
    town = build(source(files=["in/*.jsonl"], max_quarantined=0.5))
    record = town.take(jsonl("1", "2\x00", "3\x00"), "police.jsonl")
    assert (record.state, record.reason) == ("refused", "quarantine_share")
    assert "2 rows have control characters" in refused_files(town.context.warehouse)[0].detail


def test_signs_that_nobody_sees_make_no_other_report(build: Build) -> None:
    town = build()
    town.take(table(row("A-17"), row("18")))
    # Left-to-right marks around a number, a byte order mark before it, a soft hyphen in it.
    record = town.take(table(row("\u200eA-17\u200e"), row("\ufeff18"), row("A-\u00ad17")), "police_2.csv")
    assert (record.state, record.accepted, len(town.lake())) == ("stored", 0, 2)


def test_a_far_side_that_ends_a_key_in_nul_gives_no_other_report(build: Build) -> None:
    rows = [json.loads(line) for line in jsonl("1", "2", "3", "3\x00").splitlines()]
    told = [{**r, ":id": f"row-{n}", ":updated_at": "2025-05-01T00:00:00.000Z"} for n, r in enumerate(rows)]

    def answer(question: Any) -> Reply:
        counted = question.params.get("$select") == "count(*)"
        past = ":id >" in question.params.get("$where", "")
        return Reply(json.dumps([{"count": "0" if past else "4"}] if counted else [] if past else told).encode())

    with serving(Far(answer)) as far:
        live = {"kind": "socrata", "url": f"{far.url}/resource/abcd-1234", "allow_local": True}
        town = build({k: v for k, v in source(undeclared="ignore").items() if k != "files"} | {"from": live})
        (record,) = ingest(town.context, NOW)
    assert (counts(record)["accepted"], counts(record)["quarantined"], len(town.lake())) == (3, 1, 3)
