"""Water leaks: what the water works are called to. Invented, to prove that a feed is one file.

Belongs here: this feed as a record. Does not: what any district or any formula makes of it.
"""

from __future__ import annotations

from typing import Final

from transforms.words import Category, Words
from transforms.words.feeds.feed import Feed, InCharge, StandardKind, StandardSeries

FEED: Final = Feed(
    code="water_leak",
    words=Words("供水漏损", "water leaks"),
    category=Category.SAFETY,
    in_charge=InCharge.WHERE_DUE,
    series=(StandardSeries("pipe_burst", Words("爆管", "burst pipes"), 4, "a street under water and a ward without any"),),
    kinds=(
        StandardKind("burst_main", Words("干管爆裂", "burst main"), 4, series="pipe_burst"),
        StandardKind("burst_branch", Words("支管爆裂", "burst branch"), 3, series="pipe_burst"),
        StandardKind("seepage", Words("渗漏", "seepage"), 1, standing=True),
    ),
    spoken="leak|burst|漏|爆管",
    usual=(("burst_main", r"\bmain\b|干管"), ("seepage", "seep|渗")),
    other="seepage",
)
