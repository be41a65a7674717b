"""The verb ``sifang explain``.

Belongs here: options and what is printed. Does not: the work (``flows.tell.explain``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, day, opened, show


def explain(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: the last published night.")] = None,
    cell: Annotated[str | None, typer.Option("--cell", help="The cell's ID.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only safety, public_order, stability or political.")] = None,
    moved: Annotated[bool, typer.Option("--moved", help="Instead: every score that moved 5 points or more, and why.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say why a cell's score is what it is, what it rests on, and why it moved. Writes nothing."""
    from flows.cli import tables
    from flows.tell.explain import explain as run
    from flows.tell.explain import moves
    from infra.errors import SifangError
    from infra.warehouse.nights import latest_night
    from transforms.schema import Category

    if (cell is None) != moved:
        raise typer.BadParameter("name a cell with --cell, or ask for all that --moved", param_hint="--cell")
    if category is not None and category not in set(Category):
        raise typer.BadParameter(f"{category!r} is no category; write one of {', '.join(Category)}", param_hint="--category")
    wanted = Category(category) if category else None
    chosen = day(night, "--night")
    with opened(district, to_look=True) as context:
        chosen = chosen or latest_night(context.warehouse)
        if chosen is None:
            raise SifangError(f"{context.code} has no published night.", "Run `sifang nightly` first.")
        if cell is None:
            found = moves(context, chosen, wanted)
            show(found, as_json, lambda: tables.moved(chosen.isoformat(), found))
            return
        told = run(context, chosen, cell, wanted)
    show(told, as_json, lambda: tables.explained(told))
