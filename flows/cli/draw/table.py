"""The terminal, and the one look of every table in it.

Belongs here: width, alignment, numbers. Does not: what a table holds (the files beside this one).
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

_MIN_WIDTH = 118


def console() -> Console:
    """The terminal; a narrow one wraps whole tables rather than cutting their numbers off."""
    made = Console(highlight=False)
    return made if made.width >= _MIN_WIDTH else Console(highlight=False, width=_MIN_WIDTH)


def table(title: str, *columns: str, words: tuple[str, ...] = (), wrapped: str | None = None) -> Table:
    """A table whose first column and ``words`` stand left, numbers right; the column ``wrapped`` takes several lines where it must."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        left = position == 0 or column in words or column == wrapped
        made.add_column(column, justify="left" if left else "right", no_wrap=column != wrapped)
    return made


def row(into: Table, *values: object) -> None:
    """Add a row; whole numbers get separators, and what is not known a dash."""
    into.add_row(*["-" if v is None else f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else str(v) for v in values])
