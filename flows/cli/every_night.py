"""Verbs of every night: ``nightly``, ``status``, ``doctor``.

Belongs here: their options and what they print. Does not: the night (``flows.nightly``), what is looked at (``flows.tell``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.door import FAILED, PUBLISHED_NOT_ALL_MADE, WORTH_A_LOOK, WRONG
from flows.cli.shell import DATE, ClockOption, DistrictOption, JsonOption, choose, day, looking, opened, progress_shown, show


def nightly(
    district: DistrictOption = None,
    night: Annotated[
        dt.date | None, typer.Option("--night", parser=day, metavar=DATE, help="Default: today in the district.", show_default=False)
    ] = None,
    amend: Annotated[bool, typer.Option("--amend", help="A further revision with what is known now.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take in what arrived, score tonight, publish it, write its brief."""
    from expectations.judge import get_ready
    from flows.intake.glance import may_be_new
    from flows.nights.plan import asked_night
    from flows.serving.own import own_server
    from infra import clock
    from infra.deploy import prefect_home

    code, settings = choose(district)
    settings.hash_key()
    # Refused here, half a minute before a server would be up.
    with opened(district, clock_is_right=clock_is_right) as context:
        asked_night(context, night, clock.now())
        is_new = may_be_new(context)
    prefect_home.prepare(settings)
    with own_server(settings) as wait:
        if is_new:
            get_ready()
        from flows.nightly import nightly as run

        with progress_shown(as_json):
            wait()
            result = run(code, night, amend)
    from flows.cli.draw.nights import nightly as drawn

    show(result, as_json, drawn)
    if result.refusals.new:
        raise typer.Exit(FAILED)
    if result.products.unmade:
        raise typer.Exit(PUBLISHED_NOT_ALL_MADE)


def status(
    district: DistrictOption = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="The books instead: what became of every row, how forecasts did.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="For a monitor: exit code 5 for what is wrong, 4 for what is worth a look.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The last night, and what waits for somebody, the worst first."""
    from flows.cli.draw.status import books
    from flows.cli.draw.status import status as drawn
    from flows.tell.status import status as gathered

    with looking(district) as context:
        found = gathered(context)
    show(found, as_json, books if ledger else drawn)
    if check and found.attention:
        raise typer.Exit(WRONG if found.attention[0].ok is False else WORTH_A_LOOK)


def doctor(
    district: DistrictOption = None,
    sample: Annotated[Path | None, typer.Option("--sample", metavar="FILE", help="Propose how to declare a file never seen.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="With --sample: what the file holds, whatever its name says.")
    ] = None,
    codelist: Annotated[bool, typer.Option("--codelist", help="Only say which words have no kind, and what an edit would change.")] = False,
    departments: Annotated[
        bool, typer.Option("--departments", help="Only show the words that have no department; they may be names.")
    ] = False,
    files: Annotated[bool, typer.Option("--files", help="Also read the newest file of each source, as tonight would.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also prove every file of the lake, every row hash, the ledger, each store against the other.")
    ] = False,
    connect: Annotated[
        str | None, typer.Option("--connect", metavar="SOURCE", help="Only ask a live source, or any address, what it has.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything a night needs, and name every problem at once."""
    if sample is not None:
        _propose(sample, form, district, as_json)
    elif connect is not None:
        _connect(connect, district, as_json)
    elif codelist:
        _codelist(district, as_json)
    elif departments:
        _departments(district, as_json)
    else:
        _examine(district, as_json, deep=deep, files=files)


def _propose(sample: Path, form: str | None, district: str | None, as_json: bool) -> None:
    from flows.cli.draw.doctor import proposal
    from flows.tell.proposal import propose_for
    from infra.settings import named_district

    show(propose_for(sample, named_district(district), form), as_json, proposal)


def _connect(wanted: str, district: str | None, as_json: bool) -> None:
    from flows.cli.draw.doctor import connected
    from flows.tell.connecting import connect_to
    from infra.settings import named_district

    found = connect_to(wanted, named_district(district))
    show(found, as_json, connected)
    if found.missing or (found.would is not None and found.would.well is False):
        raise typer.Exit(FAILED)


def _codelist(district: str | None, as_json: bool) -> None:
    from flows.cli.draw.doctor import codelist
    from flows.tell.codelists import codelists

    with looking(district) as context:
        found = codelists(context)
    show(found, as_json, codelist)
    if found.unread:
        raise typer.Exit(FAILED)


def _departments(district: str | None, as_json: bool) -> None:
    from flows.cli.draw.doctor import departments
    from flows.tell.codelists import department_words

    with looking(district) as context:
        found = department_words(context)
    show(found, as_json, departments)
    if found.unread:
        raise typer.Exit(FAILED)


def _examine(district: str | None, as_json: bool, *, deep: bool, files: bool) -> None:
    from flows.cli.draw.doctor import findings
    from flows.tell.doctor import is_sound
    from flows.tell.doctor.examination import examine
    from infra.districts.folder import find

    code, settings = choose(district)
    if district is not None:
        # A name that was written here and is none is wrong use; one of the environment that leads nowhere is what the doctor is asked for.
        find(code, settings.district_roots)
    found = examine(code, settings, deep=deep, files=files)
    show(found, as_json, findings)
    if not is_sound(found):
        raise typer.Exit(FAILED)
