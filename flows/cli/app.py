"""The ``sifang`` command and its verbs, in the order in which people meet them.

Belongs here: which verbs there are. Does not: what one takes and shows (the files it is imported from). Heavy imports stay inside the
verbs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import typer

from flows.cli.alerts import alerts
from flows.cli.api import api
from flows.cli.cap import cap
from flows.cli.clocks import clocks
from flows.cli.door import through_the_door
from flows.cli.erasing import erase
from flows.cli.every_night import doctor, nightly, status
from flows.cli.exports import export, site
from flows.cli.first_look import demo, init, simulate
from flows.cli.grid import grids
from flows.cli.keys import keys
from flows.cli.nights import nights
from flows.cli.outcomes import outcomes
from flows.cli.repair import aside, backfill, replay
from flows.cli.serve import serve
from flows.cli.source import sources
from flows.cli.understanding import backtest, brief, challenge, explain, rehearse, runs
from flows.cli.upkeep import backup, database, restore
from flows.cli.worklist import find, worklist

app = typer.Typer(
    name="sifang",
    help="Sifang 四防: nightly area-level risk for a city district. Areas and departments, never persons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
VERBS = (
    *(
        demo,
        init,
        simulate,
        serve,
        nightly,
        status,
        doctor,
        backfill,
        replay,
        explain,
        brief,
        site,
        clocks,
        runs,
        rehearse,
        backtest,
        challenge,
    ),
    *(worklist, find, export, backup, restore, erase, cap),
)
for verb in VERBS:
    app.command()(verb)
GROUPS = (
    ("quarantine", aside),
    ("source", sources),
    ("nights", nights),
    ("alerts", alerts),
    ("api", api),
    ("outcomes", outcomes),
    ("grid", grids),
    ("db", database),
    ("key", keys),
)
for name, group in GROUPS:
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command; errors that people can mend are one plain paragraph, never a traceback."""
    through_the_door(app)
