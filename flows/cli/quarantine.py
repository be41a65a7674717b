"""The verbs of ``sifang quarantine``.

Belongs here: options and what is printed. Does not: the work.
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, opened, progress_shown, show

aside = typer.Typer(help="Rows that were set aside: list them, read them again.", no_args_is_help=True)
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only rows set aside for this reason code.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="Only rows of this source.")]


@aside.command("list")
def list_(
    district: DistrictOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only rows of this kind, where it could be read.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Rows by source, reason and kind: how many wait, were resolved, expired."""
    from flows.cli import tables
    from flows.intake.retry import listed

    with opened(district, to_look=True) as context:
        found = listed(context, source=source, reason=reason, kind=kind)
    show(found, as_json, lambda: tables.set_aside(found))


@aside.command()
def retry(
    district: DistrictOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read waiting rows again under today's folder; those that pass now enter, and make nights stale."""
    from flows.cli import tables
    from flows.intake.retry import retry as run
    from infra import clock, progress

    with opened(district) as context, progress_shown(as_json):
        result = run(context, clock.now(), source=source, reason=reason, progress=progress.tell)
    show(result, as_json, lambda: tables.retried(result))
