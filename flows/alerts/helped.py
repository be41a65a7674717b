"""What outcomes add up to so far.

Belongs here: gathering them by how a visit came about, and of alerts. Does not: shares (``transforms.worklist.precision``), taking outcomes
in (``flows.alerts.outcomes``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.warehouse.alerts.alerts import outcomes_of_alerts
from transforms.reports.versions import known
from transforms.reports.versions import standing as stands
from transforms.words import Chosen, Outcome
from transforms.worklist.following import Lead as Lead
from transforms.worklist.following import lead, likeness
from transforms.worklist.precision import Compared as Compared
from transforms.worklist.precision import Share as Share
from transforms.worklist.precision import compared
from transforms.worklist.visits import visits_known

_LATELY = dt.timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """Visits of a year by how they came about, those sent and not told of among them; alerts by type whose matter somebody settled.

    Each is beside the visits that were drawn at random: did going there help? ``likeness`` is what lists of two days in a row have in
    common (Jaccard), ``lead`` how far they were ahead of the city's own order.
    """

    district: str
    sent: int
    told: int
    visits: Mapping[Chosen, Share]
    alerts: Mapping[str, Share]
    listed_helped: Compared
    alerts_helped: Mapping[str, Compared]
    never_looked: int
    likeness: float | None
    lead: Lead


def standing(context: Context, now: dt.datetime) -> Standing:
    """What is known by now."""
    lake = context.read_lake()
    visits = visits_known(lake.visits, now, lake.sequence)
    newest: dt.date | None = visits["day"].max()  # type: ignore[assignment]
    lately = visits.filter(pl.col("day") > newest - _LATELY) if newest else visits
    told = lately.filter(pl.col("outcome").is_not_null())
    shares = {chosen: Share.of(_outcomes(told.filter(pl.col("chosen") == chosen.value)["outcome"])) for chosen in Chosen}
    alerts = {kind: Share.of(_outcomes(found)) for kind, found in sorted(outcomes_of_alerts(context.warehouse).items())}
    drawn = shares[Chosen.RANDOM]
    return Standing(
        district=context.code,
        sent=lately.filter(pl.col("chosen") != Chosen.OWN.value).height,
        told=told.height,
        visits=shares,
        alerts=alerts,
        listed_helped=compared(shares[Chosen.LISTED], drawn),
        alerts_helped={kind: compared(share, drawn) for kind, share in alerts.items()},
        never_looked=len(set(context.folder.cells["cell_id"]) - set(lately["cell_id"])),
        likeness=likeness(lately),
        lead=lead(lately, stands(known(lake.versions, now, lake.sequence), context.district.released), context.district.timezone),
    )


def _outcomes(codes: pl.Series | list[str]) -> list[Outcome]:
    return [Outcome(code) for code in codes]
