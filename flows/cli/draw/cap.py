"""How `sifang cap` looks.

Belongs here: lines. Does not: messages (``flows.alerts.caps``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import console

if TYPE_CHECKING:
    from flows.alerts.caps import Chain


def chain(found: Chain) -> None:
    """The newest message; where all were written, their names instead."""
    if found.folder is None:
        console().print(found.messages[-1].xml, markup=False, soft_wrap=True, end="")
        return
    for file in found.messages:
        console().print(f"{found.folder}/{file.identifier}.xml: {file.kind}", markup=False, soft_wrap=True)
