"""Chicago as the forecast is measured on it: six series, cells of 500 m inside the police beats, a police district as subdistrict.

Belongs here: the folder, written beside real data that is read in place. Does not: what is measured (``test_backtest_chicago``).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import shapely
import tomlkit

from infra.districts.grids import Wanted, make

CODE = "chicago_beats"
# Kind, the city's word, its name in Chinese and English.
SERIES = {
    "burglary": ("BURGLARY", "入室盗窃", "Burglary"),
    "robbery": ("ROBBERY", "抢劫", "Robbery"),
    "vehicle_theft": ("MOTOR VEHICLE THEFT", "盗窃机动车", "Motor vehicle theft"),
    "battery": ("BATTERY", "殴打", "Battery"),
    "damage": ("CRIMINAL DAMAGE", "损毁财物", "Criminal damage"),
    "arson": ("ARSON", "放火", "Arson"),
}


def write_district(root: Path, data: Path) -> Path:
    """Write the folder of the district under ``root``, for the data in ``data``, and return it."""
    folder = root / CODE
    folder.mkdir(parents=True)
    beats = json.loads((data / "chicago" / "police_beats.geojson").read_text("utf-8"))
    words = "|".join(word for word, _, _ in SERIES.values())
    columns = {"occurred_at": "Date", "kind": {"join": ["Primary Type", "Domestic"]}, "lon": "Longitude", "lat": "Latitude"}
    table = {
        "code": CODE,
        "name_zh": "芝加哥",
        "name_en": "Chicago",
        "timezone": "America/Chicago",
        "calendar": "US-IL",
        "standard_codelists": False,
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
                "kinds": {"BATTERY/true": "domestic", **{f"{word}/*": code for code, (word, _, _) in SERIES.items()}},
            }
        ],
    }
    (folder / "district.toml").write_text(tomlkit.dumps(table), "utf-8")
    named = [{"code": code, "name_zh": zh, "name_en": en} for code, (_, zh, en) in SERIES.items()]
    # Violence at home is never forecast for a cell; it is counted, and kept out.
    domestic = {"code": "domestic", "name_zh": "家庭暴力", "name_en": "Domestic violence", "feed": "public_order", "sensitive": "1"}
    kinds = [{**n, "feed": "public_order", "series": n["code"]} for n in named]
    pl.DataFrame([*kinds, domestic]).write_csv(folder / "kinds.csv")
    pl.DataFrame([{**n, "category": "public_order", "weight": 1} for n in named]).write_csv(folder / "series.csv")
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
