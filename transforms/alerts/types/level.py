"""An alert on a cell that entered orange or red, and is higher than it usually is.

Belongs here: when one is hot and when calm, what is news about it. Does not: levels (``transforms.scoring.reference``), how a cell came to
stand as it does (``transforms.alerts.past``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from transforms.alerts.alert import CELL
from transforms.alerts.past import Came, hot_levels, is_chronic
from transforms.alerts.types.alert_type import AlertType, Seen, Tonight
from transforms.words import Words


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """It opens at a level and calms below a lower score: in between a cell is neither, as on a night without a level.

    What is hot on most of the last nights is no news, and neither is what nobody ever saw otherwise. The district's own rise or fall is
    taken out of what a cell is compared with: when everything rises, that is said once, of the district.
    """
    rules = tonight.rules
    high = hot_levels(rules)
    # Nothing can happen to a lower cell without an alert, and most are that.
    stirring = tonight.residents.filter(pl.col("level").is_in(high) | (pl.col("level").is_not_null() & pl.col("cell_id").is_in(watched)))
    past, usual = tonight.past.came(rules), tonight.past.usual()
    whole = dict(tonight.residents.group_by("category").agg(pl.col("expected_harm").sum()).iter_rows())
    for category, cell, score, level, harm in stirring.select("category", "cell_id", "score", "level", "expected_harm").iter_rows():
        stood = past.get((category, cell), Came())
        district = whole[category] / usual[category] if usual.get(category) else 1.0
        surprise = (harm or 0.0) / (stood.usual * district) if stood.usual and district else 1.0
        sure = stood.hot_before + 1 >= rules.confirm_nights
        yield Seen(
            CELL,
            cell,
            category,
            level in high,
            level not in high and score < rules.exit_score,
            level,
            news=sure and stood.calmed_on is not None and surprise >= rules.surprise,
            sure=sure,
            chronic=is_chronic(stood),
            calmed_on=stood.calmed_on,
            rank=surprise * (harm or 0.0) / whole[category] if whole[category] else 0.0,
        )


TYPE: Final[AlertType] = AlertType("level", Words("等级预警", "level alert"), Words("升至{level}级", "reached {level}"), _seen)
