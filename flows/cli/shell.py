"""What every verb of the command needs: options, the district it is about, progress, output.

Belongs here: the command's plumbing. Does not: verbs (``flows.cli.app``), how results look (``flows.cli.tables``). Heavy imports stay
inside.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.stores import Context
    from infra.settings import Settings

DistrictOption = Annotated[
    str | None, typer.Option("--district", "-d", help="District code, or its folder. Default: SIFANG_DISTRICT.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def day(text: str | None, option: str) -> dt.date | None:
    """A date option; None stays None. Raises ``typer.BadParameter`` for what is no date."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-03-31", param_hint=option) from None


def choose(given: str | None) -> tuple[str, Settings]:
    """The district's code. A folder given instead of a code is put on the search path of this process."""
    from infra.settings import Settings

    settings = Settings()
    chosen = given or settings.district
    if not chosen:
        raise typer.BadParameter("name a district, or set SIFANG_DISTRICT", param_hint="--district")
    folder = Path(chosen).expanduser()
    if os.sep in chosen or (folder / "district.toml").is_file():
        os.environ["SIFANG_DISTRICTS"] = f"{folder.resolve().parent}{os.pathsep}{settings.districts}"
        return folder.resolve().name, Settings()
    return chosen, settings


def folder_of(given: str | None) -> Path | None:
    """The folder of the district, None where none is named."""
    from infra.districts import folder as district_folder
    from infra.settings import Settings

    if not (given or Settings().district):
        return None
    code, settings = choose(given)
    return district_folder.find(code, settings.district_roots)


@contextmanager
def opened(given: str | None, *, to_look: bool = False) -> Iterator[Context]:
    """The district; ``to_look`` writes nothing, not even an empty warehouse."""
    from flows import stores

    code, settings = choose(given)
    with (stores.looking if to_look else stores.opened)(code, settings) as context:
        yield context


@contextmanager
def progress_shown(quiet: bool) -> Iterator[None]:
    """A progress bar on the terminal's error stream, so that output stays clean."""
    from infra import progress

    if quiet or not sys.stderr.isatty():
        with progress.listening(_lines if not quiet else lambda _: None):
            yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def move(step: progress.Step) -> None:
            bar.update(task, description=step.what, completed=step.done, total=step.total or None)

        with progress.listening(move):
            yield


_told = {"tenth": -1}


def _lines(step: Any) -> None:
    """Progress for a log: one line per tenth of the work."""
    if not step.total:
        typer.echo(f"  {step.what}", err=True)
        return
    tenth = 10 * step.done // step.total
    if tenth != _told["tenth"]:
        _told["tenth"] = tenth
        typer.echo(f"  {step.done}/{step.total}  {step.what}", err=True)


def show(value: dict[str, Any] | list[Any], as_json: bool, draw: Callable[[], None]) -> None:
    """Print a result as JSON, or have it drawn."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
    else:
        draw()
