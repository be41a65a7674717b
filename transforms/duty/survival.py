"""How likely an open clock is to be missed, at whatever age: what became of those before it that were open as long.

Time is the share of a clock that has passed, in worked days (``transforms.duty.pace``), in sixtieths: the days of clocks of 2, 3, 5, 10,
15, 20, 30 and 60 days end where one of them does. h_b is the share that is met in a sixtieth of those still open at its beginning;

    P(missed | open at u) = ∏ (1 − h_b)^(part of b after u)

so it rises with age, and is 1 at the end. Clocks still open are censored: they tell of the sixtieths they lived through, not of those to
come, and are not "in time". Half of those that are censored within a sixtieth count in it. Old clocks count half for every year.

Few clocks borrow from more: of a department and kind from the kind, as fast as the department goes with all its kinds, where clocks of
fast departments are not taken for slow late ones (``_at_pace``); of the kind from all. What is borrowed is the shape, as fast as the few
were on the whole: with D clocks met where E were to be expected, r = (D + κ)/(E + κ), a prior hazard is 1 − (1 − h)^r, and weighs as much
as ``SHRINKAGE`` open clocks in each sixtieth.

How a clock stands (answered or not, reopened) makes it faster or slower: all clocks that stood so at an age, against what was expected of
them from there on; the same ratio, drawn to 1 and of newer clocks, so that it follows the pace of the day. How much other work there is
has no part in it: more complaints raise no probability.

Belongs here: fitting and asking. Does not: which clocks there are (``transforms.duty.clocks``), shares of departments
(``transforms.duty.share``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.schema.frames import frame

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS: Final = 60
SHRINKAGE: Final = 8.0
RATIO_SHRINKAGE: Final = 4.0
DEPARTMENT_SHRINKAGE: Final = 10.0
HALF_LIFE_DAYS: Final = 365.0
# The pace of all departments together changes faster than what tells them apart.
PACE_HALF_LIFE_DAYS: Final = 21.0
PACE_SHRINKAGE: Final = 100.0
# The ages at which it is seen how clocks stood, and what came of it.
LANDMARKS: Final = (0.0, 0.25, 0.5, 0.75)
# Paces and what is expected at them settle in so many rounds.
_ROUNDS: Final = 3
_WHOLE: Final = 1 << 20
_WAYS: Final = 6
_UNANSWERED: Final = 1
_CERTAIN: Final = 1 - 1e-9

# Clocks as far as they tell of the time that it takes to meet one. ``lived`` is the share of the clock that has passed, at most 1, when it
# was met or last seen; ``met`` says which; ``answered`` the share at which it was answered, beyond 1 where it was not, null where its
# source never tells. ``ago`` is how many days ago it ended or was last seen.
LIVES: Final = frame(
    {
        "department": pl.String,
        "kind": pl.String,
        "lived": pl.Float64,
        "met": pl.Boolean,
        "answered": pl.Float64,
        "reopened": pl.Boolean,
        "ago": pl.Float64,
    }
)


@dataclass(frozen=True, eq=False)
class Survival:
    """What was learnt. ``left`` holds for each group the sum of −log(1 − h) from each sixtieth to the end, shape (groups, 61).

    ``groups`` are ``department``, ``kind``, ``group``; where the kind alone is known, ``kinds``; else the first group, which is all clocks.
    ``speeds`` has a ratio for each way in which a clock may stand (``_stands``), and last that of all.
    """

    groups: pl.DataFrame
    kinds: pl.DataFrame
    left: Array
    speeds: Array

    @classmethod
    def fitted(cls, lives: pl.DataFrame) -> Self:
        """Learn from past clocks, schema ``LIVES``, and from those still open."""
        placed = lives.lazy().with_columns(
            met_in=pl.when("met").then((pl.col("lived") * PARTS).ceil().cast(pl.Int64).clip(1, PARTS) - 1),
            seen_in=(pl.col("lived") * PARTS).floor().cast(pl.Int64).clip(0, PARTS),
            # Whole numbers, so that they add up to the same in whatever order.
            weight=(0.5 ** (pl.col("ago") / HALF_LIFE_DAYS) * _WHOLE).round().cast(pl.Int64),
        )
        counted = (
            placed.group_by("department", "kind", part=pl.coalesce("met_in", "seen_in"))
            .agg(met=pl.col("weight").filter("met").sum(), seen=pl.col("weight").filter(~pl.col("met")).sum())
            .sort("kind", "department", "part")
            .collect()
            .with_columns(pl.col("met", "seen") / _WHOLE)
        )
        groups = counted.select("department", "kind").unique(maintain_order=True).with_row_index("group", offset=1)
        kinds = groups.select("kind").unique(maintain_order=True).with_row_index("group", offset=len(groups) + 1)
        row = counted.join(groups, on=["department", "kind"], how="left", maintain_order="left")["group"].to_numpy() - 1
        shape = (len(groups), PARTS + 1)
        met, seen = (np.zeros(shape) for _ in range(2))
        np.add.at(met, (row, counted["part"].to_numpy()), counted["met"].to_numpy())
        np.add.at(seen, (row, counted["part"].to_numpy()), counted["seen"].to_numpy())
        of_kind = (
            groups.join(kinds, on="kind", how="left", maintain_order="left")["group_right"].cast(pl.Int64).to_numpy() - len(groups) - 1
        )
        whole = _shrunk(met.sum(axis=0, keepdims=True), seen.sum(axis=0, keepdims=True), np.full((1, PARTS), 1 / PARTS))
        kind_hazard = _shrunk(_added(met, of_kind), _added(seen, of_kind), np.repeat(whole, len(kinds), axis=0))
        parent = _at_pace(met, seen, whole, of_kind, groups["department"].rank("dense").to_numpy().astype(np.int64) - 1)
        hazard = np.concatenate([whole, _shrunk(met, seen, parent), kind_hazard])
        found = cls(groups, kinds, _tail(-np.log1p(-hazard)), np.ones(_WAYS + 1))
        return cls(groups, kinds, found.left, found._speeds(lives))

    def _speeds(self, lives: pl.DataFrame) -> Array:
        """How fast clocks went on that stood in each way at some age, against what was expected of them; last, all of them."""
        group, lived, met = self._group(lives), lives["lived"].to_numpy(), lives["met"].to_numpy()
        weight = 0.5 ** (lives["ago"].to_numpy() / PACE_HALF_LIFE_DAYS)
        # Counted as the hazards were: what is met in a sixtieth was open all of it.
        hazards = _tail(-np.expm1(self.left[:, 1:] - self.left[:, :-1]))
        ends = _at(hazards, group, np.where(met, np.ceil(lived * PARTS) / PARTS, lived))
        came, due = np.zeros(_WAYS + 1), np.zeros(_WAYS + 1)
        for age in LANDMARKS:
            still = np.flatnonzero(lived > age)
            stands = _stands(lives[still], np.full(len(still), age))
            expected = (hazards[group[still], round(age * PARTS)] - ends[still]) * weight[still]
            for total, part in ((came, (met * weight)[still]), (due, expected)):
                total[:_WAYS] += np.bincount(stands, weights=part, minlength=_WAYS)
        came[_WAYS], due[_WAYS] = came.sum(), due.sum()
        return (came + PACE_SHRINKAGE) / (due + PACE_SHRINKAGE)

    def missed(self, clocks: pl.DataFrame) -> Array:
        """The probability that each open clock is missed, in [0, 1].

        Args:
            clocks: schema ``LIVES``, of which ``met`` and ``ago`` are not asked; 1 where ``lived`` is 1.
        """
        lived = np.clip(clocks["lived"].to_numpy(), 0.0, 1.0)
        stands = _stands(clocks, lived)
        # Nobody is slow to answer yet when a clock begins.
        grown = np.where(stands // 2 == _UNANSWERED, np.minimum(lived / LANDMARKS[1], 1.0), 1.0)
        speed = self.speeds[_WAYS] + (self.speeds[stands] - self.speeds[_WAYS]) * grown
        return np.where(lived >= 1, 1.0, np.exp(-speed * _at(self.left, self._group(clocks), lived)))

    def _group(self, clocks: pl.DataFrame) -> Ints:
        known = clocks.select("department", "kind").join(
            self.groups.rename({"group": "own"}), on=["department", "kind"], how="left", maintain_order="left"
        )
        both = known.join(self.kinds, on="kind", how="left", maintain_order="left")
        return both.select(pl.coalesce("own", "group", pl.lit(0)).cast(pl.Int64)).to_series().to_numpy()


def _shrunk(met: Array, seen: Array, parent: Array) -> Array:
    """Hazards, shape (groups, 60), from weights met and last seen in each sixtieth, shape (groups, 61); the last is of those missed."""
    alive, met = _alive(met, seen), met[:, :PARTS]
    ratio = (met.sum(axis=1) + RATIO_SHRINKAGE) / ((alive * parent).sum(axis=1) + RATIO_SHRINKAGE)
    prior = 1 - (1 - parent) ** ratio[:, None]
    return np.asarray(np.clip((met + SHRINKAGE * prior) / (alive + SHRINKAGE), 0.0, _CERTAIN))


def _at_pace(met: Array, seen: Array, whole: Array, of_kind: Ints, department: Ints) -> Array:
    """Hazards of kinds, as fast as each department goes on the whole, shape (groups, 60).

    Who is still open late is mostly with the slow: with all alike, a kind would seem slower in its last sixtieths than it is with anybody.
    So the open clocks of a group count as often as it is fast (Breslow 1974), and how fast it is follows from what is then expected.
    """
    alive, came = _alive(met, seen), met[:, :PARTS]
    fast = np.ones(len(met))
    for _ in range(_ROUNDS):
        kind_met, kind_open = (_added(each, of_kind) for each in (came, alive * fast[:, None]))
        prior = -np.log1p(-whole) * _ratio(kind_met, kind_open * -np.log1p(-whole), RATIO_SHRINKAGE)
        intensity = ((kind_met + SHRINKAGE * prior) / (kind_open + SHRINKAGE))[of_kind]
        of_department = _ratio(_added(came, department), _added(alive * intensity, department), DEPARTMENT_SHRINKAGE)[department]
        fast = (of_department * _ratio(came, alive * intensity * of_department, RATIO_SHRINKAGE))[:, 0]
    return np.asarray(-np.expm1(-intensity * of_department))


def _added(each: Array, to: Ints) -> Array:
    """Rows summed by what they belong to."""
    total = np.zeros((to.max(initial=-1) + 1, each.shape[1]))
    np.add.at(total, to, each)
    return total


def _ratio(came: Array, due: Array, shrinkage: float) -> Array:
    """How many were met for each that was to be expected, shape (groups, 1)."""
    return np.asarray((came.sum(axis=1, keepdims=True) + shrinkage) / (due.sum(axis=1, keepdims=True) + shrinkage))


def _alive(met: Array, seen: Array) -> Array:
    """Weights open in each sixtieth, shape (groups, 60)."""
    return np.asarray(np.cumsum((met + seen)[:, ::-1], axis=1)[:, ::-1][:, :PARTS] - seen[:, :PARTS] / 2)


def _tail(each: Array) -> Array:
    """Sums from each sixtieth to the end, shape (groups, 61)."""
    return np.concatenate([np.cumsum(each[:, ::-1], axis=1)[:, ::-1], np.zeros((len(each), 1))], axis=1)


def _at(tail: Array, group: Ints, lived: Array) -> Array:
    """Such a sum from a share of the clock on, evenly within a sixtieth."""
    place = np.clip(lived, 0.0, 1.0) * PARTS
    part = np.minimum(place.astype(np.int64), PARTS - 1)
    after = tail[group, part + 1]
    return np.asarray(after + (tail[group, part] - after) * (1 - (place - part)))


def _stands(clocks: pl.DataFrame, lived: Array) -> Ints:
    """How each clock stands at an age: 2 × (0 nobody tells, 1 unanswered, 2 answered) + reopened."""
    answered = clocks["answered"].fill_null(np.nan).to_numpy()
    told = np.where(np.isnan(answered), 0, _UNANSWERED + (answered <= lived))
    return np.asarray(2 * told + clocks["reopened"].to_numpy(), dtype=np.int64)
