"""What counts as calibrated on real data: expected beside observed of a group of cells.

Belongs here: the bound, and how a miss is told. Does not: the ratio and its standard error (``transforms.backtest.calibration``).
"""

from __future__ import annotations

from collections.abc import Iterable

from transforms.backtest.calibration import Group


def within(group: Group, share: float) -> bool:
    """Whether expected / observed lies within a share of 1, or within 2.5 standard errors where those are wider."""
    return group.ratio is not None and group.ratio_se is not None and abs(group.ratio - 1) <= max(share, 2.5 * group.ratio_se)


def beyond(groups: Iterable[Group], share: float) -> list[str]:
    """The groups that do not, as a test shows them."""
    return [f"{g.name}: {g.ratio} ± {g.ratio_se} of {g.observed:.0f}" for g in groups if not within(g, share)]
