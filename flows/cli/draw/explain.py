"""How an explanation looks: a cell on a night, and every score that moved.

Belongs here: `sifang explain`. Does not: why a score is what it is (``flows.tell.explain``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from flows.cli.draw.table import console, marked, row, table
from transforms.words import Category, State
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.tell.explanation import CategoryTold, Explanation, MovedScores, Numbers


def explained(told: Explanation) -> None:
    """A cell on a night, category by category."""
    out = console()
    out.print(
        marked(
            told.name or told.cell,
            f" ({told.cell}, {told.subdistrict or '-'}), night {told.night}, revision {told.revision}, "
            f"as of {told.as_of.isoformat()}, {told.mode}",
        ),
        soft_wrap=True,
    )
    for one in told.categories:
        _category(out, one)


def _category(out: Console, one: CategoryTold) -> None:
    level = (one.level or one.state).words.joined
    points = f", score {one.numbers.score:.1f}" if one.numbers and one.numbers.score is not None else ""
    out.print(marked(f"\n{one.category.words.capital.joined}", f": {level}{points}"))
    for text in (one.sentence.zh, one.sentence.en):
        out.print(f"  {text}", soft_wrap=True)
    if one.category is not Category.POLITICAL and one.state is not State.NOT_SCORED:
        _amounts(out, one)
    if one.surge:
        where = f", {one.surge.area.words.en}" if one.surge.area else ""
        out.print(f"  surge: {one.surge.surge}, of {one.surge.series} in the last {many(one.surge.days or 0, 'day')}{where}")
    if one.moved:
        by = "" if one.moved.before is None else f" from {one.moved.before:.1f}"
        out.print(f"  moved {one.moved.direction}{by}: {one.moved.sentence.en}", soft_wrap=True)
    if rests := _rests_on(one):
        out.print(f"  rests on: {', '.join(rests)}", soft_wrap=True)


def _amounts(out: Console, one: CategoryTold) -> None:
    """Contributions and series of one category; words alone where the cell had too few reports."""
    if one.numbers is None:
        ranked = ", ".join(driver.words.en for driver in one.drivers)
        out.print(f"  fewer than 10 reports in 90 days: no numbers; drivers in their order: {ranked}")
        return
    numbers = one.numbers
    out.print(
        f"  harm {_three(numbers.expected_harm)} (80 %: {_three(numbers.harm_low)} to {_three(numbers.harm_high)}), "
        f"usual {_three(numbers.usual)}, {_three(numbers.expected_count)} events, {numbers.p_any or 0.0:.0%} for any"
    )
    _parts(out, numbers)


def _parts(out: Console, numbers: Numbers) -> None:
    made = table("", "  from", "来自", "harm", "share")
    for part in numbers.contributions:
        row(made, f"  {part.words.en}", part.words.zh, f"{part.harm:.3f}", f"{part.share:.0%}")
    for own in numbers.series:
        row(made, f"  of it {own.name.en}", own.name.zh, f"{own.harm:.3f}", f"{own.share:.0%}")
        if own.escalation:
            row(made, "    of it overdue disputes", "超期未化解纠纷", f"{own.from_overdue_disputes:.3f}", f"weight {own.escalation:.2f}")
    out.print(made)


def _rests_on(one: CategoryTold) -> list[str]:
    """What is known of what a score rests on, a phrase each."""
    exposure = one.rests_on.exposure_28_days
    known = {
        "exposure of the last 28 days": None if exposure is None else f"{exposure:.0%}",
        "last report day": one.rests_on.last_report_day,
        "last day observed": one.rests_on.last_day_observed,
        "model id": one.model_id,
        "reference id": one.reference_id,
    }
    return [f"{what} {value}" for what, value in known.items() if value is not None]


def _three(amount: float | None) -> str:
    """Three digits that count."""
    return "unknown" if amount is None else f"{amount:.3g}"


def moved(found: MovedScores) -> None:
    """Scores that moved since the night before, and why."""
    if not found.moves:
        console().print(f"No score of night {found.night} moved 5 points or more.")
        return
    title = f"Scores of night {found.night} that moved 5 points or more"
    made = table(title, "category", "cell", "from", "to", "why", words=("cell",), wrapped="why")
    for one in found.moves:
        points = [None if point is None else f"{point:.1f}" for point in (one.before, one.now)]
        row(made, one.category.words.capital.joined, one.cell, *points, f"{one.sentence.zh}; {one.sentence.en}")
    console().print(made)
