"""The verbs of ``sifang db``.

Belongs here: options and what is printed. Does not: the work (``flows.upkeep``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.shell import ClockOption, DistrictOption, JsonOption, looking, opened, show

database = typer.Typer(help="Keeping the stores: schema, retention, compaction.", no_args_is_help=True)


@database.command()
def upgrade(as_json: JsonOption = False) -> None:
    """Bring the warehouse's tables and views up to this version."""
    from flows.cli.draw.upkeep import upgraded
    from flows.upkeep import upgrade_warehouse
    from infra.settings import Settings

    show(upgrade_warehouse(Settings()), as_json, upgraded)


@database.command()
def purge(
    district: DistrictOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Drop what is past its time: reports no replayable night needs, landed files and rows set aside two weeks old."""
    from flows.cli.draw.upkeep import purged
    from flows.upkeep import purge as run
    from infra import clock

    with looking(district) if dry_run else opened(district, clock_is_right=clock_is_right) as context:
        found = run(context, clock.now(), dry_run=dry_run)
    show(found, as_json, purged)


@database.command()
def compact(district: DistrictOption = None, clock_is_right: ClockOption = False, as_json: JsonOption = False) -> None:
    """Join the lake's small files; no result changes."""
    from flows.cli.draw.upkeep import compacted
    from flows.upkeep import compact as run

    with opened(district, clock_is_right=clock_is_right) as context:
        found = run(context)
    show(found, as_json, compacted)
