"""What a flow, a task or a look lets out where it fails: words of the product's own, and none that it came upon."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

import pytest

from flows.steps.discretion import UnforeseenError, discreet
from flows.tell.doctor.looking import Look, looked
from infra.districts.problems import FolderError
from infra.errors import SifangError, paragraph

ADA = "Ada Winterbourne"


def let_out(error: BaseException) -> BaseException:
    """What comes out of a flow that came upon an error."""

    def flow() -> None:
        try:
            raise error
        except ValueError as cause:
            raise SifangError("The lake cannot be read.") from cause

    with pytest.raises((SifangError, OSError)) as caught, discreet():
        flow()
    told = "".join(traceback.format_exception(caught.value))
    assert ADA not in told
    assert ADA not in paragraph(caught.value)
    return caught.value


def test_what_nobody_foresaw_is_told_by_its_class_and_place() -> None:
    found = let_out(KeyError(ADA))
    assert isinstance(found, UnforeseenError)
    assert "KeyError in" in str(found)


def test_the_cause_of_an_error_stays_inside() -> None:
    assert str(let_out(ValueError(ADA))) == "The lake cannot be read."


def test_a_faulty_folder_is_told_by_how_many_problems_it_has() -> None:
    found = let_out(FolderError(Path("weibin"), [f"kinds.{ADA}: is none", "x"]))
    assert str(found).startswith("2 problems in the folder of the district. `sifang doctor` names them")


def test_an_error_of_the_system_keeps_its_number_and_loses_the_name_of_the_file() -> None:
    found = let_out(OSError(errno.ESTALE, "Stale file handle", f"/inbox/{ADA}.csv"))
    assert isinstance(found, OSError)
    assert found.errno == errno.ESTALE


def test_a_person_who_looks_for_a_fault_may_see_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_TRACEBACK", "1")
    with pytest.raises(KeyError, match=ADA), discreet():
        raise KeyError(ADA)


def test_a_look_that_fails_repeats_nothing_of_what_it_came_upon() -> None:
    def look() -> list[None]:
        raise ValueError(ADA)

    (found,) = looked(Look("the lake", look))  # type: ignore[arg-type]
    assert found.detail.startswith("could not look: ValueError in ")
    assert ADA not in repr(found)
