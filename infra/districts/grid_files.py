"""Files of grids: boundaries, cells as GeoJSON, the ``[grid]`` of a ``district.toml``.

Belongs here: reading and writing them. Does not: what they mean (``transforms.grids``), loading a district (``infra.districts.folder``).
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import tomlkit

from infra.errors import SifangError


def read_geojson(file: Path) -> object:
    """The content of a GeoJSON file.

    Raises:
        SifangError: there is no such file, or it is not JSON in UTF-8.
    """
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise SifangError(f"There is no file {file}.", "Name an existing GeoJSON file.") from None
    except UnicodeDecodeError:
        raise SifangError(f"{file.name} is not UTF-8.", "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise SifangError(f"{file.name} is not GeoJSON: {error}.", "Export the boundary as GeoJSON in WGS-84 degrees.") from None


def declared_grid(folder: Path) -> dict[str, object]:
    """The grid as ``district.toml`` has it, whatever else is wrong there; empty where it has none.

    Raises:
        SifangError: the file is missing or is no TOML.
    """
    try:
        grid = tomllib.loads((folder / "district.toml").read_text("utf-8-sig")).get("grid")
    except FileNotFoundError:
        raise SifangError(f"There is no district.toml in {folder}.", "Make a district folder with `sifang init`.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SifangError(f"district.toml is not valid TOML: {error}.", "Correct it, then run this again.") from None
    return grid if isinstance(grid, dict) else {}


def grid_lines(grid: dict[str, object]) -> str:
    """A grid as the lines of a ``district.toml``."""
    table = tomlkit.table()
    for key, value in grid.items():
        table[key] = _rings(value) if isinstance(value, list) else value
    return tomlkit.dumps(tomlkit.document().add("grid", table))


def write_grid(folder: Path, grid: dict[str, object]) -> Path:
    """Put a grid in the place of the one in ``folder``'s ``district.toml``, and leave the rest as it is."""
    file = folder / "district.toml"
    declared_grid(folder)
    document = tomlkit.parse(file.read_text("utf-8-sig"))
    table = tomlkit.parse(grid_lines(grid))["grid"]
    document["grid"] = table
    _replace(file, tomlkit.dumps(document))
    return file


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(file)


def write_zones(zones: Sequence[Mapping[str, object]], file: Path) -> None:
    """Zones as GeoJSON, one feature per line; ``geometry`` stands among the properties of each."""
    features = [
        {"type": "Feature", "properties": {k: v for k, v in zone.items() if k != "geometry"}, "geometry": zone["geometry"]}
        for zone in zones
    ]
    _write_features(features, file)


def write_words(words: Mapping[str, str], file: Path) -> None:
    """Words of zones and what each stands for, as a source's ``zones_file``."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["text", "cell_id"])
        writer.writerows(words.items())


def map_zones(folder: Path, words_file: str) -> list[str]:
    """Name a file of words in every source that tells zones by name and has no such file yet; the codes of those sources."""
    file = folder / "district.toml"
    document = tomlkit.parse(file.read_text("utf-8-sig"))
    changed = []
    for source in document.get("sources", []):
        if "zone" in source.get("columns", {}) and "zones_file" not in source:
            source["zones_file"] = words_file
            changed.append(str(source["code"]))
    _replace(file, tomlkit.dumps(document))
    return changed


def write_cells(cells: pl.DataFrame, file: Path) -> None:
    """Cells as GeoJSON, one feature per line: to look at on a map, or as zones to add households and tags to."""
    features = [
        {
            "type": "Feature",
            "properties": {k: cell[k] for k in ("cell_id", "name", "subdistrict")},
            "geometry": json.loads(cell["outline"]),
        }
        for cell in cells.iter_rows(named=True)
    ]
    _write_features(features, file)


def _write_features(features: list[dict[str, object]], file: Path) -> None:
    lines = [json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", "utf-8")


def _rings(outline: list[list[tuple[float, float]]]) -> tomlkit.items.Array:
    """One ring a line."""
    rings = tomlkit.array()
    for ring in outline:
        rings.append([list(corner) for corner in ring])
    return rings.multiline(True)
