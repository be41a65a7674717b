"""How silences look.

Belongs here: lines and tables. Does not: gathering (``flows.alerts.silences``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table

if TYPE_CHECKING:
    from flows.alerts.silences import SilenceLine, Silences


def made(found: SilenceLine) -> None:
    """One that was just made."""
    said = (
        f"{found.silence_id}: {_about(found)} until {found.until:%Y-%m-%d %H:%M}, {found.reason.words.en}; matches {found.matches_now} now"
    )
    console().print(said, markup=False, soft_wrap=True)


def listing(found: Silences) -> None:
    """Those that hold."""
    title = f"{found.district}: {len(found.silences)} silences at {found.at:%Y-%m-%d %H:%M}"
    made = table(title, "silence", "about", "reason", "by", "until", "matches now", words=("about", "reason", "by"))
    for each in found.silences:
        who = each.by.words.en + (f" {each.place}" if each.place else "")
        until = f"{each.until:%m-%d %H:%M}{' or calm' if each.until_calm else ''}"
        row(made, each.silence_id, _about(each), each.reason.words.en, who, until, each.matches_now)
    console(made).print(made)


def _about(each: SilenceLine) -> str:
    named = {"alert": each.alert_id and each.alert_id[:8], "type": each.type, "category": each.category, "in": each.subdistrict}
    return ", ".join(f"{name} {value}" for name, value in named.items() if value)
