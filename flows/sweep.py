"""The sweep as a flow of its own: take what is due of every alert, then send what waits. Run it every few minutes, beside the nightly.

Belongs here: the order of the two for Prefect, and what came of them. Does not: which step is due (``flows.alerts.sweep``), sending
(``flows.alerts.deliver``).

Both are safe to repeat and to run beside each other: a step is taken once, a message keeps its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from prefect import flow, get_run_logger

from flows.alerts.deliver import Sent
from flows.alerts.sweep import SweptAlerts
from flows.steps.discretion import discreet
from flows.steps.overtaken import named_for_its_time, unless_overtaken
from flows.steps.tasks import deliver_task, quoted, sweep_task
from flows.stores import opened
from infra import clock
from transforms.district.codes import Code
from transforms.words.harmless import harmless


@dataclass(frozen=True)
class SweptAndSent:
    """What was due, and what left."""

    swept: SweptAlerts
    sent: Sent


@flow(name="sweep", flow_run_name=named_for_its_time, timeout_seconds=900, validate_parameters=True, persist_result=False)
@unless_overtaken
def sweep(district: Code) -> SweptAndSent:
    """Sweep the alerts of one district, and send its messages."""
    with discreet(), opened(district) as context:
        swept = sweep_task(quoted(context), clock.now())
        sent = deliver_task(quoted(context))
        if sent.kept > sent.silenced + sent.out_of_hours:
            get_run_logger().warning("%s messages wait, the first because %s", sent.kept, harmless(sent.why))
        return SweptAndSent(swept, sent)
