"""``backup``, ``restore``, and the verbs of ``sifang db``.

Belongs here: options and what is printed. Does not: the work (``flows.repair.safekeeping``, ``flows.upkeep``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.door import FAILED
from flows.cli.shell import ClockOption, DistrictOption, JsonOption, choose, looking, one_of, opened, progress_shown, show

database = typer.Typer(help="Keeping the stores: schema, retention, compaction.", no_args_is_help=True)
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup.", show_default=False)]


def backup(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Copy warehouse, lakes and landed files into a new folder, while nights run; not the key and not the folders of districts."""
    from flows.cli.draw.upkeep import backed_up
    from flows.repair.safekeeping import backup as run
    from infra.settings import Settings

    with progress_shown(as_json):
        made = run(Settings(), folder)
    show(made, as_json, backed_up)


def restore(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Prove a backup and fill an empty home, and an empty warehouse, from it. What is there already is never overwritten."""
    from flows.cli.draw.upkeep import restored
    from flows.repair.safekeeping import restore as run
    from infra.settings import Settings

    with progress_shown(as_json):
        found = run(Settings(), folder)
    show(found, as_json, restored)


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


@database.command()
def roles(as_json: JsonOption = False) -> None:
    """Make the four roles of a PostgreSQL warehouse, each with the rights that it needs and no others. Run it as the tables' owner."""
    from flows.cli.draw.upkeep import granted
    from flows.repair.moving import grant_roles
    from infra.settings import Settings

    show(grant_roles(Settings()), as_json, granted)


@database.command()
def copy(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database; its password comes from PGPASSWORD or .pgpass.")],
    as_json: JsonOption = False,
) -> None:
    """Copy the whole warehouse into another database, SQLite to PostgreSQL or back, and prove that both are equal."""
    from flows.cli.draw.upkeep import copied
    from flows.repair.moving import copy as run
    from infra.settings import Settings

    with progress_shown(as_json):
        made = run(Settings(), to)
    show(made, as_json, copied)


@database.command()
def extract(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
    tier: Annotated[str, typer.Option("--tier", help="staff or shared.")] = "shared",
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what one tier may read of a district into a SQLite file of its own: its views, by their names, as tables."""
    from flows.cli.draw.upkeep import extracted
    from flows.tell.export import Tier
    from flows.tell.export import extract as run

    with looking(district) as context:
        made = run(context, one_of(tier, "tier", Tier), out)
    show(made, as_json, extracted)


@database.command()
def adopt(
    reason: Annotated[str, typer.Option("--reason", help="A code such as store-lost, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this only what it costs is said.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Begin again where lake or warehouse is truly lost and no backup is left: from what is there, and from the files."""
    from flows.cli.draw.upkeep import adoption
    from flows.repair.adopting import adopted
    from flows.stores import Time

    code, settings = choose(district)
    with progress_shown(as_json):
        found = adopted(code, settings, reason, agreed=yes, whose_time=Time.SAID if clock_is_right else Time.HOST)
    show(found, as_json, adoption)
    if not found.done:
        raise typer.Exit(FAILED)
