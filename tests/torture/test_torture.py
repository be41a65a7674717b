"""The machine that breaks things can itself be trusted: it harms what it says, and its judge finds what must be found."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import nine
from tests.torture.disturbances import cut, deleted, emptied, flipped
from tests.torture.judge import State, Undisturbed, Verdict, judge, lines_of
from tests.torture.machine import Machine, Outcome
from tests.torture.scenes import NIGHTLY, Place, Said

PLACE = Place(Path("somewhere") / "round-1", None)
DOCTOR, STATUS, REPLAY = ("doctor",), ("status",), ("replay", "--nights", "3")
WELL = {NIGHTLY: "done", DOCTOR: "ok lake", STATUS: "night 3", REPLAY: "identical"}


def said(arguments: tuple[str, ...], out: str, code: int = 0, trace: str = "") -> Said:
    return Said(arguments, code, out, "", trace)


def verdict(parts: dict[str, Any], **changed: Said) -> Verdict:
    """On a home with these parts, where everybody says what is said of an undisturbed one, but for those that say something else."""
    every = {a: said(a, text) for a, text in WELL.items()}
    known = Undisturbed(State({"scores": [1], "landing": {}}), {a: lines_of(PLACE, s) for a, s in every.items()})
    every |= {s.arguments: s for s in changed.values()}
    return judge(PLACE, known, State(parts), list(every.values()), list(WELL))


SAME, OTHER = {"scores": [1], "landing": {}}, {"scores": [2], "landing": {}}
STOPPED = said(NIGHTLY, "sifang: The lake has lost a file.", 1)
NAMED = said(DOCTOR, "bad lake: damaged", 1)


def test_what_is_as_if_nothing_had_been_is_no_fault() -> None:
    assert verdict(SAME) == Verdict((), (), ())


def test_a_traceback_is_a_fault_whatever_is_stored() -> None:
    assert "ends with a traceback" in verdict(SAME, status=said(STATUS, "", 1, "Traceback …")).faults[0]


def test_what_differs_and_nobody_names_is_a_fault() -> None:
    faults = verdict(OTHER).faults
    assert "nightly misleads: code 0" in faults
    assert "doctor names nothing" in faults


def test_what_differs_is_fine_where_all_who_are_believed_say_so() -> None:
    found = verdict(OTHER, nightly=STOPPED, doctor=NAMED)
    assert found.faults == ()
    assert found.differing == ("scores",)
    assert found.named == ("nightly: sifang: The lake has lost a file.", "doctor: bad lake: damaged")


def test_another_answer_without_a_reason_misleads() -> None:
    assert verdict(OTHER, nightly=STOPPED, doctor=NAMED, status=said(STATUS, "night 2")).faults == ("status misleads: code 0",)
    assert verdict(OTHER, nightly=STOPPED, doctor=NAMED, status=said(STATUS, "night 2: the lake is older")).faults == ()


def test_a_fault_that_is_named_with_exit_code_0_misleads() -> None:
    assert verdict(OTHER, nightly=replace(STOPPED, code=0), doctor=NAMED).faults == ("nightly misleads: code 0",)


def test_what_only_serves_rows_that_wait_is_the_doctors_to_name() -> None:
    lost = {"scores": [1], "landing": {"a": "b"}}
    assert verdict(lost, status=said(STATUS, "night 2")).faults == ("doctor names nothing",)
    assert verdict(lost, doctor=NAMED).faults == ()


def test_an_answer_that_never_came_is_a_fault() -> None:
    known = Undisturbed(State(SAME), {})
    assert judge(PLACE, known, State(SAME), [], [STATUS]).faults == ("status gave no answer",)


@pytest.mark.parametrize(
    ("harm", "says"), [(deleted, "is deleted"), (cut, "is cut at byte"), (emptied, "is emptied"), (flipped, "other bytes")]
)
def test_bytes_are_harmed_as_told(harm: Any, says: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(range(200)))
    before = file.stat()
    assert says in harm(file, random.Random(4))
    assert not file.exists() or file.read_bytes() != bytes(range(200))
    if harm is flipped:
        assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_every_flow_runs_on_what_stands_in_for_prefect() -> None:
    flows = "flows.backfill, flows.nightly, flows.sweep"
    code = f"from tests.helpers.stand_ins import stand_in_for_prefect; stand_in_for_prefect(); import {flows}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_attempts_that_found_a_night_as_it_was_are_no_difference() -> None:
    width = max(nine.column("runs", name) for name in ("night", "kind", "mode", "status")) + 1

    def run(status: str) -> tuple[Any, ...]:
        row: list[Any] = [None] * width
        row[nine.column("runs", "status")] = status
        return tuple(row)

    once, again = State({"runs": [run("ok")]}), State({"runs": [run("ok"), run("unchanged"), run("failed")]})
    assert once.differing(again) == again.differing(once) == []
    assert State({"runs": [run("failed")]}).differing(once) == ["runs"]


@pytest.mark.lengthy
def test_the_same_seed_gives_the_same_round(tmp_path: Path) -> None:
    def told(outcome: Outcome) -> tuple[str, ...]:
        return outcome.kind, outcome.scene, outcome.store, outcome.what, outcome.ended

    with Machine(tmp_path) as machine:
        assert told(machine.round(11, "killed")) == told(machine.round(11, "killed"))
