"""How an explanation looks: a cell on a night, and every score that moved.

Belongs here: `sifang explain`. Does not: why a score is what it is (``flows.tell.explain``).
"""

from __future__ import annotations

from typing import Any

from rich.console import Console

from flows.cli.draw.table import console, row, table
from transforms.words import Category, Level, State


def explained(told: dict[str, Any]) -> None:
    """A cell on a night, category by category."""
    out = console()
    name = told["name"] or told["cell"]
    out.print(
        f"[bold]{name}[/bold] ({told['cell']}, {told['subdistrict'] or '-'}), night {told['night']}, revision {told['revision']}, "
        f"as of {told['as_of']}, {told['mode']}",
        soft_wrap=True,
    )
    for one in told["categories"]:
        level = (Level(one["level"]) if one["level"] else State(one["state"])).words.joined
        points = f", score {one['score']:.1f}" if one["score"] is not None else ""
        out.print(f"\n[bold]{Category(one['category']).words.capital.joined}[/bold]: {level}{points}")
        for text in one["sentence"].values():
            out.print(f"  {text}", soft_wrap=True)
        if one["category"] != Category.POLITICAL.value:
            _numbers_of(out, one)
        if one["surge"] in {"watch", "red"}:
            out.print(f"  surge: {one['surge']}, of {one['surge_series']} in the last {one['surge_days']} days")
        if one["moved"]:
            by = f" from {one['moved']['from']:.1f}" if one["moved"]["from"] is not None else ""
            out.print(f"  moved {one['moved']['direction']}{by}: {one['moved']['sentence']['en']}", soft_wrap=True)
        rests = [
            f"{key.replace('_', ' ')} {one[key]}"
            for key in ("last_report_day", "last_day_observed", "model_id", "reference_id")
            if one[key]
        ]
        if one["exposure_28_days"] is not None:
            rests.insert(0, f"exposure of the last 28 days {one['exposure_28_days']:.0%}")
        if rests:
            out.print(f"  rests on: {', '.join(rests)}", soft_wrap=True)


def moved(night: str, found: list[dict[str, Any]]) -> None:
    """Scores that moved since the night before, and why."""
    made = table(f"Scores of night {night} that moved 5 points or more", "category", "cell", "from", "to", "why")
    made.columns[1].justify = made.columns[4].justify = "left"
    made.columns[4].no_wrap = False
    for one in found:
        points = [f"{one[end]:.1f}" if one[end] is not None else "-" for end in ("from", "to")]
        row(made, Category(one["category"]).words.capital.joined, one["cell"], *points, f"{one['sentence']['zh']}; {one['sentence']['en']}")
    console().print(made if found else f"No score of night {night} moved 5 points or more.")


def _numbers_of(out: Console, one: dict[str, Any]) -> None:
    """Contributions and series of one category; words alone where the cell had too few reports."""
    if one["state"] == "not_scored":
        return
    if not one["told_in_numbers"]:
        out.print("  fewer than 10 reports in 90 days: no numbers; drivers in their order: " + ", ".join(d["en"] for d in one["drivers"]))
        return
    out.print(
        f"  harm {one['expected_harm']:.3g} (80 %: {one['harm_low']:.3g} to {one['harm_high']:.3g}), "
        f"usual {'unknown' if one['usual'] is None else format(one['usual'], '.3g')}, "
        f"{one['expected_count']:.3g} events, {one['p_any']:.0%} for any"
    )
    made = table("", "  from", "来自", "harm", "share")
    for part in one["contributions"]:
        row(made, f"  {part['en']}", part["zh"], f"{part['harm']:.3f}", f"{part['share']:.0%}")
    for part in one["series"]:
        row(made, f"  of it {part['en']}", part["zh"], f"{part['harm']:.3f}", f"{part['share']:.0%}")
        if part["escalation"]:
            weight = f"weight {part['escalation']:.2f}"
            row(made, "    of it overdue disputes", "超期未化解纠纷", f"{part['from_overdue_disputes']:.3f}", weight)
    out.print(made)
