"""How much a district can look at in a day, as it declares it.

Belongs here: the shape of ``[worklist]``. Does not: which places that makes (``transforms.worklist``).
"""

from __future__ import annotations

from pydantic import Field

from transforms.district.codes import Strict


class WorkRules(Strict):
    """Teams make so many ``visits_per_day``. A share of them, ``random_share``, goes to places drawn at random: what is found only where
    somebody looks is known only of places where somebody looked. A place that was on the list rests for ``rest_days``: by default it is
    due again on the same day of the next week, when the seven days are over that were forecast. One that is always hot is reviewed
    every ``review_days``. Where nobody goes on days off, ``on_days_off`` is false: a list that nobody works off would let its places rest
    all the same, and with a rest of six days until the next such day.
    """

    visits_per_day: int = Field(ge=1, le=2000)
    random_share: float = Field(0.1, ge=0, le=0.5)
    rest_days: int = Field(6, ge=1, le=60)
    review_days: int = Field(30, ge=7, le=120)
    on_days_off: bool = True
