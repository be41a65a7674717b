"""Which rules of clocks that recent nights counted by are others today.

The clocks of other duties are counted anew each night, so a rule that is edited, or written for days that are past, judges the past anew.
A deadline does not: it is counted when its report is read (``flows.tell.readings``).

Belongs here: telling it. Does not: which rule is for a report (``transforms.reports.due``), clocks of alerts (``flows.tell.clocks``).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from infra.districts.folder import DistrictFolder
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.keeping.districts import district_version
from infra.warehouse.nights.nights import live_revisions
from transforms.clocks.rules import CLOCK_SETS, Clock
from transforms.words import DutyClock

# As long as a share of clocks looks back.
LOOKED_BACK: Final = dt.timedelta(days=28)


def rules_changed(warehouse: Warehouse, folder: DistrictFolder, night: dt.date) -> tuple[str, ...]:
    """The rules by which a night of the four weeks before ``night`` counted and today's folder does not, or the other way round."""
    newest = {row.district_version: row.night for row in live_revisions(warehouse, night - LOOKED_BACK)}
    today, changed = _further(folder.canonical), set[str]()
    for version, last in newest.items():
        stored = district_version(warehouse, version) if version != folder.version else None
        if stored is not None:
            changed |= {_said(rule) for rule in _further(stored.canonical) ^ today if rule.since is None or rule.since <= last}
    return tuple(sorted(changed))


def _further(canonical: str) -> frozenset[Clock]:
    """The rules of other duties than the deadline in a district's canonical text, those of its sets among them."""
    told = json.loads(canonical)
    own = [Clock.model_validate(one) for one in told["clocks"]]
    of_sets = [one for name in told["clock_sets"] for one in CLOCK_SETS[name]]
    return frozenset(one for one in own + of_sets if one.clock is not DutyClock.DEADLINE)


def _said(rule: Clock) -> str:
    asked = [code for code in (rule.kind, rule.department, rule.urgency) if code is not None]
    since = f" since {rule.since}" if rule.since else ""
    return f"{rule.clock} of {' '.join([rule.feed, *asked])}: {rule.limit:g} {rule.unit}{since}"
