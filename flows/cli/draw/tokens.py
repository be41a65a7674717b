"""How tokens of the API look.

Belongs here: lines and tables. Does not: making them (``flows.alerts.tokens``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table

if TYPE_CHECKING:
    from flows.alerts.tokens import MadeToken, Tokens


def made(found: MadeToken) -> None:
    """The token alone on the output, so that it can be piped."""
    console().print(found.token, markup=False, soft_wrap=True)


def listing(found: Tokens) -> None:
    """Every token without itself."""
    made = table(
        f"{found.district}: {len(found.tokens)} tokens", "token", "role", "place", "made", "until", "revoked", words=("role", "place")
    )
    for each in found.tokens:
        revoked = f"{each.revoked_at:%Y-%m-%d %H:%M}" if each.revoked_at else None
        row(made, each.token_id, each.role, each.place, f"{each.made_at:%Y-%m-%d}", f"{each.until:%Y-%m-%d %H:%M}", revoked)
    console(made).print(made)
