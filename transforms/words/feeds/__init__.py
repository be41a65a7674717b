"""The reporting feeds. A new one is a file beside this one and a line in ``FEEDS``.

Belongs here: per feed its words, the category it feeds, its kinds and series, the usual words for them. Does not: a city's own words
(its district folder), what is done with a report (every other room asks ``FEEDS``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.feeds import fire_hazard, public_order, stability
from transforms.words.feeds.feed import Feed, InCharge
from transforms.words.registry import Registry

FEEDS: Final[Registry[Feed]] = Registry(
    "feed",
    fire_hazard.FEED,
    public_order.FEED,
    stability.FEED,
)

__all__ = ["FEEDS", "Feed", "InCharge"]
