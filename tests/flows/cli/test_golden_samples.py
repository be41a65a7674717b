"""What is proposed for files of real cities, rebuilt small (``tests/golden/cities``): right, or marked as unsure with the reason.

Belongs here: the lines of the proposals. Does not: what the declared files come to (``tests.flows.intake.test_golden_cities``).
"""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

from flows.tell.proposal import propose_for
from infra.errors import SifangError

CASES = Path(__file__).parents[2] / "golden" / "cities"


def proposed(file: str) -> tuple[dict[str, Any], str]:
    toml = propose_for(CASES / file).toml
    (source,) = tomllib.loads(toml)["sources"]
    return source, toml


@pytest.mark.parametrize(
    ("file", "form"), [("date_only_with_z/data/b.csv", "%Y-%m-%dT%H:%M:%SZ"), ("midnight_z/data/socz.json", "%Y-%m-%dT%H:%M:%S.000Z")]
)
def test_midnights_of_utc_are_local_days_and_that_is_in_doubt(file: str, form: str) -> None:
    source, toml = proposed(file)
    assert source["time_formats"] == [form]
    assert "UNSURE" in next(line for line in toml.splitlines() if line.startswith("time_formats"))


def test_hours_from_1_to_24_are_hours() -> None:
    assert proposed("hours_1_to_24/data/h24.csv")[0]["columns"]["occurred_at"] == {"date": "Date", "time": "Hour"}


def test_halves_of_a_chinese_day_are_read_in_either_place() -> None:
    for file, form in (("h12345_ampm_prefix", "%Y年%m月%d日 %I:%M %p"), ("h12345_ampm_suffix", "%Y/%m/%d %I:%M %p")):
        assert proposed(f"chinese_half_days/{file}.csv")[0]["time_formats"] == [form]


def test_an_order_of_day_and_month_that_no_row_proves_is_in_doubt_and_the_feed_is_told_by_words_of_the_language() -> None:
    source, toml = proposed("day_month_unsure/caba.csv")
    assert "UNSURE" in next(line for line in toml.splitlines() if line.startswith("time_formats"))
    assert (source["feed"], source["kinds"]["Hurto"], source["kinds"]["Lesiones"]) == ("public_order", "theft", "assault")


def test_a_feed_of_which_no_word_tells_is_in_doubt(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "ref,time,what\n" + "".join(f"R{n},2025-03-{n % 9 + 1:02d} 10:00,{'AB'[n % 2]}{'xq' * 3}\n" for n in range(90)), "utf-8"
    )
    toml = propose_for(file).toml
    assert "UNSURE: no word" in next(line for line in toml.splitlines() if line.startswith("feed"))


def test_a_latitude_of_many_decimals_is_no_telephone() -> None:
    source, _ = proposed("decimal_comma_phone/homicidios.csv")
    assert (source["columns"]["lon"], source["columns"]["lat"], source["decimal"]) == ("longitud", "latitud", ",")


def test_what_is_not_done_is_open() -> None:
    assert proposed("status_words/hotline.csv")[0]["statuses"] == {"closed": ["已办结"], "open": ["未办结", "办理中"]}


def test_premises_are_no_kind() -> None:
    source, toml = proposed("premises_as_kind/assault.csv")
    assert "kind" not in source["columns"]
    assert "# UNSURE: no column tells kinds" in toml


def test_rows_without_a_number_are_each_a_report() -> None:
    assert proposed("rows_without_number/asb.csv")[0]["rows"] == "each"


def test_a_number_that_counts_rows_is_in_doubt() -> None:
    _, toml = proposed("serial_number_key/data/s04_1.csv")
    assert 'key = ["序号"]   # UNSURE: it counts from 1' in toml


def test_axes_that_would_lead_to_a_pole_are_taken_for_exchanged() -> None:
    source, toml = proposed("axes_swapped/data/a.csv")
    assert (source["columns"]["lon"], source["columns"]["lat"]) == ("lat", "lon")
    assert "# UNSURE: lat is taken for the longitude" in toml


def test_a_moment_in_five_columns_is_found_and_so_are_metres_beside_a_column_of_quarters() -> None:
    source, toml = proposed("date_parts_and_utm/crimes.csv")
    parts = {part: part.upper() for part in ("year", "month", "day", "hour", "minute")}
    assert source["columns"] == {"occurred_at": parts, "zone": "NEIGHBOURHOOD", "kind": "TYPE"}
    assert "# UNSURE: instead of the zone: X and Y hold metres or feet of a map projection" in toml


def test_feet_beside_districts_are_told_of_and_a_number_of_complaints_that_some_rows_share_is_the_key() -> None:
    source, toml = proposed("state_plane_and_complaint/feb.csv")
    assert (source["key"], source["merge"], source["columns"]["zone"]) == (["Complaint"], True, "District")
    assert 'write crs = "EPSG:…", lon = "XCoord", lat = "YCoord"' in toml
    assert "merge = true   # UNSURE: it numbers the reports, though 3.8% of the rows repeat a number" in toml


def test_an_ending_for_tabs_is_known_and_a_format_may_be_said() -> None:
    source, _ = proposed("tab_ending/list.tab")
    assert source["columns"] == {"occurred_at": "time", "lon": "lon", "lat": "lat"}
    assert propose_for(CASES / "tab_ending/list.tab", None, "csv").rows == propose_for(CASES / "tab_ending/list.tab").rows


def test_what_no_ending_tells_is_told_by_how_the_file_begins(tmp_path: Path) -> None:
    file = shutil.copy(CASES / "tab_ending/list.tab", tmp_path / "list.export")
    (source,) = tomllib.loads(propose_for(Path(file)).toml)["sources"]
    assert (source["format"], source["separator"]) == ("csv", "\t")


def test_usual_words_mean_what_they_say_as_whole_words() -> None:
    order, _ = proposed("usual_words/order.csv")
    assert order["kinds"] == {
        "MINOR CRASH": "road_crash",
        "CRASH - MINOR INJURY": "road_crash",
        "THREATS BY MOTHER": "threats",
        "THEFT": "theft",
        "ROBBERY": "robbery",
        "BURGLARY": "burglary",
        "THEFT OF IDENTITY": "fraud",
    }
    stability, _ = proposed("usual_words/stability.csv")
    assert stability["kinds"] == {
        "Sewage Odor": "service_water",
        "Sewage Backup": "service_water",
        "Street Cond - Other": "service_general",
        "Street Resurfacing": "service_roads",
        "Pothole": "service_roads",
        "Illegal Parking": "service_parking",
        "Tree Down": "service_greening",
        "Graffiti": "service_graffiti",
    }


def test_a_place_that_ends_an_address_of_several_lines_is_found() -> None:
    assert proposed("location_with_unit/data/s24.csv")[0]["columns"]["point"] == "location"


def test_points_of_geojson_in_a_projected_system_are_proposed_with_that_system(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(13.3, 13.5, 80), rng.uniform(52.45, 52.55, 80)
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:25833", always_xy=True).transform(lon, lat)
    features = [
        {
            "type": "Feature",
            "properties": {"nr": f"B-{k:04d}", "tatzeit": f"2024-03-{k % 28 + 1:02d} 12:{k % 60:02d}:00", "delikt": "Diebstahl"},
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }
        for k, (x, y) in enumerate(zip(east.tolist(), north.tolist(), strict=True))
    ]
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    file = tmp_path / "delikte.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": system, "features": features}), "utf-8")
    made = propose_for(file)
    (source,) = tomllib.loads(made.toml)["sources"]
    assert (source["crs"], source["point_order"]) == ("EPSG:25833", "lon_lat")
    assert source["columns"]["point"] == "geometry.coordinates"
    assert not any("lost" in said for said in made.unsure)


def test_a_workbook_in_the_xml_of_excel_2003_is_refused_with_what_to_save_it_as(tmp_path: Path) -> None:
    file = tmp_path / "list.xls"
    file.write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        "<Worksheet ss:Name='a'><Table><Row><Cell><Data ss:Type='String'>date</Data></Cell></Row></Table></Worksheet></Workbook>",
        "utf-8",
    )
    with pytest.raises(SifangError, match=r"a workbook in the XML of Excel 2003: save it as \.xlsx"):
        propose_for(file)
