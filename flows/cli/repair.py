"""Verbs of repair: ``backfill``, ``replay``, ``quarantine``.

Belongs here: their options and what they print. Does not: which nights run (``flows.nights.plan``), running them (``flows.backfill``),
reading rows again (``flows.intake.retry``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.door import FAILED
from flows.cli.shell import DATE, ClockOption, DistrictOption, JsonOption, NightOption, choose, day, looking, opened, progress_shown, show

if TYPE_CHECKING:
    from flows.nights.plan import PastNights
    from flows.stores import Context

aside = typer.Typer(help="What was set aside or refused: list it, read it again.", no_args_is_help=True)
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only rows set aside for this reason code.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="Only rows of this source.")]


def backfill(
    first: Annotated[dt.date, typer.Option("--from", parser=day, metavar=DATE, help="First night.")],
    last: Annotated[dt.date, typer.Option("--to", parser=day, metavar=DATE, help="Last night.")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as late-data, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    as_known: Annotated[bool, typer.Option("--as-known", help="With what was known then, instead of now.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="Only nights whose inputs changed since they were published.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would run.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run past nights again. Notifies nobody and leaves live alerts alone."""
    from flows.nights.plan import PastNights, backfill_runs, checked_reason, planned
    from flows.serving.own import own_server
    from infra import clock
    from infra.deploy import prefect_home

    if stale and as_known:
        raise typer.BadParameter("--stale looks with what is known now; it does not go with --as-known", param_hint="--stale")
    code, settings = choose(district)

    def asked(context: Context) -> PastNights:
        return PastNights(first, last, checked_reason(reason, context.district.ticket), "as_known" if as_known else "restate")

    if dry_run:
        from flows.cli.draw.nights import plan

        with looking(district) as context:
            show(planned(context, asked(context), clock.now(), stale=stale), as_json, plan)
        return
    settings.hash_key()
    # Refused here, half a minute before a server would be up.
    with opened(district, clock_is_right=clock_is_right) as context:
        nights = asked(context)
        backfill_runs(context, nights, clock.now(), "check")
    prefect_home.prepare(settings)
    with own_server(settings) as wait:
        from flows.backfill import Planned
        from flows.backfill import backfill as run

        with progress_shown(as_json):
            wait()
            result = run(code, first, last, nights.reason, "stale" if stale else nights.mode)
    # Without a dry run there is no plan.
    assert not isinstance(result, Planned)
    from flows.cli.draw.nights import backfill as drawn

    show(result, as_json, drawn)
    if result.refusals.new:
        raise typer.Exit(FAILED)


def replay(
    district: DistrictOption = None,
    night: NightOption = None,
    nights: Annotated[int, typer.Option("--nights", min=1, help="So many published nights, up to --night.")] = 1,
    refit: Annotated[
        bool, typer.Option("--refit", help="Also fit the models and make the references again, from what was known then.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute published nights again from what was known then, and compare row hash for row hash. Writes nothing."""
    from flows.cli.draw.nights import replayed
    from flows.nights.replay import replay_last

    with looking(district) as context, progress_shown(as_json):
        found = replay_last(context, nights, night, refit=refit)
    show(found, as_json, replayed)
    if not all(one.identical or one.erased for one in found) or not any(one.identical for one in found):
        raise typer.Exit(FAILED)


@aside.command("list")
def list_(
    district: DistrictOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only rows of this kind, where it could be read.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Rows by source, reason and kind: how many wait, were resolved, expired."""
    from flows.cli.draw.intake import set_aside
    from flows.intake.quarantine import listed

    with looking(district) as context:
        found = listed(context, source=source, reason=reason, kind=kind)
    show(found, as_json, set_aside)


@aside.command()
def retry(
    district: DistrictOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read waiting rows and refused files again under today's folder; what passes now enters, and makes nights stale."""
    from flows.cli.draw.intake import retried
    from flows.intake.retry import retry as run
    from infra import clock

    with opened(district, clock_is_right=clock_is_right) as context, progress_shown(as_json):
        result = run(context, clock.now(), source=source, reason=reason)
    show(result, as_json, retried)
