"""What a sending system held about a case at a moment: the corrected values from their correction on, the status of then.

Belongs here: reading the course of a case at one moment. Does not: drawing the course (``cases``), how it is written (``rows``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.workshop.simulator.cases import NEVER, Cases
from transforms.workshop.simulator.events import Bools, Ints


@dataclass(frozen=True)
class State:
    """What the sending system held about some cases at one moment each; a status is open, reopened, closed or withdrawn."""

    kind: Ints
    cell: Ints
    occurred: Ints
    department: Ints
    first_department: Ints
    contacted: Ints
    closed: Ints
    transfers: Ints
    reopens: Ints
    status: npt.NDArray[np.str_]


def state_at(cases: Cases, case: Ints, second: Ints) -> State:
    """The state of ``cases[case]`` at the end of ``second``."""

    def known(moment: Ints) -> Bools:
        result: Bools = moment[case] <= second
        return result

    reopened, again = known(cases.reopened), known(cases.closed_again)
    closed = np.where(again, cases.closed_again[case], np.where(known(cases.closed) & ~reopened, cases.closed[case], NEVER))
    status = np.where(closed < NEVER, "closed", np.where(reopened, "reopened", "open"))
    moved = known(cases.transferred)
    return State(
        kind=_pick(cases, "kind", case, second),
        cell=_pick(cases, "cell", case, second),
        occurred=_pick(cases, "occurred", case, second),
        department=np.where(moved, cases.department[case], cases.department_first[case]),
        first_department=cases.department_first[case],
        contacted=np.where(known(cases.contacted), cases.contacted[case], NEVER),
        closed=closed,
        transfers=np.where(moved, cases.hops[case], 0),
        reopens=reopened.astype(np.int64),
        status=np.where(known(cases.withdrawn), "withdrawn", status),
    )


def _pick(cases: Cases, name: str, case: Ints, second: Ints) -> Ints:
    """The corrected value from its correction on, the first one before."""
    fixed: Ints = getattr(cases, f"{name}_fixed")[case] <= second
    result: Ints = np.where(fixed, getattr(cases, name)[case], getattr(cases, f"{name}_first")[case])
    return result
