"""The ``sifang`` command.

Belongs here: verbs, options, tables, progress bars, exit codes (0 ok, 1 the work failed, 2 wrong use). Does not: the work. Heavy imports
stay inside the verbs, so that ``--help`` answers at once.
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
    from flows.context import Context
    from infra.settings import Settings

app = typer.Typer(
    name="sifang",
    help="Sifang 四防: nightly area-level risk for a city district. Areas and departments, never persons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help="The warehouse's schema.", no_args_is_help=True)
app.add_typer(database, name="db")

DistrictOption = Annotated[
    str | None, typer.Option("--district", "-d", help="District code, or its folder. Default: SIFANG_DISTRICT.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Day = Annotated[str, typer.Option(metavar="YYYY-MM-DD")]

# Well known on purpose: it protects invented reports only, and the demo uses it for no other district.
DEMO_KEY = "demo-key-for-simulated-data-only"


def main() -> None:
    """Run the command; errors that people can mend are one plain paragraph, never a traceback."""
    from infra.errors import SifangError

    try:
        app()
    except SifangError as error:
        typer.echo(f"sifang: {error}", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        typer.echo(f"sifang: {error.strerror or error}{where}. Check the path, its rights and the space left.", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        typer.echo("sifang: stopped; what was published stays, and the same command can be run again", err=True)
        raise SystemExit(1) from None


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-03-31", param_hint=option) from None


def _choose(given: str | None) -> tuple[str, Settings]:
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


@contextmanager
def _opened(given: str | None, *, to_look: bool = False) -> Iterator[Context]:
    """The district; ``to_look`` writes nothing, not even an empty warehouse."""
    from flows.context import looking, open_context

    code, settings = _choose(given)
    if to_look:
        with looking(code, settings) as context:
            yield context
        return
    context = open_context(code, settings)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def _progress(quiet: bool) -> Iterator[None]:
    """A progress bar on the terminal's error stream, so that output stays clean."""
    from flows import progress

    if quiet or not sys.stderr.isatty():
        with progress.listening(_lines if not quiet else lambda _: None):
            yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(step: progress.Step) -> None:
            bar.update(task, description=step.what, completed=step.done, total=step.total or None)

        with progress.listening(show):
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


def _print(value: dict[str, Any] | list[Any], as_json: bool, draw: Callable[[], None]) -> None:
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
    else:
        draw()


@app.command()
def demo(as_json: JsonOption = False) -> None:
    """Simulate 15 months of Weibin, run the last 60 nights, print one summary. Run it again: nothing changes."""
    from infra import orchestrator
    from infra.settings import Settings

    settings = Settings()
    inbox = settings.home.resolve() / "inbox" / "weibin"
    os.environ["SIFANG_INBOX"] = str(inbox)
    if settings.key is None:
        os.environ["SIFANG_KEY"] = DEMO_KEY
    orchestrator.prepare(settings, own_server=True)
    if not as_json:
        typer.echo("Sifang 四防 demo: starting a local Prefect server (up to half a minute) …", err=True)
    from flows.demo import demo as run

    with _progress(as_json):
        result = run(str(inbox))
    with _opened("weibin") as context:
        from flows.status import status

        result["status"] = status(context)
    from flows import tables

    _print(result, as_json, lambda: tables.demo(result))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder; its name becomes the district's code.")],
    origin: Annotated[str, typer.Option("--from", help="A shipped district: weibin or san_francisco.")] = "weibin",
) -> None:
    """Copy a shipped district folder, to point its sources at your files."""
    from infra.district_folder import copy

    file = copy(origin, folder)
    typer.echo(f"Wrote {file}. Next: point `files` in it to your data, set SIFANG_KEY, then `sifang doctor --district {folder}`.")


@app.command()
def simulate(
    district: DistrictOption = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days to simulate.")] = 90,
    first: Annotated[str, typer.Option("--first", metavar="YYYY-MM-DD", help="First simulated day.")] = "2025-01-01",
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 703,
    scale: Annotated[float, typer.Option(min=0.01, max=100, help="Multiplies the daily volumes.")] = 1.0,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files and the truth about them.")] = Path("simulated"),
    as_json: JsonOption = False,
) -> None:
    """Write invented deliveries for a zones district, with every kind of dirt and the truth about it."""
    from infra import district_folder
    from infra.simulated import write_deliveries
    from transforms.simulate import simulate as run

    code, settings = _choose(district or "weibin")
    folder = district_folder.load(district_folder.find(code, settings.district_roots))
    begin = _day(first, "--first")
    assert begin is not None
    simulation = run(folder.cells, first_day=begin, days=days, seed=seed, scale=scale)
    files = write_deliveries(simulation.deliveries, out)
    simulation.truth.surges.write_csv(out / "truth_surges.csv")
    simulation.truth.dirt.write_csv(out / "truth_dirt.csv")
    result = {"files": len(files), "rows": sum(len(d.rows) for d in simulation.deliveries), "folder": str(out)}
    _print(result, as_json, lambda: typer.echo(f"Wrote {result['rows']} rows in {result['files']} files, and the truth, to {out}."))


@app.command()
def nightly(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: today in the district.")] = None,
    amend: Annotated[bool, typer.Option("--amend", help="A further revision with what is known now.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in what arrived, score tonight, publish it, write its brief."""
    from flows.plan import nightly_run
    from infra import clock, orchestrator

    chosen = _day(night, "--night")
    code, settings = _choose(district)
    settings.hash_key()
    # Refused here, half a minute before a server would be up.
    with _opened(district) as context:
        now = clock.now()
        nightly_run(context, chosen or now.astimezone(context.district.zone).date(), None, "check", now=now)
    orchestrator.prepare(settings)
    from flows.nightly import nightly as run

    with _progress(as_json):
        result = run(code, chosen, amend)
    from flows import tables

    _print(result, as_json, lambda: tables.nightly(result))
    if result["refused"]:
        raise SystemExit(1)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as late-data, then optionally ': a short note'.")],
    district: DistrictOption = None,
    as_known: Annotated[bool, typer.Option("--as-known", help="With what was known then, instead of now.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would run.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run past nights again. Notifies nobody and leaves live alerts alone."""
    from flows.plan import backfill_runs, checked_reason, describe
    from infra import clock, orchestrator

    begin, end = _day(first, "--from"), _day(last, "--to")
    assert begin is not None
    assert end is not None
    reason = checked_reason(reason)
    code, settings = _choose(district)
    if dry_run:
        from flows import tables

        with _opened(district, to_look=True) as context:
            runs = backfill_runs(context, begin, end, clock.now(), "dry-run", reason, as_known=as_known)
            plan = describe(context, runs)
        _print(plan, as_json, lambda: tables.plan(plan))
        return
    settings.hash_key()
    with _opened(district) as context:
        backfill_runs(context, begin, end, clock.now(), "check", reason, as_known=as_known)
    orchestrator.prepare(settings)
    from flows.backfill import backfill as run

    with _progress(as_json):
        result = run(code, begin, end, reason, "as_known" if as_known else "restate")
    with _opened(district) as context:
        from flows.status import ledger_by_source

        result["ledger"] = ledger_by_source(context).to_dicts()
    from flows import tables

    _print(result, as_json, lambda: tables.backfill(result))
    if result["refused"]:
        raise SystemExit(1)


@app.command()
def status(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """The last night, what arrived, what was set aside, what is open."""
    from flows import tables
    from flows.status import status as gather

    with _opened(district, to_look=True) as context:
        found = gather(context)
    _print(found, as_json, lambda: tables.status(found))


@app.command()
def brief(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: the last published night.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Default: briefs/ in the home folder.")] = None,
) -> None:
    """Write the brief of a published night as one HTML file."""
    from flows.briefs import write_brief
    from infra.errors import SifangError
    from infra.warehouse.read import latest_night

    chosen = _day(night, "--night")
    with _opened(district, to_look=True) as context:
        chosen = chosen or latest_night(context.engine, context.code)
        if chosen is None:
            raise SifangError(f"{context.code} has no published night.", "Run `sifang nightly` first.")
        typer.echo(write_brief(context, chosen, out))


@app.command()
def doctor(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Check everything a night needs, and name every problem at once."""
    from flows import tables
    from flows.status import examine

    code, settings = _choose(district)
    findings = examine(code, settings)
    _print([vars(f) for f in findings], as_json, lambda: tables.doctor(findings))
    if any(f.ok is False for f in findings):
        raise SystemExit(1)


@database.command()
def upgrade() -> None:
    """Bring the warehouse's tables and views up to this version."""
    from infra.settings import Settings
    from infra.warehouse.engine import connect
    from infra.warehouse.upgrade import current_revision
    from infra.warehouse.upgrade import upgrade as run

    engine = connect(Settings().warehouse)
    try:
        run(engine)
        typer.echo(f"The warehouse is at {current_revision(engine)}.")
    finally:
        engine.dispose()
