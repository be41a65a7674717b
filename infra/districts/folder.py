"""Loads a district folder: the declaration, its cells, the hashes that name this version of both; reports every problem at once.

Belongs here: putting together what the folder's files say. Does not: reading each kind of file (``infra.districts.codelists``,
``infra.districts.zone_files``), what the keys mean (``transforms.district.declaration``), what only setting up needs
(``infra.districts.drafting``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from pydantic import ValidationError

from infra.districts.calendars import calendar, calendar_days
from infra.districts.closed import note_own_kinds, note_refused
from infra.districts.codelists import codelist, merged, over, source_words
from infra.districts.lookups import told_by
from infra.districts.premises import Era, Lies, Register, note_wrong, placed, read_register
from infra.districts.problems import Problems
from infra.districts.strings import unfit
from infra.districts.zone_files import read_zones
from infra.errors import SifangError, WrongNameError
from infra.settings import SHIPPED_DISTRICTS
from infra.sources.connectors.live import asked_at
from infra.sources.fetching import Place
from infra.sources.places import find as find_places
from infra.sources.places import lie_here
from transforms.alerts.routing import Extent, faults
from transforms.alerts.types import TYPES
from transforms.clocks.calendar import Calendar
from transforms.district.codes import CODE_PATTERN
from transforms.district.declaration import District
from transforms.district.premises import moved
from transforms.district.source import Source
from transforms.district.standard import Row, kind_rows, undeclarable, weighed
from transforms.district.stored import Words, canonical_json, district_hash, read_canonical, scoring_hash, words_of
from transforms.grids.inspection import unplaced
from transforms.grids.locator import Locator
from transforms.grids.plane import Array, polygons
from transforms.grids.succession import Former, Succession
from transforms.grids.zones import Zone
from transforms.reports.coarsening import Ground
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class DistrictFolder:
    """A loaded district: the declaration, its cells, and the hashes that name this version of both.

    Of zones with versions, ``cells`` are all that ever were; ``at`` gives the district of one night, whose ``former`` says where the
    reports of the others count.
    ``words_then`` are the digests of a stored district's words, which it does not hold. ``lies`` says of each of the premises in which cell
    it lies among each set of zones.
    """

    path: Path
    district: District
    cells: pl.DataFrame
    cells_digest: str = field(repr=False)
    former: Former = field(default_factory=dict, repr=False)
    zones: Succession = field(default=Succession(()), repr=False)
    words_then: Words | None = field(default=None, repr=False)
    lies: Lies = field(default_factory=dict, repr=False)

    @cached_property
    def _words(self) -> Words:
        """Digests of its sources' words: of a stored district those of its time, for it holds no words any more."""
        return self.words_then if self.words_then is not None else words_of(self.district)

    @cached_property
    def version(self) -> str:
        """Hash of the whole declaration."""
        return district_hash(self.district, self._words, self.cells_digest, self.former)

    @cached_property
    def scoring_hash(self) -> str:
        """Hash of what affects numbers."""
        return scoring_hash(self.district, self._words, self.cells_digest, self.former)

    @cached_property
    def canonical(self) -> str:
        """The declaration as one canonical text, for ``district_versions``."""
        return canonical_json(self.district, self._words, self.cells_digest, self.former)

    @property
    def register(self) -> pl.DataFrame:
        """The premises of its register: ``code, cell_id``."""
        rows = [(code, one.cell) for code, one in self.district.premises.items()]
        return pl.DataFrame(rows, {"code": pl.String, "cell_id": pl.String}, orient="row")

    @cached_property
    def calendar(self) -> Calendar:
        """Which days are worked: those of its country, and what the district knows better. Raises ``SifangError``: no such country."""
        return calendar(self.district.calendar, self.district.timezone).changed(self.district.calendar_days)

    @property
    def calendar_of_clocks(self) -> Calendar | None:
        """The calendar, where a clock of reports is counted in time that somebody works; it takes a third of a second to make."""
        return self.calendar if any(clock.works for clock in self.district.report_clocks) else None

    def at(self, night: dt.date) -> DistrictFolder:
        """The district with the zones in force on a night; itself where zones have no versions."""
        if self.zones.is_fixed:
            return self
        cells = self.cells.filter(pl.col("cell_id").is_in(self.zones.on(night)))
        named = any(s.columns.zone is not None for s in self.district.sources)
        era = bisect_right(self.zones.beginnings, night) - 1
        premises = moved(self.district.premises, {code: cells[era] for code, cells in self.lies.items()})
        district = self.district.model_copy(update={"premises": premises})
        return DistrictFolder(self.path, district, cells, _digest(cells), self.zones.former(night, named=named), words_then=self.words_then)

    @cached_property
    def locator(self) -> Locator:
        """Finds cells of points; of zones with versions, the newest."""
        return Locator(self.district.grid, self.at(dt.date.max).cells)

    @cached_property
    def outline(self) -> shapely.Geometry | None:
        """The district as one shape; None where its zones have no geometry."""
        declared = getattr(self.district.grid, "outline", None)
        drawn = self.cells["outline"].drop_nulls().to_numpy()
        return polygons(declared) if declared is not None else shapely.union_all(shapely.from_geojson(drawn)) if len(drawn) else None

    @cached_property
    def _locators(self) -> list[Locator]:
        """One per set of zones, in their order."""
        return [Locator(self.district.grid, self.at(first).cells) for first in self.zones.beginnings]

    def cell_ids(self, lon: Array, lat: Array, days: pl.Series) -> pl.Series:
        """``cell_id`` of points, each among the zones in force on its local day; null where it lies in none."""
        if self.zones.is_fixed:
            return self.locator.cell_ids(lon, lat)
        era = np.searchsorted(np.array(self.zones.beginnings, dtype="datetime64[D]"), days.to_numpy().astype("datetime64[D]"), "right") - 1
        found = pl.Series("cell_id", [None] * len(lon), dtype=pl.String)
        for number in np.unique(era):
            here = np.flatnonzero(era == number)
            found = found.scatter(here, self._locators[number].cell_ids(lon[here], lat[here]))
        return found

    def cells_of_premises(self, codes: pl.Series, days: pl.Series) -> pl.Series:
        """``cell_id`` of premises of the register, each among the zones in force on its local day; null where there are none."""
        if self.zones.is_fixed:
            return codes.replace_strict(
                {code: one.cell for code, one in self.district.premises.items()}, default=None, return_dtype=pl.String
            )
        of_day = zip(codes, days, strict=True)
        found = [self.lies[c][bisect_right(self.zones.beginnings, day) - 1] if c in self.lies and day else None for c, day in of_day]
        return pl.Series("cell_id", found, dtype=pl.String)

    def ground(self, spot_key: bytes) -> Ground:
        """What the place says to whoever cuts off what does not last of a report."""
        subdistricts = dict(self.cells.select("cell_id", pl.col("subdistrict").fill_null(self.district.code)).iter_rows())
        sensitive = frozenset(k.code for k in self.district.kinds.values() if k.sensitive)
        return Ground(self.district.timezone, subdistricts, sensitive, spot_key)

    def zones_named_by(self, source: Source) -> set[str] | None:
        """The zones that a source may name; None where its reports are placed by points."""
        named = source.columns.zone is not None or source.constants.zone is not None
        return set(self.cells["cell_id"]) if named else None

    def source_files(self, code: str) -> list[Place]:
        """The delivered files of one source that exist now, and closed folders, in the order of their names; or where it is asked."""
        source = self.district.source(code)
        if source.live is not None:
            return [asked_at(source, source.live)]
        return find_places(self.path, source.files, allow_local=source.allow_local)

    def deliveries(self, code: str) -> list[tuple[Place, Source]]:
        """Everything that one source delivers, in the order of the names, and how each is read: its files, and those of its deletions."""
        source = self.district.source(code)
        if not source.deletions:
            return [(place, source) for place in self.source_files(code)]
        deleting = {p.address: p for p in find_places(self.path, source.deletions, allow_local=source.allow_local)}
        files = [(place, source) for place in self.source_files(code) if place.address not in deleting]
        both = [*files, *((place, source.deleting) for place in deleting.values())]
        return sorted(both, key=lambda one: (one[0].name, one[0].address))

    def asked(self) -> list[str]:
        """The sources that are asked over a network, and may let one wait."""
        return [s.code for s in self.district.sources if s.live is not None or not lie_here(s.files)]


def stored(code: str, canonical: str, cells: pl.DataFrame) -> DistrictFolder:
    """A district as ``district_versions`` keeps it; it has no folder, so its sources find no files.

    Raises:
        SifangError: this version of the program no longer understands it.
    """
    try:
        kept = read_canonical(canonical)
        return DistrictFolder(Path(os.devnull), kept.district, cells, kept.cells_digest, kept.former, words_then=kept.words)
    except ValidationError as error:
        raise SifangError(
            f"A stored version of {code} is not understood any more ({error.error_count()} problems).",
            "Replay it with the program of its time.",
        ) from None


def find(code: str, roots: list[Path]) -> Path:
    """The folder of the district ``code``.

    Raises:
        WrongNameError: no root holds it; the message lists those that were found.
    """
    for root in roots:
        if (root / code / "district.toml").is_file():
            return root / code
    raise WrongNameError(
        f"There is no district {quoted(code)}. Found: {', '.join(codes(roots)) or 'none'}.",
        "Set SIFANG_DISTRICTS to the folder that holds it, or make one with `sifang init`.",
    )


def codes(roots: list[Path]) -> list[str]:
    """The codes of every district that a root holds."""
    return sorted({p.parent.name for root in roots if root.is_dir() for p in root.glob("*/district.toml")})


def load(folder: Path) -> DistrictFolder:
    """Read and validate a district folder.

    Raises:
        SifangError: with every problem found, one per line: file, key, value and what to do.
    """
    problems = Problems(folder)
    file = folder / "district.toml"
    if not folder.is_dir():
        raise SifangError(f"There is no folder {folder}.", "Name an existing district folder, or make one with `sifang init`.")
    raw = problems.attempt(file.name, lambda: tomllib.loads(file.read_text("utf-8-sig")))
    if raw is None:
        problems.stop()
        raise AssertionError
    note_own_kinds(folder, problems)
    for line in undeclarable(raw.get("kinds"), raw.get("series")):
        problems.add(file.name, line)
    raw |= {"kinds": dict(sorted(kind_rows().items())), "series": weighed(raw.get("series"))}
    raw["departments"] = merged(codelist(folder, "departments.csv", problems), raw.get("departments", {}))
    raw["calendar_days"] = calendar_days(folder, problems, raw.get("calendar_days", {}))
    register = read_register(folder, raw, problems)
    _read_words(folder, raw, problems)
    for line in unfit(raw):
        problems.add(file.name, line)
    district = problems.attempt(file.name, lambda: District.model_validate(raw))
    note_refused(folder, district.sources if district else [], problems)
    code = raw.get("code")
    # A code that cannot be one is named by the validation; only a possible one is compared.
    if isinstance(code, str) and re.fullmatch(CODE_PATTERN, code) and code != folder.name and folder.parent != SHIPPED_DISTRICTS:
        problems.add(file.name, f"code is {code!r}, but the folder is named {folder.name!r}; give both the same name")
    cells = None
    zones: list[Zone] = []
    if district is not None:
        if district.grid.file:
            zones = problems.attempt(district.grid.file, lambda: read_zones(folder / str(district.grid.file))) or []
        if zones or not district.grid.file:
            cells = problems.attempt(f"{file.name}: grid", lambda: _cells(district, zones))
        for line in [*unplaced(district, cells), *_wrong_routes(district, cells)] if cells is not None else []:
            problems.add(file.name, line)
        told = cells.select("cell_id", "name", "subdistrict", "tags").to_dict(as_series=False) if cells is not None else {}
        for line in unfit(told, "zones"):
            problems.add(district.grid.file or file.name, line)
    elif isinstance(grid := raw.get("grid"), dict) and isinstance(name := grid.get("file"), str):
        # Whatever else is wrong, the zones can be looked at in the same run.
        problems.attempt(name, lambda: read_zones(folder / name))
    if district is None or cells is None:
        note_wrong(register.wrong, problems)
        problems.stop()
        raise AssertionError
    return _registered(DistrictFolder(folder, district, cells, _digest(cells), zones=Succession(zones)), register, problems)


def _registered(found: DistrictFolder, register: Register, problems: Problems) -> DistrictFolder:
    """A district with its premises, each in its cell among each set of zones."""
    premises, lies = placed(register, found.district, _eras(found.zones, found.cells), problems)
    problems.stop()
    return replace(found, district=found.district.model_copy(update={"premises": premises}), lies=lies)


def _eras(zones: Succession, cells: pl.DataFrame) -> list[Era]:
    """The sets of cells that follow one another."""
    if zones.is_fixed:
        return [Era(cells, {})]
    return [Era(cells.filter(pl.col("cell_id").is_in(zones.on(day))), zones.former(day, named=True)) for day in zones.beginnings]


def _read_words(folder: Path, raw: Row, problems: Problems) -> None:
    """Lay what the sources say of their words over the files of words that they name."""
    declared = raw.get("sources")
    for source in declared if isinstance(declared, list) else []:
        for table, column in (("kinds", "kind"), ("departments", "department"), ("zones", "cell_id")):
            listed = source.get(f"{table}_file") if isinstance(source, dict) else None
            if listed and isinstance(listed, str):
                words = problems.attempt(listed, partial(source_words, folder / listed, column))
                source[table] = over(words or {}, source.get(table, {}))
        if isinstance(source, dict):
            _read_lookup(folder, source, problems)


def _read_lookup(folder: Path, source: Row, problems: Problems) -> None:
    """Lay what a source's second file says beside the lines that name it. What is no such line the validation names."""
    join = source.get("join")
    if not isinstance(join, dict):
        return
    file, on, columns = join.get("file"), join.get("on"), join.get("columns")
    if isinstance(file, str) and isinstance(on, str) and isinstance(columns, list):
        told = problems.attempt(file, partial(told_by, folder / file, on, columns))
        source["join"] = {**join, "told": told or {}}


def _wrong_routes(district: District, cells: pl.DataFrame) -> list[str]:
    return faults(district.receivers, district.routes, Extent(list(TYPES), list(district.kinds), sorted(set(cells["subdistrict"]))))


def _digest(cells: pl.DataFrame) -> str:
    return hashlib.sha256(cells.write_csv().encode()).hexdigest()


def _cells(district: District, zones: list[Zone]) -> pl.DataFrame:
    default = district.subdistricts[0].code if len(district.subdistricts) == 1 else district.code
    return district.grid.cells(zones, district.subdistricts, default)
