"""How ``sifang grid make`` and ``sifang grid check`` look.

Belongs here: their sentences and the picture's place. Does not: the picture itself (``transforms.grids.making``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import BAD, NOTE, console
from flows.cli.saying import say
from transforms.words.counting import many

if TYPE_CHECKING:
    from infra.districts.coding import CodedFile
    from infra.districts.grids import CheckedGrid, MadeGrid


def made(grid: MadeGrid, *, print_lines: bool) -> None:
    """The picture and what was written; the ``[grid]`` lines alone go to the output, so that they can be put into a file."""
    say(grid.picture, err=True)
    say(f"{many(grid.cells, 'cell')} on {grid.area_km2:,} km², outline of {many(grid.corners, 'corner')}.", err=True)
    if print_lines:
        say(grid.toml)
    for file in grid.written:
        say(f"Wrote {file}.", err=True)


def coded(zones: CodedFile) -> None:
    """How many zones got a code and how many had one, and what was written."""
    say(f"{many(zones.coded, 'zone')} got a code, {zones.kept:,} had one; {many(zones.words, 'name')} stand for codes.", err=True)
    if not zones.written:
        say("Nothing was written: say --into DIR, or --cells FILE.", err=True)
    for file in zones.written:
        say(f"Wrote {file}.", err=True)
    for source in zones.mapped:
        say(f"Source {source} reads them by name.", err=True)


def checked(found: CheckedGrid) -> None:
    """One line per fault of a grid, the worst first, and how many there are."""
    out = console()
    for fault in sorted(found.faults, key=lambda f: not f.stops):
        out.print(BAD if fault.stops else NOTE, f"{fault.check}: ", end="", soft_wrap=True)
        out.print(str(fault), markup=False, soft_wrap=True)
    stops = sum(f.stops for f in found.faults)
    out.print(f"{many(found.cells, 'cell')}, {stops} to mend, {len(found.faults) - stops} to look at")
