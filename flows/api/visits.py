"""The path of visits: what came of one, said where it is known.

Belongs here: what it takes, for which role. Does not: taking it in (``flows.alerts.outcomes``), a table of them (``sifang outcomes``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from flows.alerts.outcomes import take_in
from flows.api.bodies import VisitBody
from flows.api.desk import Here, NotTheirsError
from infra import clock
from transforms.words import Unfit

router = APIRouter(prefix="/v1")
# Who stands before a place waits for no night that is being computed.
_WAIT_SECONDS: Final = 5.0


class UnfitVisitError(Exception):
    """What was said of a visit cannot be taken."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Told:
    """What became of it: whether it was known already, and how many alerts of the place it moved."""

    known: bool
    alerts: int


def tell_visit(here: Here, body: VisitBody) -> Told:
    """Say what came of going to a place; said again it changes nothing, said otherwise it overrules what was said before.

    A subdistrict tells of its own places, the district of all; a department answers where it was called.
    """
    here.who_acts()
    areas = dict(here.context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    # To a place that is not there nobody but the district's may tell of visits, who is told so below.
    if not here.bearer.owns(areas.get(body.cell)):
        raise NotTheirsError
    row = {"day": body.day.isoformat(), "cell": body.cell, "outcome": body.outcome.value}
    found = take_in(here.context, [row], clock.now(), _WAIT_SECONDS)
    for aside in found.set_aside:
        raise UnfitVisitError(aside.why)
    return Told(found.known > 0, found.alerts)


router.add_api_route("/visits", tell_visit, methods=["POST"])
