"""How `sifang alerts route` looks.

Belongs here: lines and tables. Does not: who is told (``flows.alerts.routes``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table

if TYPE_CHECKING:
    from flows.alerts.routes import Answer, Shown, Step


def answer(found: Answer) -> None:
    """Who is told, step by step, and why."""
    out = console()
    out.print(f"{found.district}: by the route {found.route}", markup=False)
    for number, step in enumerate((found.at_once, *found.then)):
        out.print(f"  {'at once' if number == 0 else f'unanswered, step {number}'}: {told(step)}", markup=False)
    for route in found.passed:
        out.print(f"  fits less closely: {route}", markup=False)


def told(step: Step) -> str:
    """Receivers of one step, by name and code."""
    return "; ".join(f"{words.joined} ({told.receiver})" for told, words in step.told)


def shown(found: Shown) -> None:
    """Receivers, then routes."""
    made = table(f"{found.district}: receivers", "receiver", "name", "level", "above", words=("name", "level", "above"))
    for receiver in found.receivers:
        row(made, receiver.code, receiver.name.joined, receiver.level, receiver.above)
    out = console(made)
    out.print(made)
    out.print("Routes, the most specific one holds:")
    for route in found.routes:
        out.print(f"  {route}", markup=False)
