"""What follows a published night: sweep, messages, Data Docs, brief, site, a sign of life. Each fails by itself, is named, and is made up
by the next run.

Belongs here: the list, and what became of each. Does not: making one (``flows.alerts``, ``flows.tell``), the tasks that Prefect sees
(``flows.steps.tasks``), the memory of what is owed (``infra.warehouse.nights.owed``, ``infra.warehouse.alerts.outbox``).

The night is published before any of this begins, and nothing here can change that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeVar

from flows.nights.night import NightOutcome
from flows.steps.tasks import brief_task, deliver_task, docs_task, quoted, show_levels, site_task, sweep_task
from flows.stores import Context
from infra.deliver.heartbeat import beat
from infra.errors import paragraph, recorded
from infra.warehouse.database.engine import WarehouseError
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.owed import owe, owed_products, settle_owed

T = TypeVar("T")


class Product(StrEnum):
    """What is made beside a night."""

    LEVELS = "levels"
    GRADES = "grades"
    SWEEP = "sweep"
    MESSAGES = "messages"
    DOCS = "docs"
    BRIEF = "brief"
    SITE = "site"
    HEARTBEAT = "heartbeat"


# What is made of all nights at once, or of one; the others are their own memory: a message waits, a grade and a step stay due.
_OF_ALL = (Product.DOCS, Product.SITE, Product.HEARTBEAT)
_OF_A_NIGHT = (Product.BRIEF,)


@dataclass(frozen=True)
class Unmade:
    """A product of a published night that could not be made, and why."""

    product: Product
    night: dt.date
    said: str


@dataclass(frozen=True)
class Products:
    """What was made beside a night: messages delivered, where its brief lies (None where it could not be written), the nights whose briefs
    were made up, and what could not be made."""

    delivered: int
    brief: str | None
    made_up: tuple[dt.date, ...]
    unmade: tuple[Unmade, ...]


@dataclass
class _Making:
    """Trying one product after the other."""

    context: Context
    now: dt.datetime
    unmade: list[Unmade] = field(default_factory=list)

    def attempt(self, product: Product, night: dt.date, make: Callable[[], T]) -> T | None:
        """What ``make`` gives; None where it fails, which is noted, and remembered where nothing else remembers it."""
        try:
            made = make()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one of them is not wrong with the night
            self.note(product, night, paragraph(error))
            # Where it cannot be written down, it is said all the same.
            with suppress(WarehouseError):
                if product in _OF_ALL + _OF_A_NIGHT:
                    owe(self.context.warehouse, product, night, recorded(error), self.now)
            return None
        with suppress(WarehouseError):
            if product in _OF_ALL + _OF_A_NIGHT:
                settle_owed(self.context.warehouse, product, night if product in _OF_A_NIGHT else None)
        return made

    def note(self, product: Product, night: dt.date, said: str) -> None:
        """Note that a product could not be made."""
        self.unmade.append(Unmade(product, night, said))


def follow(context: Context, outcome: NightOutcome, now: dt.datetime) -> Products:
    """Make what follows a published night, and briefs that earlier nights still owe."""
    making, night = _Making(context, now), outcome.night
    making.attempt(Product.LEVELS, night, partial(show_levels, context, outcome))
    if outcome.ungraded:
        making.note(Product.GRADES, night, outcome.ungraded)
    # What is due goes up before messages leave, so that both leave together.
    making.attempt(Product.SWEEP, night, partial(sweep_task, quoted(context), now))
    sent = making.attempt(Product.MESSAGES, night, partial(deliver_task, quoted(context)))
    if sent is not None and sent.kept:
        making.note(Product.MESSAGES, night, f"{sent.kept} wait: {sent.why}")
    if sent is not None and sent.dead:
        making.note(Product.MESSAGES, night, f"no channel took {sent.dead} for days; `sifang alerts messages` lists them")
    making.attempt(Product.DOCS, night, partial(docs_task, quoted(context)))
    brief = making.attempt(Product.BRIEF, night, partial(brief_task, quoted(context), night))
    made_up = [each for each in _owing(context, night) if making.attempt(Product.BRIEF, each, partial(brief_task, quoted(context), each))]
    # After the brief, to which it leads.
    making.attempt(Product.SITE, night, partial(site_task, quoted(context)))
    making.attempt(Product.HEARTBEAT, night, partial(_beat, context))
    return Products(sent.delivered if sent else 0, brief, tuple(made_up), tuple(making.unmade))


def _beat(context: Context) -> None:
    """Where no address is named any more, nothing is owed to it either."""
    if (address := context.settings.secret_heartbeat) is not None:
        beat(address.get_secret_value())


def _owing(context: Context, tonight: dt.date) -> list[dt.date]:
    """Other nights whose briefs are owed; of one that was taken back since, no brief is."""
    nights = []
    with suppress(WarehouseError):
        for each in owed_products(context.warehouse):
            if each.product == Product.BRIEF and each.night != tonight:
                if night_row(context.warehouse, each.night) is None:
                    settle_owed(context.warehouse, Product.BRIEF, each.night)
                else:
                    nights.append(each.night)
    return nights
