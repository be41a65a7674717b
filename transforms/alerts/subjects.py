"""What the subjects of alerts are called in a district, in Chinese and English.

Belongs here: names of cells, premises, subdistricts, the district, departments within subdistricts, sources. Does not: what an alert is
about (``transforms.alerts.alert``), drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from transforms.alerts.alert import CELL, DISTRICT, PREMISES, SUBDISTRICT
from transforms.alerts.types.overdue import DUTY
from transforms.district.declaration import District
from transforms.duty.clocks import POOLED_DEPARTMENT, UNKNOWN_DEPARTMENT
from transforms.words import SurgeArea, Words

_OFFICES: Final = {
    UNKNOWN_DEPARTMENT: Words("部门不详", "Department unknown"),
    POOLED_DEPARTMENT: Words("一人部门合计", "Departments of one person, together"),
}


class Called(NamedTuple):
    """What something is called, and where it lies or what kind of place it is, None where nothing is to be said of that."""

    name: Words
    place: Words | None = None


@dataclass(frozen=True, eq=False)
class Names:
    """The names of a district as it is now: what it no longer has, and what has no name, is called by its code.

    Args:
        district: the declaration.
        cells: schema ``CELLS``.
    """

    district: District
    cells: pl.DataFrame

    def subject(self, kind: str, code: str) -> Called:
        """The subject of an alert, by its kind and code."""
        if kind == CELL:
            name, _ = self._cells.get(code, (code, None))
            return Called(Words(name, name), self._place_of(code))
        if kind == SUBDISTRICT:
            return Called(self.subdistrict(code), SurgeArea.SUBDISTRICT.words)
        if kind == DISTRICT:
            return Called(self.district.name, SurgeArea.DISTRICT.words)
        if kind == PREMISES:
            what = self.district.premises.get(code)
            if what is None:
                return Called(Words(f"场所 {code}", f"Premises {code}"), Words("不在场所名录中", "not in the register"))
            return Called(Words(f"{what.category.words.zh} {code}", f"{what.category.words.capital.en} {code}"), self._place_of(what.cell))
        if kind == DUTY:
            department, _, subdistrict = code.partition("/")
            return Called(self.department(department), self.subdistrict(subdistrict))
        return Called(Words(code, code))

    def subdistrict(self, code: str) -> Words:
        """A subdistrict."""
        return self._subdistricts.get(code, Words(code, code))

    def department(self, code: str) -> Words:
        """A department, or what stands for those that are not told apart."""
        found = self.district.departments.get(code)
        return found.name if found else _OFFICES.get(code, Words(code, code))

    def _place_of(self, cell: str) -> Words | None:
        """The subdistrict in which a cell lies."""
        _, subdistrict = self._cells.get(cell, (cell, None))
        return self._subdistricts.get(subdistrict or "")

    @cached_property
    def _subdistricts(self) -> dict[str, Words]:
        return {s.code: s.name for s in self.district.subdistricts}

    @cached_property
    def _cells(self) -> dict[str, tuple[str, str | None]]:
        return {cell: (name, subdistrict) for cell, name, subdistrict in self.cells.select("cell_id", "name", "subdistrict").iter_rows()}
