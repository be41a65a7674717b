"""The terminal, and the one look of every table in it.

Belongs here: width, alignment, numbers. Does not: what a table holds (the files beside this one).
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

_MIN_WIDTH = 118
_WIDEST = 1000


def console(shown: Table | None = None) -> Console:
    """The terminal; a narrow one wraps whole tables rather than cutting their numbers off, and a file is as wide as ``shown``."""
    made = Console(highlight=False)
    least = _MIN_WIDTH if shown is None or made.is_terminal else max(_MIN_WIDTH, Console(width=_WIDEST).measure(shown).maximum)
    return made if made.width >= least else Console(highlight=False, width=least)


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
