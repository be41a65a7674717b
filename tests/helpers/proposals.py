"""Files that nobody has declared, and what is proposed for them.

Belongs here: proposing with the shipped kinds and a few time zones. Does not: expectations of any test.
"""

from __future__ import annotations

import tomllib
from typing import Any

import polars as pl

from transforms.workshop.proposal.draft import Encoding, Known, Sample
from transforms.workshop.proposal.places import TimeZone
from transforms.workshop.proposal.propose import Proposal, propose
from transforms.workshop.proposal.words import Glossary

ZONES = [
    TimeZone("America/New_York", "US", 40.7, -74.0),
    TimeZone("Asia/Shanghai", "CN", 31.2, 121.5),
    TimeZone("America/Toronto", "CA", 43.65, -79.4),
]


def proposed(rows: pl.DataFrame, **changes: Any) -> Proposal:
    sample = Sample(**{"path": "/in/x.csv", "encoding": Encoding("gb18030", 0.95, "bytes"), "rows": rows, **changes})
    return propose(sample, Known(ZONES, Glossary.standard()))


def table(proposal: Proposal) -> dict[str, Any]:
    (source,) = tomllib.loads(proposal.toml)["sources"]
    return dict(source)
