"""How a rehearsal looks: how many alerts become how many, which are lost, who is told less.

Belongs here: its screen. Does not: running it (``flows.nights.rehearse``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flows.cli.draw.table import console, marked, row, table
from transforms.words import Category, Level
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.nights.rehearse import Count, Opened, Rehearsed

# More of a kind are told by --json.
_SHOWN: Final = 20


def rehearsed(found: Rehearsed) -> None:
    """The sum first, then by type and by receiver, then each alert that is lost, new or moved."""
    out, alerts = console(), found.alerts
    opened = alerts.opened
    nights = f"{found.district}, {many(found.nights, 'night')} {found.first} to {found.last}"
    same = not (alerts.lost or alerts.gained or alerts.moved)
    sums = f": {many(opened.before, 'alert')} {'stay the same' if same else f'become {opened.after}'}"
    out.print(
        marked(
            nights, sums + ("" if same else f"; {len(alerts.lost)} lost, {len(alerts.gained)} new, {len(alerts.moved)} on another night")
        )
    )
    for title, counts in (("Alerts opened", alerts.by_type), ("Told that one opened, came back or rose", alerts.told)):
        made = table(f"\n{title}", "", "before", "after", "change")
        for count in counts:
            row(made, count.what, count.before, count.after, _change(count))
        out.print(made)
    _listed("Lost", alerts.lost)
    _listed("New", alerts.gained)
    if alerts.moved:
        made = table("\nOn another night", "night", "opens", "type", "subject", words=("opens", "type", "subject"))
        for one in alerts.moved[:_SHOWN]:
            row(made, str(one.alert.night), str(one.becomes.night), one.alert.type, one.alert.subject)
        out.print(made)
    for night in found.withheld:
        out.print(f"Night {night} would not have been published.")
    if found.under_others:
        out.print(f"{many(found.under_others, 'night')} ran under another folder than today's: not all of the difference is the change's.")
    if found.exact:
        out.print("\nA home under this folder from the start would have opened exactly these alerts.")
    for why in found.because:
        out.print(f"Not exact: {why}.")


def _change(count: Count) -> str:
    return f"{count.after - count.before:+}" if count.after != count.before else ""


def _listed(title: str, alerts: Sequence[Opened]) -> None:
    if not alerts:
        return
    words = ("type", "category", "subject", "subdistrict", "level")
    made = table(f"\n{title}", "night", *words, words=words)
    for one in alerts[:_SHOWN]:
        category = Category(one.category).words.capital.joined if one.category else ""
        level = Level(one.level).words.joined if one.level in set(Level) else one.level or ""
        row(made, str(one.night), one.type, category, one.subject, one.subdistrict or "", level)
    console().print(made)
    if len(alerts) > _SHOWN:
        console().print(f"and {len(alerts) - _SHOWN} more: --json lists them")
