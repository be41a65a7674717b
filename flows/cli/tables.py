"""How results look in the terminal.

Belongs here: Rich tables and sentences. Does not: gathering what they show (``flows.tell.status``, the flows).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.tell.status import COUNTS, Finding
from transforms.backtest.grade import HEADLINE_AREA
from transforms.backtest.report import Report
from transforms.grids.faults import Fault
from transforms.schema import Category, Level
from transforms.scoring.baselines import BASELINES
from transforms.words.reasons import NOT_SCORED, REASONS
from transforms.workshop.proposal.propose import Proposal

_NAMES = {
    Category.SAFETY: "安全 Safety",
    Category.PUBLIC_ORDER: "治安 Public order",
    Category.STABILITY: "稳定 Disputes and services",
    Category.POLITICAL: "履职 Duty performance",
}
_LEVELS = {Level.BLUE: "蓝 blue", Level.YELLOW: "黄 yellow", Level.ORANGE: "橙 orange", Level.RED: "红 red"}


_MIN_WIDTH = 118


def _console() -> Console:
    """The terminal; a narrow one wraps whole tables rather than cutting their numbers off."""
    console = Console(highlight=False)
    return console if console.width >= _MIN_WIDTH else Console(highlight=False, width=_MIN_WIDTH)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    return table


def _row(table: Table, *values: object) -> None:
    table.add_row(*[f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else str(v) for v in values])


def levels(summary: dict[str, Any]) -> Table:
    """Cells by category and level."""
    table = _table("Cells by category and level", "category", *_LEVELS.values(), "learning", "not scored")
    table.columns[-1].no_wrap, table.columns[-1].max_width = False, 34
    for category, name in _NAMES.items():
        counts = summary["levels"].get(category.value, {})
        missing = summary["not_scored"].get(category.value, {})
        why = ", ".join(f"{n:,} {NOT_SCORED[r].en}" for r, n in missing.items()) or "0"
        _row(table, name, *(counts.get(level.value, 0) for level in Level), counts.get("learning", 0), why)
    return table


def surges(summary: dict[str, Any]) -> str:
    """How many cells surge, and which series rose in all of the district."""
    cells = summary["surges"]
    everywhere = ", ".join(summary["district_surges"]) or "none"
    return f"Surges: {cells.get('red', 0):,} red, {cells.get('watch', 0):,} watched; of the whole district: {everywhere}"


def ledger(rows: list[dict[str, Any]]) -> Table:
    """The ledger per source; delivered is the sum of the five columns after it."""
    table = _table(
        "Ledger: delivered = accepted + merged + duplicate + quarantined + out of scope", "source", "batches", "refused", *COUNTS
    )
    for row in rows:
        _row(table, row["source"], row["batches"], row["refused"], *(row[c] for c in COUNTS))
    if rows:
        _row(table, "all", sum(r["batches"] for r in rows), sum(r["refused"] for r in rows), *(sum(r[c] for r in rows) for c in COUNTS))
    return table


def quarantine(rows: list[dict[str, Any]]) -> Table:
    """Rows set aside, by reason."""
    table = _table("Quarantine by reason", "reason", "rows", "what it means")
    table.columns[2].justify, table.columns[2].no_wrap = "left", False
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["reason"]] = totals.get(row["reason"], 0) + row["rows"]
    for reason, number in sorted(totals.items(), key=lambda item: -item[1]):
        _row(table, reason, number, f"{REASONS[reason].zh}; {REASONS[reason].en}")
    return table


def set_aside(rows: list[dict[str, Any]]) -> None:
    """Rows set aside, by source, reason and kind."""
    table = _table("Set aside", "source", "reason", "kind", "waiting", "resolved", "expired", "what it means")
    for column in (1, 2, 6):
        table.columns[column].justify = "left"
    table.columns[6].no_wrap = False
    for row in rows:
        meaning = f"{row['zh']}; {row['en']}"
        _row(table, row["source"], row["reason"], row["kind"] or "-", row["waiting"], row["resolved"], row["expired"], meaning)
    _console().print(table if rows else "Nothing was ever set aside.")


def retried(result: dict[str, Any]) -> None:
    """What a retry came to, and what to do next."""
    console = _console()
    console.print(
        f"{result['resolved']:,} rows resolved ({result['accepted']:,} accepted, {result['merged']:,} merged, "
        f"{result['duplicate']:,} duplicate); {result['waiting']:,} still wait; {result['expired']:,} are past their time; "
        f"{result['never_landed']:,} looked personal and were never kept"
    )
    for batch in result["kept_back"]:
        console.print(f"[bold]Not read[/bold] {batch['batch']}: ", end="", soft_wrap=True)
        console.print(batch["why"], markup=False, soft_wrap=True)
    if result["nights_from"]:
        first, last = result["nights_from"], result["nights_to"]
        console.print(f"Next: sifang backfill --from {first} --to {last} --reason quarantine-retry --stale", soft_wrap=True)


def demo(result: dict[str, Any]) -> None:
    """The demo's one summary."""
    console = _console()
    console.print(f"\n[bold]Weibin (synthetic), nights {result['first_night']} to {result['last_night']}[/bold]\n")
    for table in (ledger(result["status"]["ledger"]), quarantine(result["status"]["quarantine"]), levels(result["last"])):
        console.print(table)
        console.print()
    console.print(
        f"Alerts opened {result['alerts_opened']:,}, ended {result['alerts_ended']:,}, open now {result['status']['alerts_open']:,}"
    )
    console.print(f"Scores: {result['rows_total']:,} rows in {result['nights']} nights; {result['rows_changed']:,} rows changed")
    console.print(f"Brief: {result['brief']}", soft_wrap=True)


def nightly(result: dict[str, Any]) -> None:
    """One night's summary."""
    console = _console()
    console.print(levels(result))
    events = result["events"]
    opened, ended = events.get("opened", 0) + events.get("reopened", 0), events.get("ended", 0)
    console.print(
        f"\nNight {result['night']}, revision {result['revision']}: {result['batches']} new batches, {result['rows_changed']:,} rows and "
        f"{result['levels_changed']:,} levels changed; alerts opened {opened}, ended {ended}"
    )
    console.print(surges(result))
    _refused(console, result)
    console.print(f"Brief: {result['brief']}", soft_wrap=True)


def backfill(result: dict[str, Any]) -> None:
    """A backfill's summary: the ledger, the last night, and what it changed."""
    console = _console()
    console.print(ledger(result["ledger"]))
    console.print()
    nights = result["nights"]
    if not nights:
        console.print(f"None of {result['nights_compared']} nights is stale; nothing was run")
        _refused(console, result)
        return
    console.print(levels(result["last"]))
    console.print(
        f"\n{len(nights)} nights, {nights[0]['night']} to {nights[-1]['night']} ({result['mode']}, {result['reason']}): "
        f"{result['rows_changed']:,} of {result['rows_total']:,} rows changed, {result['levels_changed']:,} levels changed"
    )
    console.print(
        f"Would have opened {sum(n['would_have_opened'] for n in nights):,} alerts and ended "
        f"{sum(n['would_have_ended'] for n in nights):,}; a backfill opens and ends none"
    )
    _refused(console, result)


def replay(replayed: list[dict[str, Any]]) -> None:
    """How replayed nights compare."""
    table = _table("Replay: computed again from what was known then", "night", "revision", "rows", "different", "verdict")
    for night in replayed:
        verdict = "identical" if night["identical"] else "inputs differ" if not night["different"] else "DIFFERENT"
        _row(table, night["night"], night["revision"], night["rows"], night["different"], verdict)
    same = sum(n["identical"] for n in replayed)
    _console().print(table)
    _console().print(f"\n{same} of {len(replayed)} nights identical, row hash for row hash")


def _refused(console: Console, result: dict[str, Any]) -> None:
    for refused in result["refused"]:
        console.print(f"[bold]Refused[/bold] {refused['file']}: {refused['reason']}: ", end="", soft_wrap=True)
        console.print(refused["detail"] or REASONS[refused["reason"]].en, markup=False, soft_wrap=True)


def plan(nights: list[dict[str, Any]]) -> None:
    """A dry run."""
    table = _table("Would run", "night", "as of", "stored revision", "district version", "why")
    for night in nights:
        changes = "would change" if night["district_version_changes"] else "same" if night["stored_revision"] else "-"
        _row(table, night["night"], night["as_of"], night["stored_revision"] or "-", changes, night.get("why", ""))
    _console().print(table)


def status(found: dict[str, Any]) -> None:
    """What `sifang status` shows."""
    console = _console()
    night = f"night {found['night']}, revision {found['revision']}, as of {found['as_of']}" if found["night"] else "no night published yet"
    console.print(
        f"[bold]{found['district']}[/bold]: {night}; {found['alerts_open']} alerts open; {found['waiting_files']} files waiting\n"
    )
    console.print(ledger(found["ledger"]))
    console.print()
    console.print(quarantine(found["quarantine"]))
    if found["models"]:
        stands = "; ".join(f"{state} {', '.join(codes)}" for state, codes in sorted(found["models"].items()))
        console.print(f"\nModels: {stands}")
    if found["unmapped"]:
        table = _table("\nWords without a kind: add them to the source's kinds", "source", "word", "rows")
        for word in found["unmapped"]:
            _row(table, word["source"], word["word"] or f"({word['words']} rare or long ones)", word["rows"])
        console.print(table)
    if found["source_days"]:
        table = _table("\nSources, last 14 days", "source", "ok", "late", "partial", "missing")
        for source, days in found["source_days"].items():
            _row(table, source, *(days.get(state, 0) for state in ("ok", "late", "partial", "missing")))
        console.print(table)
    if found["record"]:
        weeks, last = max(r["weeks"] for r in found["record"]), max(r["last"] for r in found["record"])
        table = _table(f"\nForecasts graded: {weeks} weeks, the last from night {last}", "category", "cells", "expected", "±", "observed")
        for one in found["record"]:
            name = _LEVELS[Level(one["level"])] if one["level"] in set(Level) else one["level"]
            amounts = (f"{one[c]:.1f}" for c in ("expected", "spread"))
            _row(table, _NAMES[Category(one["category"])], name, *amounts, f"{one['observed']:.0f}")
        console.print(table)


def codelist(changes: list[dict[str, Any]]) -> None:
    """What an edit of the codelists would change."""
    if not changes:
        _console().print("Nothing: every landed word keeps its kind")
        return
    table = _table("The words of landed rows that the folder now reads differently", "source", "word", "before", "after", "rows")
    for change in changes:
        _row(table, change["source"], change["word"] or "(rare or long)", change["before"] or "-", change["after"] or "-", change["rows"])
    _console().print(table)


def proposal(proposed: Proposal) -> None:
    """The block of TOML, and how sure each line of it is."""
    lines = [
        f"# How sure of each line, and why, by {proposed.rows:,} rows of the file:",
        *(f"# {guess.sure:4.0%} {guess.what} = {guess.value}: {guess.why}" for guess in proposed.guesses),
        *(f"# left out {column}: {why}" for column, why in proposed.left_out.items()),
        *(["#", "# The district's own lines could be, instead of those at the top of its file:"] if proposed.district else []),
        *(f"#   {line}" for line in proposed.district),
    ]
    # Everything but the block is a comment, so that the whole can be appended to a district.toml.
    _console().print("\n".join([*lines, "", proposed.toml]), markup=False, highlight=False, soft_wrap=True)


def doctor(findings: list[Finding]) -> None:
    """One line per thing looked at."""
    console = _console()
    for finding in findings:
        sign = "[green]ok[/green]  " if finding.ok else "[red]bad[/red] " if finding.ok is False else "[yellow]note[/yellow]"
        console.print(f"{sign} {finding.what}: ", end="", soft_wrap=True)
        console.print(finding.detail, markup=False, soft_wrap=True)


def faults(cells: int, found: list[Fault]) -> None:
    """One line per fault of a grid, the worst first, and how many there are."""
    console = _console()
    for fault in sorted(found, key=lambda f: not f.stops):
        console.print("[red]bad[/red] " if fault.stops else "[yellow]note[/yellow]", f"{fault.check}: ", end="", soft_wrap=True)
        console.print(str(fault), markup=False, soft_wrap=True)
    stops = sum(f.stops for f in found)
    console.print(f"{cells:,} cells, {stops} to mend, {len(found) - stops} to look at")


def explained(told: dict[str, Any]) -> None:
    """A cell on a night, category by category."""
    console = _console()
    name = told["name"] or told["cell"]
    console.print(
        f"[bold]{name}[/bold] ({told['cell']}, {told['subdistrict'] or '-'}), night {told['night']}, revision {told['revision']}, "
        f"as of {told['as_of']}, {told['mode']}",
        soft_wrap=True,
    )
    for one in told["categories"]:
        level = _LEVELS[Level(one["level"])] if one["level"] else one["state"].replace("_", " ")
        points = f", score {one['score']:.1f}" if one["score"] is not None else ""
        console.print(f"\n[bold]{_NAMES[Category(one['category'])]}[/bold]: {level}{points}")
        for text in one["sentence"].values():
            console.print(f"  {text}", soft_wrap=True)
        if one["category"] != Category.POLITICAL.value:
            _numbers_of(console, one)
        if one["surge"] in {"watch", "red"}:
            console.print(f"  surge: {one['surge']}, of {one['surge_series']} in the last {one['surge_days']} days")
        if one["moved"]:
            by = f" from {one['moved']['from']:.1f}" if one["moved"]["from"] is not None else ""
            console.print(f"  moved {one['moved']['direction']}{by}: {one['moved']['sentence']['en']}", soft_wrap=True)
        rests = [
            f"{key.replace('_', ' ')} {one[key]}"
            for key in ("last_report_day", "last_day_observed", "model_id", "reference_id")
            if one[key]
        ]
        if one["exposure_28_days"] is not None:
            rests.insert(0, f"exposure of the last 28 days {one['exposure_28_days']:.0%}")
        if rests:
            console.print(f"  rests on: {', '.join(rests)}", soft_wrap=True)


def _numbers_of(console: Console, one: dict[str, Any]) -> None:
    """Contributions and series of one category; words alone where the cell had too few reports."""
    if one["state"] == "not_scored":
        return
    if not one["told_in_numbers"]:
        console.print(
            "  fewer than 10 reports in 90 days: no numbers; drivers in their order: " + ", ".join(d["en"] for d in one["drivers"])
        )
        return
    console.print(
        f"  harm {one['expected_harm']:.3g} (80 %: {one['harm_low']:.3g} to {one['harm_high']:.3g}), "
        f"usual {'unknown' if one['usual'] is None else format(one['usual'], '.3g')}, "
        f"{one['expected_count']:.3g} events, {one['p_any']:.0%} for any"
    )
    table = _table("", "  from", "来自", "harm", "share")
    for part in one["contributions"]:
        _row(table, f"  {part['en']}", part["zh"], f"{part['harm']:.3f}", f"{part['share']:.0%}")
    for part in one["series"]:
        _row(table, f"  of it {part['en']}", part["zh"], f"{part['harm']:.3f}", f"{part['share']:.0%}")
        if part["escalation"]:
            weight = f"weight {part['escalation']:.2f}"
            _row(table, "    of it overdue disputes", "超期未化解纠纷", f"{part['from_overdue_disputes']:.3f}", weight)
    console.print(table)


def moved(night: str, found: list[dict[str, Any]]) -> None:
    """Scores that moved since the night before, and why."""
    table = _table(f"Scores of night {night} that moved 5 points or more", "category", "cell", "from", "to", "why")
    table.columns[1].justify = table.columns[4].justify = "left"
    table.columns[4].no_wrap = False
    for one in found:
        points = [f"{one[end]:.1f}" if one[end] is not None else "-" for end in ("from", "to")]
        _row(table, _NAMES[Category(one["category"])], one["cell"], *points, f"{one['sentence']['zh']}; {one['sentence']['en']}")
    _console().print(table if found else f"No score of night {night} moved 5 points or more.")


def backtest(report: Report, page: str) -> None:
    """Gains over the baselines, hits, calibration and cells left out, per series; how the models stood; where the page is."""
    over = f"{report.origins} origins from {report.first} to {report.last}, {report.horizon_days} days ahead, {report.cells:,} cells"
    table = _table(f"{over}: gain in nats per event over", "series", "events", *BASELINES, "PEI/ceiling", "PIT pp", "top 1 %", "left out")
    standings: Counter[str] = Counter()
    for series in report.series:
        standings.update(series.standings)
        grade, left_out = series.grade, sum(series.left_out.values())
        if grade is None:
            _row(table, series.code, 0, *["–"] * (len(BASELINES) + 3), left_out)
            continue
        gains = [f"{a.gain:+.3f}" + (f" ±{a.gain_se:.3f}" if a.gain_se is not None else "") for a in map(grade.over, BASELINES)]
        area, top = grade.at(HEADLINE_AREA), grade.calibration["rank"][0]
        ratio = "–" if top.ratio is None else f"{top.ratio:.2f}"
        _row(table, series.code, grade.events, *gains, f"{area.pei:.2f}/{area.ceiling:.2f}", f"{grade.pit_deviation:.2f}", ratio, left_out)
    _console().print(table)
    _console().print(f"Models, by series and origin: {', '.join(f'{n:,} {name}' for name, n in sorted(standings.items()))}")
    _console().print(f"Report: {page}", soft_wrap=True)
