"""What every verb of the command needs: options, the district it is about, progress, output.

Belongs here: the command's plumbing. Does not: verbs (a file per group of them beside this one), how results look (``flows.cli.draw``),
what ends the command (``flows.cli.door``). Heavy imports stay inside.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from flows.cli.saying import say
from transforms.words.harmless import quoted

if TYPE_CHECKING:
    from flows.stores import Context
    from infra.progress import Step
    from infra.settings import Settings

T = TypeVar("T")
Code = TypeVar("Code", bound=str)

DistrictOption = Annotated[
    str | None, typer.Option("--district", "-d", help="District code, or its folder. Default: SIFANG_DISTRICT.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
ClockOption = Annotated[
    bool, typer.Option("--clock-is-right", help="Said once, where the clock is further ahead than an absence is made up for.")
]
DATE = "YYYY-MM-DD"


def day(given: str | dt.date) -> dt.date:
    """A date option, or its default, which is asked as well.

    Raises:
        typer.BadParameter: it is no date.
    """
    try:
        return given if isinstance(given, dt.date) else dt.date.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(f"{quoted(str(given))} is not a date; write it like 2026-03-31") from None


NightOption = Annotated[
    dt.date | None, typer.Option("--night", parser=day, metavar=DATE, help="Default: the last published night.", show_default=False)
]


def one_of(text: str, what: str, codes: Iterable[Code]) -> Code:
    """The code that was written.

    Raises:
        typer.BadParameter: it is none of these; the message lists them.
    """
    known = list(codes)
    for code in known:
        if code == text:
            return code
    raise typer.BadParameter(f"{quoted(text)} is no {what}; write one of {', '.join(known)}", param_hint=f"--{what}")


def choose(given: str | None) -> tuple[str, Settings]:
    """The district's code, and settings under which it is found.

    Raises:
        typer.BadParameter: none is named, here or in the environment.
    """
    from infra.settings import named_district

    found = named_district(given)
    if found is None:
        raise typer.BadParameter("name a district, or set SIFANG_DISTRICT", param_hint="--district")
    return found


# What was told beside the answer of this command: that lake and warehouse do not belong together, that a clock was wrong.
_beside: list[str] = []


@contextmanager
def looking(given: str | None) -> Iterator[Context]:
    """The district, to look at it: nothing is written, not even an empty warehouse."""
    from flows import stores

    code, settings = choose(given)
    _beside.clear()
    with stores.looking(code, settings) as context:
        for said in context.stores.caveats():
            _beside.append(said)
            say(said, err=True)
        yield context


@contextmanager
def opened(given: str | None, *, clock_is_right: bool = False) -> Iterator[Context]:
    """The district, to write; where the clock has leapt ahead a person has to say that it is right."""
    from flows import stores

    code, settings = choose(given)
    with stores.opened(code, settings, stores.Time.SAID if clock_is_right else stores.Time.HOST) as context:
        yield context


@contextmanager
def mending(given: str | None) -> Iterator[Context]:
    """The district, to take back what a clock ahead recorded: before that moment comes."""
    from flows import stores

    code, settings = choose(given)
    with stores.opened(code, settings, stores.Time.MENDED) as context:
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

    from transforms.words.harmless import harmless

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def move(step: Step) -> None:
            bar.update(task, description=harmless(step.what), completed=step.done, total=step.total or None)

        with progress.listening(move):
            yield


_told = {"tenth": -1}


def _lines(step: Step) -> None:
    """Progress for a log: one line per tenth of the work."""
    if not step.total:
        say(f"  {step.what}", err=True)
        return
    tenth = 10 * step.done // step.total
    if tenth != _told["tenth"]:
        _told["tenth"] = tenth
        say(f"  {step.done}/{step.total}  {step.what}", err=True)


def show(result: T, as_json: bool, draw: Callable[[T], None]) -> None:
    """Print a result as JSON, or have it drawn. JSON says as well what was told beside it, where lake and warehouse disagree."""
    if not as_json:
        draw(result)
        return
    from transforms.schema.plain import as_json as dumped
    from transforms.schema.plain import plain

    value = plain(result)
    from transforms.words.harmless import harmless_json

    typer.echo(harmless_json(dumped({**value, "caveats": list(_beside)} if _beside and isinstance(value, dict) else value)))
