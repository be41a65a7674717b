"""The terminal, and the one look of every table in it.

Belongs here: width, alignment, numbers, and that no text is taken for markup or obeyed. Does not: what a table holds (the files beside this
one), plain lines (``flows.cli.saying``).
"""

from __future__ import annotations

from typing import Final

from rich.console import Console, JustifyMethod, OverflowMethod
from rich.style import Style
from rich.table import Table
from rich.text import Text

from transforms.words.harmless import harmless

_MIN_WIDTH = 118
_WIDEST = 1000


class Terminal(Console):
    """A terminal to which every text is a text: brackets are no markup, and nothing in it is obeyed."""

    def render_str(
        self,
        text: str,
        *,
        style: str | Style = "",
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        **_markup: object,
    ) -> Text:
        """What the library makes of each text that it is handed, cells of tables included; whoever asks for markup gets none."""
        return Text(harmless(text, lines=True), style=style, justify=justify, overflow=overflow)


def marked(head: str, rest: str = "", style: str = "bold") -> Text:
    """A line that begins with a word in another style; the only markup there is."""
    return Text.assemble((harmless(head, lines=True), style), harmless(rest, lines=True))


OK: Final = marked("ok  ", style="green")
BAD: Final = marked("bad ", style="red")
NOTE: Final = marked("note", style="yellow")


def console(shown: Table | None = None) -> Console:
    """The terminal; a narrow one wraps whole tables rather than cutting their numbers off, and a file is as wide as ``shown``."""
    made = Terminal(highlight=False)
    least = _MIN_WIDTH if shown is None or made.is_terminal else max(_MIN_WIDTH, Terminal(width=_WIDEST).measure(shown).maximum)
    return made if made.width >= least else Terminal(highlight=False, width=least)


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
