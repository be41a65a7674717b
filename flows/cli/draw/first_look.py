"""How ``sifang simulate`` tells what it wrote.

Belongs here: its sentences. Does not: the demo's summary, which is one of nights (``flows.cli.draw.nights``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.saying import say
from transforms.words.counting import many

if TYPE_CHECKING:
    from infra.districts.simulated import Simulated


def simulated(result: Simulated) -> None:
    """What was written, and what keeps the district from taking it in."""
    say(f"Wrote {many(result.rows, 'row')} in {many(result.files, 'file')}, and the truth, to {result.folder}.")
    if result.unread:
        say(f"As it is declared, {result.district} would not take them in: {'; '.join(result.unread)}.", err=True)
        say("Start from `sifang init DIR --from weibin` and give it your grid with `sifang grid make --into DIR`.", err=True)
