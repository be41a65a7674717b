"""What was exported, and where the site lies, on the terminal.

Belongs here: how it looks. Does not: exporting (``flows.tell.export``), pages (``flows.tell.site``).
"""

from __future__ import annotations

from flows.cli.draw.table import console
from flows.tell.export import Exported
from flows.tell.site import Site
from transforms.words.counting import many


def exported(found: Exported) -> None:
    """One line."""
    console().print(f"{found.district}: {many(found.rows, 'row')} of {found.view} in {found.file}", markup=False, soft_wrap=True)


def site_written(found: Site) -> None:
    """Its first page."""
    said = (
        f"{found.district}: {many(found.pages, 'page')} for {found.tier} on {found.night}, {found.size_bytes / 1e6:.1f} MB: {found.first}"
    )
    console().print(said, markup=False, soft_wrap=True)
