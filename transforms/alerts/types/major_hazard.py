"""An alert on premises of the register at which a major hazard stands open: works, stores, malls, hospitals, schools; never a dwelling.

Belongs here: when one is hot and when calm. Does not: the register (``transforms.district.premises``), which reports are such hazards
(``transforms.alerts.heard``). It is a fact that somebody reported, and no score: nobody has to confirm it, and no number of others delays
it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from transforms.alerts.alert import PREMISES
from transforms.alerts.types.alert_type import AlertType, Seen, Tonight
from transforms.words import Category, Level, Words

# What was reported longer ago is no news, whenever it was told: a past that is handed in later opens nothing. It is overdue by now, and
# stands on the work list.
NEWS_DAYS: Final = 30


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """It opens when a feed tells of a major hazard that stands open there, and calms once none does; that all were looked at again ends it
    no sooner.

    One that is reported after somebody was done with the former ones brings the alert back. Of premises that are on the register no more
    nothing is known, and their alert stays as it is until the line is back, or somebody ends it.
    """
    standing = tonight.heard.hazards.filter(pl.col("closed_on").is_null())
    newest: dict[str, dt.date] = dict(standing.group_by("premises").agg(pl.col("reported_on").max()).iter_rows())
    recent = pl.col("reported_on") >= tonight.night - dt.timedelta(days=NEWS_DAYS)
    news = set(standing.filter(recent, "is_news")["premises"])
    for code in sorted({*watched} - tonight.premises.keys()):
        yield Seen(PREMISES, code, Category.SAFETY.value, hot=False, calm=False)
    for code in sorted({*newest, *watched} & tonight.premises.keys()):
        reported = newest.get(code)
        yield Seen(
            PREMISES,
            code,
            Category.SAFETY.value,
            hot=reported is not None,
            calm=reported is None,
            level=None,
            news=code in news,
            calmed_on=reported + dt.timedelta(days=1) if reported else None,
            place=tonight.premises[code],
            anew=True,
        )


TYPE: Final[AlertType] = AlertType(
    "major_hazard",
    Words("重大隐患预警", "major hazard alert"),
    Words("重点场所存在重大火灾隐患", "a major fire hazard stands open at registered premises"),
    _seen,
    pace=Level.RED,
    budgeted=False,
    inferred=False,
)
