"""The districts that are shipped with live sources: rows as the portals document them are read, on loopback.

What nobody here can see is whether the services still answer so: each block says that it was not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from flows.intake.rehearsal import rehearsed
from infra import clock
from infra.districts.folder import load
from infra.settings import SHIPPED_DISTRICTS
from infra.sources.connectors.live import Ask, LivePlace, asked_at
from infra.sources.connectors.memory import Memory
from tests.helpers.far.arcgis import Layer
from tests.helpers.far.others import RESOURCE, Datastore
from tests.helpers.far.server import Far, serving
from tests.helpers.far.socrata import Portal

Rows = list[dict[str, str | None]]
ROWS = 8


def many(row: Mapping[str, str | None], **numbered: str) -> Rows:
    """Some rows that differ in their numbers."""
    return [{**row, **{name: f"{form}{n}" for name, form in numbered.items()}} for n in range(ROWS)]


SF = {"latitude": "37.7749", "longitude": "-122.4194"}
LAYOUTS: dict[tuple[str, str], Rows] = {
    ("san_francisco", "police_2003"): many(
        {
            "date": "2015-01-19T00:00:00.000",
            "time": "14:05",
            "category": "NON-CRIMINAL",
            "descript": "LOST PROPERTY",
            "x": "-122.4194",
            "y": "37.7749",
        },
        incidntnum="15006027",
        pdid="1500602757100",
    ),
    ("san_francisco", "police"): many(
        {
            "incident_datetime": "2023-03-13T23:41:00.000",
            "report_datetime": "2023-03-13T23:55:00.000",
            "incident_category": "Recovered Vehicle",
            "incident_subcategory": "Recovered Vehicle",
            "incident_description": "Vehicle, Recovered, Auto",
            **SF,
        },
        row_id="125373607041",
        incident_number="23017468",
    ),
    ("san_francisco", "fire"): many(
        {"received_dttm": "2023-03-17T15:04:09.000", "call_type": "Structure Fire", "case_location": "POINT (-122.4194 37.7749)"},
        incident_number="2303070",
        rowid="230770001-E0",
    ),
    ("san_francisco", "cases_311"): many(
        {
            "requested_datetime": "2023-03-17T15:04:09.000",
            "closed_date": None,
            "status_description": "Open",
            "agency_responsible": "DPW BSES Queue",
            "service_name": "Street and Sidewalk Cleaning",
            "service_subtype": "bulky_items",
            "lat": "37.7749",
            "long": "-122.4194",
            "source": "Mobile/Open311",
        },
        service_request_id="165400",
    ),
    ("chicago", "police"): many(
        {
            "date": "2023-03-17T15:04:00.000",
            "year": "2023",
            "primary_type": "THEFT",
            "description": "OVER $500",
            "domestic": "false",
            "latitude": "41.85",
            "longitude": "-87.65",
        },
        case_number="JG1950",
        id="130000",
    ),
    ("new_york", "requests"): many(
        {
            "created_date": "2023-03-17T15:04:09.000",
            "closed_date": "2023-03-17T18:04:09.000",
            "complaint_type": "Noise - Residential",
            "status": "Closed",
            "latitude": "40.75",
            "longitude": "-73.95",
        },
        unique_key="570000",
    ),
    ("boston", "cases"): many(
        {
            "open_dt": "2024-03-17 15:04:09",
            "sla_target_dt": "2024-03-27 15:04:09",
            "closed_dt": None,
            "case_status": "Open",
            "reason": "Street Lights",
            "type": "Street Light Outages",
            "latitude": "42.32",
            "longitude": "-71.08",
            "department": "PWDx",
            "source": "Citizens Connect App",
        },
        case_enquiry_id="10100560",
    ),
    ("toronto", "police"): many(
        {
            "OCC_DATE": "1679029200000",
            "OCC_HOUR": "21",
            "OCC_YEAR": "2023",
            "MCI_CATEGORY": "Assault",
            "LONG_WGS84": "-79.38",
            "LAT_WGS84": "43.70",
            "lon": "-79.38",
            "lat": "43.70",
            "number": "",
            "status": "",
        },
        EVENT_UNIQUE_ID="GO-2023600",
    ),
}


def _socrata(rows: Rows) -> tuple[Far, Callable[[], str], Mapping[str, str]]:
    portal = Portal(rows[0])
    portal.put(rows)
    return portal.far, lambda: portal.url, {}


def _arcgis(rows: Rows) -> tuple[Far, Callable[[], str], Mapping[str, str]]:
    layer = Layer(rows[0])
    layer.put(rows)
    return layer.far, lambda: layer.url, {}


def _ckan(rows: Rows) -> tuple[Far, Callable[[], str], Mapping[str, str]]:
    store = Datastore(rows)
    return store.far, lambda: store.far.url, {"resource": RESOURCE}


@pytest.mark.parametrize(("code", "of"), LAYOUTS, ids=["/".join(k) for k in LAYOUTS])
def test_rows_as_the_portal_documents_them_become_reports(tmp_path: Path, code: str, of: str) -> None:
    folder, rows = load(SHIPPED_DISTRICTS / code), LAYOUTS[code, of]
    source = folder.district.source(of)
    assert source.live is not None
    far, url, more = {"socrata": _socrata, "arcgis": _arcgis, "ckan": _ckan}[source.live.kind](rows)
    with serving(far):
        here = source.live.model_copy(update={"url": url(), "allow_local": True, **more})
        place = asked_at(source, here)
        assert isinstance(place, LivePlace)
        (file,) = place.deliveries(Ask(Memory(tmp_path), clock.now(), b"k" * 32))
    assert file.refusal is None, file.refusal
    told = rehearsed(folder, source, file)
    assert told.well is not False, told.said
    assert f"{ROWS} accepted" in told.said, told.said


def test_every_live_source_is_tried_and_says_that_it_was_not_checked() -> None:
    for file in SHIPPED_DISTRICTS.glob("*/district.toml"):
        folder = load(file.parent)
        live = [s.code for s in folder.district.sources if s.live is not None]
        assert [c for c in live if (file.parent.name, c) not in LAYOUTS] == []
        assert file.read_text("utf-8").count("# Not checked against the service.\n[[sources]]") == len(live)
