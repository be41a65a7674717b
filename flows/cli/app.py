"""The ``sifang`` command.

Belongs here: verbs, options, tables, progress bars, exit codes (0 ok, 1 the work failed, 2 wrong use). Does not: the work. Heavy imports
stay inside the verbs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.backtest import backtest
from flows.cli.explain import explain
from flows.cli.grid import grids
from flows.cli.quarantine import aside
from flows.cli.shell import DistrictOption, JsonOption, choose, day, folder_of, opened, progress_shown, show

app = typer.Typer(
    name="sifang",
    help="Sifang 四防: nightly area-level risk for a city district. Areas and departments, never persons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help="Keeping the stores: schema, retention, compaction.", no_args_is_help=True)
app.add_typer(database, name="db")
app.add_typer(aside, name="quarantine")
app.add_typer(grids, name="grid")
app.command()(backtest)
app.command()(explain)

# Well known on purpose: it protects invented reports only, and the demo uses it for no other district.
DEMO_KEY = "demo-key-for-simulated-data-only"
# All that Prefect's error for this has of its own.
NO_SERVER = "connect to ephemeral Prefect API server"


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
    except RuntimeError as error:
        if NO_SERVER not in str(error):
            raise
        typer.echo(
            "sifang: Prefect's own server did not start in time. Run this again when the machine is less busy, or set "
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS (90), or PREFECT_API_URL of a server that runs.",
            err=True,
        )
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        typer.echo("sifang: stopped; what was published stays, and the same command can be run again", err=True)
        raise SystemExit(1) from None


@app.command()
def demo(as_json: JsonOption = False) -> None:
    """Simulate 15 months of Weibin, run the last 60 nights, print one summary. Run it again: nothing changes."""
    from infra.deploy import prefect_home as orchestrator
    from infra.settings import Settings

    settings = Settings()
    inbox = settings.home.resolve() / "inbox" / "weibin"
    os.environ["SIFANG_INBOX"] = str(inbox)
    if settings.key is None:
        os.environ["SIFANG_KEY"] = DEMO_KEY
    orchestrator.prepare(settings, own_server=True)
    if not as_json:
        typer.echo("Sifang 四防 demo: starting a local Prefect server (up to half a minute) …", err=True)
    from expectations.judge import get_ready
    from flows.demo import demo as run

    get_ready()
    with progress_shown(as_json):
        result = run(str(inbox))
    with opened("weibin") as context:
        from flows.tell.status import status

        result["status"] = status(context)
    from flows.cli import tables

    show(result, as_json, lambda: tables.demo(result))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder; its name becomes the district's code.")],
    origin: Annotated[str, typer.Option("--from", help="weibin, san_francisco, or blank: one to fill in.")] = "weibin",
) -> None:
    """Copy a shipped district folder, to point its sources at your files."""
    from infra.districts.drafting import copy

    file = copy(origin, folder)
    first = "point `files` in it to your data" if origin != "blank" else f"`sifang doctor --sample FILE >> {file}`, fill what says FILL IN"
    typer.echo(f"Wrote {file}. Next: {first}, set SIFANG_KEY, then `sifang doctor --district {folder}`.")


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
    """Write invented deliveries for a district on any grid, with every kind of dirt and the truth about it."""
    from infra.districts import folder as district_folder
    from infra.districts.simulated import write_deliveries
    from infra.errors import SifangError
    from transforms.workshop.simulator.simulate import simulate as run
    from transforms.workshop.simulator.simulate import unread

    code, settings = choose(district or "weibin")
    begin = day(first, "--first")
    assert begin is not None
    folder = district_folder.load(district_folder.find(code, settings.district_roots)).at(begin)
    datums = {s.code: s.datum for s in folder.district.sources}
    try:
        simulation = run(folder.cells, first_day=begin, days=days, seed=seed, scale=scale, datums=datums)
    except ValueError as error:
        raise SifangError(f"Nothing can be simulated for {code}: {error}.", "Give it a finer grid, or choose another district.") from None
    files = write_deliveries(simulation.deliveries, out)
    simulation.truth.surges.write_csv(out / "truth_surges.csv")
    simulation.truth.dirt.write_csv(out / "truth_dirt.csv")
    result = {
        "files": len(files),
        "rows": sum(len(d.rows) for d in simulation.deliveries),
        "folder": str(out),
        "unread": unread(folder.district, folder.cells),
    }

    def draw() -> None:
        typer.echo(f"Wrote {result['rows']} rows in {result['files']} files, and the truth, to {out}.")
        if result["unread"]:
            typer.echo(f"As it is declared, {code} would not take them in: {'; '.join(unread(folder.district, folder.cells))}.", err=True)
            typer.echo("Start from `sifang init DIR --from weibin` and give it your grid with `sifang grid make --into DIR`.", err=True)

    show(result, as_json, draw)


@app.command()
def nightly(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: today in the district.")] = None,
    amend: Annotated[bool, typer.Option("--amend", help="A further revision with what is known now.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in what arrived, score tonight, publish it, write its brief."""
    from expectations.judge import get_ready
    from flows.nights.plan import nightly_run
    from infra import clock
    from infra.deploy import prefect_home as orchestrator

    chosen = day(night, "--night")
    code, settings = choose(district)
    settings.hash_key()
    # Refused here, half a minute before a server would be up.
    with opened(district) as context:
        now = clock.now()
        nightly_run(context, chosen or now.astimezone(context.district.zone).date(), None, "check", now=now)
    orchestrator.prepare(settings)
    from flows.nightly import nightly as run

    get_ready()
    with progress_shown(as_json):
        result = run(code, chosen, amend)
    from flows.cli import tables

    show(result, as_json, lambda: tables.nightly(result))
    if result["refused"]:
        raise SystemExit(1)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as late-data, then optionally ': a short note'.")],
    district: DistrictOption = None,
    as_known: Annotated[bool, typer.Option("--as-known", help="With what was known then, instead of now.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="Only nights whose inputs changed since they were published.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would run.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run past nights again. Notifies nobody and leaves live alerts alone."""
    from flows.nights.plan import backfill_runs, checked_reason, describe, stale_runs
    from infra import clock
    from infra.deploy import prefect_home as orchestrator

    begin, end = day(first, "--from"), day(last, "--to")
    assert begin is not None
    assert end is not None
    reason = checked_reason(reason)
    if stale and as_known:
        raise typer.BadParameter("--stale looks with what is known now; it does not go with --as-known", param_hint="--stale")
    code, settings = choose(district)
    if dry_run:
        from flows.cli import tables

        with opened(district, to_look=True) as context:
            now = clock.now()
            runs = backfill_runs(context, begin, end, now, "dry-run", reason, as_known=as_known)
            plan = describe(context, stale_runs(context, runs, now), "its inputs changed") if stale else describe(context, runs)
        show(plan, as_json, lambda: tables.plan(plan))
        return
    settings.hash_key()
    with opened(district) as context:
        backfill_runs(context, begin, end, clock.now(), "check", reason, as_known=as_known)
    orchestrator.prepare(settings)
    from flows.backfill import backfill as run

    with progress_shown(as_json):
        result = run(code, begin, end, reason, "as_known" if as_known else "restate", stale)
    with opened(district) as context:
        from flows.tell.status import ledger_by_source

        result["ledger"] = ledger_by_source(context).to_dicts()
    from flows.cli import tables

    show(result, as_json, lambda: tables.backfill(result))
    if result["refused"]:
        raise SystemExit(1)


@app.command()
def replay(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: the last published night.")] = None,
    nights: Annotated[int, typer.Option("--nights", min=1, help="So many published nights, up to --night.")] = 1,
    refit: Annotated[
        bool, typer.Option("--refit", help="Also fit the models and make the references again, from what was known then.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute published nights again from what was known then, and compare row hash for row hash. Writes nothing."""
    from flows.cli import tables
    from flows.nights.replay import replay as run
    from infra import progress
    from infra.errors import SifangError
    from infra.warehouse.nights import published_nights

    last = day(night, "--night")
    with opened(district, to_look=True) as context, progress_shown(as_json):
        known = [n for n in published_nights(context.warehouse) if last is None or n <= last][-nights:]
        if not known or (last is not None and known[-1] != last):
            raise SifangError(f"{context.code} has no published night{f' {last}' if last else ''}.", "`sifang status` names the last one.")
        found = []
        for number, each in enumerate(known):
            progress.tell(f"replay {each}", number, len(known))
            replayed = run(context, each, refit=refit)
            found.append({**vars(replayed), "night": each.isoformat(), "identical": replayed.identical})
    show(found, as_json, lambda: tables.replay(found))
    if not all(f["identical"] for f in found):
        raise SystemExit(1)


@app.command()
def status(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """The last night, what arrived, what was set aside, what is open."""
    from flows.cli import tables
    from flows.tell.status import status as gather

    with opened(district, to_look=True) as context:
        found = gather(context)
    show(found, as_json, lambda: tables.status(found))


@app.command()
def brief(
    district: DistrictOption = None,
    night: Annotated[str | None, typer.Option("--night", metavar="YYYY-MM-DD", help="Default: the last published night.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Default: briefs/ in the home folder.")] = None,
) -> None:
    """Write the brief of a published night as one HTML file."""
    from flows.tell.brief import write_brief
    from infra.errors import SifangError
    from infra.warehouse.nights import latest_night

    chosen = day(night, "--night")
    with opened(district, to_look=True) as context:
        chosen = chosen or latest_night(context.warehouse)
        if chosen is None:
            raise SifangError(f"{context.code} has no published night.", "Run `sifang nightly` first.")
        typer.echo(write_brief(context, chosen, out))


@app.command()
def doctor(
    district: DistrictOption = None,
    sample: Annotated[Path | None, typer.Option("--sample", metavar="FILE", help="Propose how to declare a file never seen.")] = None,
    codelist: Annotated[bool, typer.Option("--codelist", help="Only say what the folder's words would change about landed rows.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check everything a night needs, and name every problem at once."""
    from flows.cli import tables
    from flows.tell.status import codelist_changes, examine, proposal

    if sample is not None:
        proposed = proposal(sample, folder_of(district))
        show({**vars(proposed), "guesses": [vars(g) for g in proposed.guesses]}, as_json, lambda: tables.proposal(proposed))
        return
    if codelist:
        with opened(district, to_look=True) as context:
            changes = codelist_changes(context)
        show(changes, as_json, lambda: tables.codelist(changes))
        return
    code, settings = choose(district)
    findings = examine(code, settings)
    show([vars(f) for f in findings], as_json, lambda: tables.doctor(findings))
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


@database.command()
def purge(
    district: DistrictOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Drop what is past its time: reports no replayable night needs, landed files and rows set aside two weeks old."""
    from flows.upkeep import purge as run
    from infra import clock

    with opened(district) as context:
        found = run(context, clock.now(), dry_run=dry_run)
    verb = "Would drop" if dry_run else "Dropped"
    show(
        found,
        as_json,
        lambda: typer.echo(
            f"{verb} {found['lake_rows']:,} lake rows, {found['landed_files']:,} landed files, "
            f"{found['quarantined_rows']:,} rows set aside, {found['outbox_drafts']:,} drafts of deliveries."
        ),
    )


@database.command()
def compact(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Join the lake's small files; no result changes."""
    from flows.upkeep import compact as run

    with opened(district) as context:
        found = run(context)
    show(found, as_json, lambda: typer.echo(f"The lake has {found['files_joined']:,} files less."))
