"""Reads a district folder: ``district.toml``, zones, codelists; merges the standard codelists; reports every problem at once.

Belongs here: files of a district and messages about them. Does not: what the keys mean (``transforms.district.declaration``).
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
import tomlkit
from pydantic import ValidationError

from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS
from infra.sources.fetching import Place
from infra.sources.places import find as find_places
from transforms.district.codes import CODE_PATTERN
from transforms.district.declaration import District, Kind, canonical_json, district_hash, scoring_hash
from transforms.district.source import Source
from transforms.grids.faults import Fault
from transforms.grids.inspection import overlaps, unplaced
from transforms.grids.locator import Locator
from transforms.grids.plane import Array, polygons
from transforms.grids.succession import Former, Succession
from transforms.grids.zones import Zone, read_collection, read_rows
from transforms.workshop.proposal.places import Surroundings
from transforms.workshop.proposal.words import Glossary, UsualWord

CODELISTS = Path(__file__).parent / "codelists"
BLANK = "blank"


@dataclass(frozen=True)
class DistrictFolder:
    """A loaded district: the declaration, its cells, and the hashes that name this version of both.

    Of zones with versions, ``cells`` are all that ever were; ``at`` gives the district of one night, whose ``former`` says where the
    reports of the others count.
    """

    path: Path
    district: District
    cells: pl.DataFrame
    cells_digest: str = field(repr=False)
    former: Former = field(default_factory=dict, repr=False)
    zones: Succession = field(default=Succession(()), repr=False)

    @cached_property
    def version(self) -> str:
        """Hash of the whole declaration."""
        return district_hash(self.district, self.cells_digest, self.former)

    @cached_property
    def scoring_hash(self) -> str:
        """Hash of what affects numbers."""
        return scoring_hash(self.district, self.cells_digest, self.former)

    @cached_property
    def canonical(self) -> str:
        """The declaration as one canonical text, for ``district_versions``."""
        return canonical_json(self.district, self.cells_digest, self.former)

    def at(self, night: dt.date) -> DistrictFolder:
        """The district with the zones in force on a night; itself where zones have no versions."""
        if self.zones.is_fixed:
            return self
        cells = self.cells.filter(pl.col("cell_id").is_in(self.zones.on(night)))
        named = any(s.columns.zone is not None for s in self.district.sources)
        return DistrictFolder(self.path, self.district, cells, _digest(cells), self.zones.former(night, named=named))

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
    def surroundings(self) -> Surroundings:
        """What the district says of itself to who declares a further source."""
        return Surroundings(self.district.code, self.district.timezone, self.outline, frozenset(self.cells["cell_id"]))

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

    def zones_named_by(self, source: Source) -> set[str] | None:
        """The zones that a source may name; None where its reports are placed by points."""
        named = source.columns.zone is not None or source.constants.zone is not None
        return set(self.cells["cell_id"]) if named else None

    def source_files(self, code: str) -> list[Place]:
        """The delivered files of one source that exist now, in the order of their names. Raises ``UnreachableError``."""
        return find_places(self.path, self.district.source(code).files)


def stored(code: str, canonical: str, cells: pl.DataFrame) -> DistrictFolder:
    """A district as ``district_versions`` keeps it; it has no folder, so its sources find no files.

    Raises:
        SifangError: this version of the program no longer understands it.
    """
    raw = json.loads(canonical)
    digest, former = raw.pop("cells"), raw.pop("former")
    try:
        return DistrictFolder(Path(os.devnull), District.model_validate(raw), cells, digest, former)
    except ValidationError as error:
        raise SifangError(
            f"A stored version of {code} is not understood any more ({error.error_count()} problems).",
            "Replay it with the program of its time.",
        ) from None


def find(code: str, roots: list[Path]) -> Path:
    """The folder of the district ``code``.

    Raises:
        SifangError: no root holds it; the message lists those that were found.
    """
    for root in roots:
        if (root / code / "district.toml").is_file():
            return root / code
    known = sorted({p.parent.name for root in roots if root.is_dir() for p in root.glob("*/district.toml")})
    raise SifangError(
        f"There is no district {code!r}. Found: {', '.join(known) or 'none'}.",
        "Set SIFANG_DISTRICTS to the folder that holds it, or make one with `sifang init`.",
    )


def load(folder: Path) -> DistrictFolder:
    """Read and validate a district folder.

    Raises:
        SifangError: with every problem found, one per line: file, key, value and what to do.
    """
    problems = _Problems(folder)
    file = folder / "district.toml"
    if not folder.is_dir():
        raise SifangError(f"There is no folder {folder}.", "Name an existing district folder, or make one with `sifang init`.")
    raw = problems.attempt(file.name, lambda: tomllib.loads(file.read_text("utf-8-sig")))
    if raw is None:
        problems.stop()
        raise AssertionError
    standard = raw.pop("standard_codelists", True)
    if not isinstance(standard, bool):
        problems.add(file.name, f"standard_codelists: write true or false (found {standard!r})")
    for table in ("kinds", "series"):
        raw[table] = _merged(_codelist(folder, f"{table}.csv", problems, standard is not False), raw.get(table, {}))
    for source in raw.get("sources", []) if isinstance(raw.get("sources"), list) else []:
        name = source.get("kinds_file") if isinstance(source, dict) else None
        if name and isinstance(name, str):
            words = problems.attempt(name, lambda name=name: _words(folder / name))
            source["kinds"] = _over(words or {}, source.get("kinds", {}))
    district = problems.attempt(file.name, lambda: District.model_validate(raw))
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
        for line in unplaced(district, cells) if cells is not None else []:
            problems.add(file.name, line)
    elif isinstance(grid := raw.get("grid"), dict) and isinstance(name := grid.get("file"), str):
        # Whatever else is wrong, the zones can be looked at in the same run.
        problems.attempt(name, lambda: read_zones(folder / name))
    problems.stop()
    assert district is not None
    assert cells is not None
    return DistrictFolder(folder, district, cells, _digest(cells), zones=Succession(zones))


def _digest(cells: pl.DataFrame) -> str:
    return hashlib.sha256(cells.write_csv().encode()).hexdigest()


def _cells(district: District, zones: list[Zone]) -> pl.DataFrame:
    default = district.subdistricts[0].code if len(district.subdistricts) == 1 else district.code
    return district.grid.cells(zones, district.subdistricts, default)


def read_zones(file: Path) -> list[Zone]:
    """The zones of a GeoJSON file, or of a CSV file of codes.

    Raises:
        ValueError: what keeps the file from being a grid, all of it.
    """
    zones, faults = examine_zones(file)
    if stops := [str(f) for f in [*faults, *overlaps(zones), *Succession(zones).faults()] if f.stops]:
        raise ValueError("; ".join(stops))
    return zones


def examine_zones(file: Path) -> tuple[list[Zone], list[Fault]]:
    """The zones of a file as far as they can be read, and what is wrong with the others.

    Raises:
        ValueError: the file as a whole cannot be read.
    """
    if file.suffix == ".csv":
        return read_rows(_read_csv(file, "cell_id").values())
    try:
        return read_collection(json.loads(file.read_text("utf-8-sig")))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name} is not GeoJSON: {error}") from None


def standard_kinds() -> dict[str, Kind]:
    """The shipped kinds by code."""
    return {code: Kind.model_validate(row) for code, row in _read_csv(CODELISTS / "kinds.csv", "code").items()}


def unfilled(folder: Path) -> list[int]:
    """The lines of a declaration that still say what the blank one says has to be filled in."""
    blank = set((SHIPPED_DISTRICTS / f"{BLANK}.toml").read_text("utf-8").splitlines())
    lines = (folder / "district.toml").read_text("utf-8-sig").splitlines()
    return [n for n, line in enumerate(lines, start=1) if "# FILL IN" in line and not line.startswith("#") and line in blank]


def glossary() -> Glossary:
    """The shipped kinds, and the words that senders usually use for them."""
    with (CODELISTS / "usual_words.csv").open(encoding="utf-8", newline="") as lines:
        return Glossary(standard_kinds(), [UsualWord(**row) for row in csv.DictReader(lines)])


def _codelist(folder: Path, name: str, problems: _Problems, standard: bool) -> dict[str, dict[str, Any]]:
    """Rows by code: the standard list, then the district's own file over it."""
    rows: dict[str, dict[str, Any]] = {}
    for file in [CODELISTS / name] * standard + [folder / name] * (folder / name).is_file():
        read = problems.attempt(name, lambda file=file: _read_csv(file, "code"))
        rows.update(read or {})
    return rows


def _read_csv(file: Path, key: str) -> dict[str, dict[str, Any]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        table = list(csv.DictReader(lines))
    if table and key not in table[0]:
        raise ValueError(f"has no column {key!r}; its first line must name the columns")
    if uneven := [str(n) for n, row in enumerate(table, start=1) if None in row or row[key] is None]:
        raise ValueError(f"has more or fewer values than columns in row {', '.join(uneven)}; put texts with a comma into quotes")
    codes = [row[key] for row in table]
    if twice := sorted({c for c in codes if codes.count(c) > 1}):
        raise ValueError(f"names twice: {', '.join(twice)}")
    return {row[key]: {k: v for k, v in row.items() if v not in (None, "")} for row in table}


def _over(base: dict[str, Any], changes: Any) -> Any:
    """A table with another one over it. What is no table stays as it is, for the validation to name."""
    return {**base, **changes} if isinstance(changes, dict) else changes


def _merged(listed: dict[str, dict[str, Any]], declared: Any) -> Any:
    """The codes of a codelist, each with what ``district.toml`` changes about it, and the codes that stand only there.

    In the order of their codes, as the canonical text keeps them: sums over series in another order round differently, and a night must
    come out the same from a stored version.
    """
    if not isinstance(declared, dict):
        return declared
    return {code: _over(listed.get(code, {"code": code}), declared.get(code, {})) for code in sorted({*listed, *declared})}


def _words(file: Path) -> dict[str, str]:
    """``text,kind`` rows of a source's own words."""
    return {text: row.get("kind", "") for text, row in _read_csv(file, "text").items()}


class _Problems:
    """Collects what is wrong with a folder so that one run names everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []

    def add(self, file: str, text: str) -> None:
        self._lines.append(f"{file}: {text}")

    def attempt(self, file: str, action: Any) -> Any:
        try:
            return action()
        except FileNotFoundError as error:
            missing = Path(error.filename or file).name
            self.add(missing, "is missing; create it, or run `sifang init` for a complete folder")
        except tomllib.TOMLDecodeError as error:
            self.add(file, f"is not valid TOML: {error}")
        except UnicodeDecodeError:
            self.add(file, "is not UTF-8; save it as UTF-8")
        except ValidationError as error:
            for item in error.errors():
                # The kind of the grid stands in its own key; in the path of the others it would only mislead.
                path = [p for n, p in enumerate(item["loc"]) if n != 1 or item["loc"][0] != "grid"]
                where = ".".join(str(p) for p in path) or "district"
                value = "" if isinstance(item["input"], dict | list) or item["type"] == "missing" else f" (found {item['input']!r})"
                self.add(file, f"{where}: {_plain(item['msg'], item['type'])}{value}")
        except (ValueError, OSError) as error:
            self.add(file, str(error))
        return None

    def stop(self) -> None:
        if self._lines:
            count = f"{len(self._lines)} problem{'s' if len(self._lines) > 1 else ''}"
            raise SifangError(f"{count} in the district folder {self._folder}:\n" + "\n".join(f"  - {line}" for line in self._lines))


def _plain(message: str, kind: str) -> str:
    if kind == "extra_forbidden":
        return "this key is unknown; remove it or check its spelling"
    if kind == "missing":
        return "this key is required"
    return re.sub(r"^Value error, ", "", message)


def copy(name: str, target: Path) -> Path:
    """Copy the shipped district ``name``, or the commented ``blank`` one, to ``target`` and give it the folder's own code.

    Raises:
        SifangError: there is no such district, or the target exists.
    """
    origin = SHIPPED_DISTRICTS / name
    shipped = sorted([BLANK, *(p.parent.name for p in SHIPPED_DISTRICTS.glob("*/district.toml"))])
    if name not in shipped:
        raise SifangError(f"No district named {name!r} is shipped.", f"Choose one of: {', '.join(shipped)}.")
    code = re.sub(r"[^a-z0-9_]", "_", target.name.lower())
    if not re.match(r"[a-z]", code) or code != target.name:
        raise SifangError(f"{target.name!r} cannot be a district's code.", "Use lower-case letters, digits and _, beginning with a letter.")
    if target.exists():
        raise SifangError(f"{target} exists already.", "Choose another folder, or remove it first; nothing was changed.")
    if name == BLANK:
        target.mkdir(parents=True)
        shutil.copyfile(SHIPPED_DISTRICTS / f"{BLANK}.toml", target / "district.toml")
    else:
        shutil.copytree(origin, target)
    file = target / "district.toml"
    document = tomlkit.parse(file.read_text("utf-8"))
    document["code"] = code
    file.write_text(tomlkit.dumps(document), "utf-8")
    return file
