"""What was exported, on the terminal.

Belongs here: how it looks. Does not: exporting (``flows.tell.export``).
"""

from __future__ import annotations

from flows.cli.draw.table import console
from flows.tell.export import Exported
from transforms.words.counting import many


def exported(found: Exported) -> None:
    """One line."""
    console().print(f"{found.district}: {many(found.rows, 'row')} of {found.view} in {found.file}", markup=False, soft_wrap=True)
