"""Chicago as the forecast is measured on it: six series, cells of 500 m inside the police beats, a police district as subdistrict.

Belongs here: the folder, written beside real data that is read in place. Does not: what is measured (``test_backtest_chicago``).
"""

from __future__ import annotations

import json
from pathlib import Path

import shapely
import tomlkit

from infra.districts.grids import Wanted, make
from tests.helpers.shipped import kind, series

CODE = "chicago_beats"
# Kind and the city's word.
SERIES = {
    "burglary": "BURGLARY",
    "robbery": "ROBBERY",
    "vehicle_theft": "MOTOR VEHICLE THEFT",
    "battery": "BATTERY",
    "damage": "CRIMINAL DAMAGE",
    "arson": "ARSON",
}
# The list under which it is loaded. Violence at home is never forecast for a cell; it is counted, and kept out.
SHIPPED = {"public_order": ([*map(series, SERIES)], [*(kind(c, c) for c in SERIES), kind("domestic", sensitive=True)])}


def write_district(root: Path, data: Path) -> Path:
    """Write the folder of the district under ``root``, for the data in ``data``, and return it."""
    folder = root / CODE
    folder.mkdir(parents=True)
    beats = json.loads((data / "chicago" / "police_beats.geojson").read_text("utf-8"))
    words = "|".join(SERIES.values())
    columns = {"occurred_at": "Date", "kind": {"join": ["Primary Type", "Domestic"]}, "lon": "Longitude", "lat": "Latitude"}
    table = {
        "code": CODE,
        "name_zh": "芝加哥",
        "name_en": "Chicago",
        "timezone": "America/Chicago",
        "calendar": "US-IL",
        "subdistricts": _subdistricts(beats),
        "grid": {"kind": "square", "size_m": 500, "outline": [[[-87.7, 41.8], [-87.6, 41.8], [-87.6, 41.9]]]},
        "sources": [
            {
                "code": "police",
                "feed": "public_order",
                "files": [str(data.resolve() / "chicago" / f"crimes_{year}.parquet") for year in range(2012, 2016)],
                "time_formats": ["%m/%d/%Y %I:%M:%S %p"],
                "known_at": {"rule": "after_reported", "hours": 4},
                "key": ["Case Number"],
                "row_key": ["ID"],
                "merge": True,
                "undeclared": "ignore",
                "where": [{"column": "Primary Type", "pattern": f"^({words})$"}],
                "columns": columns,
                "kinds": {"BATTERY/true": "domestic", **{f"{word}/*": code for code, word in SERIES.items()}},
            }
        ],
    }
    (folder / "district.toml").write_text(tomlkit.dumps(table), "utf-8")
    boundary = data / "chicago" / "police_beats.geojson"
    make(boundary, Wanted("square", size_m=500, tolerance_m=50), into=folder)
    return folder


def _subdistricts(beats: dict[str, list[dict[str, dict[str, str]]]]) -> list[dict[str, object]]:
    """A group of beats each, anchored in its middle."""
    groups: dict[str, list[shapely.Geometry]] = {}
    for beat in beats["features"]:
        groups.setdefault(beat["properties"]["DISTRICT"], []).append(shapely.from_geojson(json.dumps(beat["geometry"])))
    middles = {code: shapely.union_all([shapely.make_valid(s) for s in shapes]).centroid for code, shapes in sorted(groups.items())}
    return [
        {"code": f"d{code}", "name_zh": f"第{code}区", "name_en": f"District {code}", "anchor": [round(p.x, 5), round(p.y, 5)]}
        for code, p in middles.items()
    ]
