"""What published nights still owe: messages that were not delivered, and products beside them that could not be made.

Belongs here: what waits, since when, and why. Does not: delivering (``flows.alerts.deliver``), making products (``flows.tell.brief``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse.alerts.deliveries import dead_letters
from infra.warehouse.alerts.outbox import waiting, waiting_since
from infra.warehouse.nights.owed import owed_products
from infra.warehouse.nights.runs import runs_of

# A nightly delivers right after it published.
SOON: Final = dt.timedelta(hours=1)


def messages(patient: Patient) -> Iterator[Finding]:
    """How many wait, and for how long."""
    assert patient.warehouse is not None
    if dead := dead_letters(patient.warehouse):
        remedy = "Mend the channel, then `sifang alerts resend`."
        yield note("messages", f"{len(dead)} given up after days, the last for {dead[-1].said}", "some receivers were not told", remedy)
    wait, since = waiting(patient.warehouse), waiting_since(patient.warehouse)
    if since is None:
        yield sound("messages", "all are delivered")
        return
    said = f"{len(wait)} undelivered since {since:%F %H:%M} UTC"
    newest = runs_of(patient.warehouse, 1)
    if len(newest) and newest["kind"].item() == "demo":
        yield note("messages", f"{said}, for a demo delivers none", "the first `sifang nightly` here would")
    elif patient.now - since < SOON:
        yield note("messages", said, "a run that published may be about to deliver them")
    else:
        remedy = f"Check {patient.settings.outbox(patient.code)}; the next `sifang nightly` delivers them."
        yield fault("messages", said, "people were not told of alerts", remedy)


def owed(patient: Patient) -> Iterator[Finding]:
    """Briefs, docs and the like that could not be made."""
    assert patient.warehouse is not None
    for one in owed_products(patient.warehouse):
        said = f"{one.product} of night {one.night}, tried {one.tries} times: {one.said}"
        yield note("not made", said, "the night itself is published", "The next `sifang nightly` makes it, or says in full why not.")
