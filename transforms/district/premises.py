"""The register of premises: places where nobody lives, each with a code, a category and the cell that it lies in.

Belongs here: an entry, and what is wrong with one. Does not: reading the file (``infra.districts.premises``), categories
(``transforms.words.premises``), the alert on one (``transforms.alerts.types.major_hazard``). A register has no names: a shop is often
called by its owner's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple, get_args

import polars as pl

from transforms.district.codes import CellCode, Strict
from transforms.district.source import Source
from transforms.grids.datum import Datum
from transforms.words import PremisesCategory
from transforms.words.premises import CATEGORY_OF, is_dwelling

# Too short for a word, a name, a telephone, a paper or a date and place of birth.
_CODE: Final = re.compile(r"[A-Z]{1,3}-?[0-9]{1,6}")
# Columns of a register, as either language calls them.
COLUMNS: Final[Mapping[str, str]] = {
    **{name: name for name in ("code", "category", "cell", "lon", "lat", "datum")},
    "编码": "code",
    "类别": "category",
    "网格": "cell",
    "经度": "lon",
    "纬度": "lat",
    "坐标系": "datum",
}
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)
# Hazards alone are told of premises: disputes and crimes are told of a cell, and never more exactly.
FEED: Final = "fire_hazard"


class Premises(Strict):
    """An entry of the register: what it is used for, and the cell that it lies in."""

    category: PremisesCategory
    cell: CellCode


class Entry(NamedTuple):
    """A line of the file, read: where it lies is still a cell, or a point by its datum."""

    code: str
    category: PremisesCategory
    place: str | tuple[float, float]
    datum: Datum = "WGS-84"


def entry(row: Mapping[str, str]) -> Entry | str:
    """What a line of a register says, by column, or what is wrong with it; what stands there, which may name somebody, is not repeated."""
    code, category, cell = (row.get(name, "").strip() for name in ("code", "category", "cell"))
    datum = next((known for known in DATUMS if known == (row.get("datum", "").strip() or DATUMS[0])), None)
    if is_dwelling(category):
        return "is a dwelling, and no dwelling is on a register; take the line out"
    if not _CODE.fullmatch(code):
        return "the code is none: write one to three capital letters, a hyphen or none, and one to six digits, such as A-001"
    if category not in CATEGORY_OF:
        return f"the category is none of the list; there are: {', '.join(PremisesCategory)}"
    if datum is None:
        return f"the datum is none; there are: {', '.join(DATUMS)}"
    given = [row.get(name, "").strip() for name in ("lon", "lat")]
    if bool(cell) == any(given):
        return "say where it lies: by its cell, or by lon and lat"
    if cell:
        return Entry(code, CATEGORY_OF[category], cell, datum)
    try:
        lon, lat = map(float, given)
    except ValueError:
        return "lon and lat are no numbers"
    return Entry(code, CATEGORY_OF[category], (lon, lat), datum)


def moved(premises: Mapping[str, Premises], cells: Mapping[str, str | None]) -> dict[str, Premises]:
    """Premises in other cells, by their codes; those of which none is said stay where they are."""
    return {code: one.model_copy(update={"cell": cells.get(code) or one.cell}) for code, one in premises.items()}


def registered(written: pl.Expr, register: Collection[str]) -> pl.Expr:
    """The codes of a register that reports name, whatever their width and case; what is none of them is nothing, and goes no further."""
    code = written.str.normalize("NFKC").str.strip_chars().str.to_uppercase()
    return pl.when(code.is_in(sorted(register))).then(code)


def wrong_sources(sources: list[Source], *, registered: bool) -> Iterator[str]:
    """What is wrong with which sources tell premises, one sentence each."""
    for source in sources:
        tells = source.columns.premises is not None
        if tells and source.feed != FEED:
            yield f"source {source.code!r} of feed {source.feed} tells premises; only {FEED} may, the others are told by cell"
        if tells and not registered:
            yield f"source {source.code!r} tells premises, and there is no register; write premises.csv"
