"""Places and kinds that stand in a second file: `join`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from infra import clock
from infra.districts.folder import load
from infra.errors import SifangError
from tests.helpers.district_folders import SOUTH, WEST, source, write_district
from tests.helpers.far.server import serving
from tests.helpers.far.socrata import Portal
from tests.helpers.keys import KEY
from tests.helpers.live_city import CODE as LIVE
from tests.helpers.live_city import COLUMNS as CITY
from tests.helpers.live_city import FIRST, at, stands, take, write_city
from tests.helpers.tiny import EAST
from tests.helpers.tiny import SOUTH as SIDE
from tests.helpers.town import Town

COLUMNS = {"occurred_at": "time", "kind": "class", "lon": "x", "lat": "y"}
JOIN = {"file": "stations.csv", "on": "station", "columns": ["x", "y", "class"]}
STATIONS = f"""station,name,x,y,class
S 1,Old Town,{WEST + 0.004},{SOUTH + 0.004},theft
S2,Port,{WEST + 0.011},{SOUTH + 0.011},robbery
S3,,,,fight
"""
ROWS = "id,time,station\n1,2025-05-01 10:00:00, S 1\n2,2025-05-01 11:00:00,S2\n3,2025-05-01 12:00:00,S3\n4,2025-05-01 13:00:00,S4\n"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = write_district(tmp_path, "town", source(columns=COLUMNS, join=JOIN))
    (made / "stations.csv").write_text(STATIONS, "utf-8")
    return Town(tmp_path, f"sqlite:///{tmp_path}/w.db", source(columns=COLUMNS, join=JOIN))


def folder(root: Path, stations: str | None = STATIONS, **changes: Any) -> Path:
    made = write_district(root, "town", source(columns=COLUMNS, **({"join": JOIN} | changes)))
    if stations is not None:
        (made / "stations.csv").write_text(stations, "utf-8-sig")
    return made


def test_places_and_kinds_come_out_of_a_second_file_and_what_it_does_not_know_is_set_aside(town: Town) -> None:
    record = town.take(ROWS)
    assert (record.delivered, record.accepted, record.quarantined) == (4, 2, 2)
    lake = town.lake()
    assert lake.sort("occurred_on", "kind")["kind"].to_list() == ["robbery", "theft"]
    assert lake["cell_id"].n_unique() == 2
    assert not {"station", "name"} & set(lake.columns)
    assert {(row, reason) for row, reason, _ in town.set_aside()} == {(3, "coordinates_missing"), (4, "kind_missing")}


def test_what_it_says_is_part_of_the_version_and_is_stored_as_its_digest_alone(tmp_path: Path) -> None:
    before = load(folder(tmp_path))
    after = load(folder(tmp_path, STATIONS.replace("robbery", "theft")))
    assert before.version != after.version
    assert before.scoring_hash != after.scoring_hash
    assert not any(word in before.canonical for word in ("S 1", "S2", str(WEST + 0.011), "stations.csv"))


def test_of_numbers_that_differ_in_their_zeros_alone_each_is_its_own(tmp_path: Path) -> None:
    stations = f"station,x,y,class\n07,{WEST + 0.004},{SOUTH + 0.004},theft\n7,{WEST + 0.011},{SOUTH + 0.011},robbery\n"
    folder(tmp_path, stations)
    town = Town(tmp_path, f"sqlite:///{tmp_path}/w.db", source(columns=COLUMNS, join=JOIN))
    record = town.take("id,time,station\n" + "".join(f"{n},2025-05-01 10:00:00,{s}\n" for n, s in enumerate(("7", "07", "7.0"))))
    assert (record.accepted, record.quarantined) == (2, 1)
    assert town.lake()["kind"].sort().to_list() == ["robbery", "theft"]


@pytest.mark.parametrize(
    ("stations", "changes", "said"),
    [
        (None, {}, "stations.csv"),
        ("station,x,y\nS1,1,2\n", {}, "has no column 'class'"),
        ("place,x,y,class\nS1,1,2,theft\n", {}, "has no column 'station'"),
        (STATIONS + "S2,,1,2,theft\n", {}, "names twice: S2"),
        (STATIONS, {"join": {**JOIN, "columns": ["x", "y", "class", "name"]}}, "join takes 'name', which no line of this source reads"),
        (STATIONS, {"join": {**JOIN, "columns": ["x", "y", "class", "station"]}}, "is what the files are joined on"),
        ("station,x,y,class\n" + "".join(f"S{n},1,2,theft\n" for n in range(20_001)), {}, "more than 20,000 rows"),
    ],
)
def test_a_second_file_that_cannot_be_used_is_named(stations: str | None, changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=said):
        load(folder(tmp_path, stations, **changes))


def test_nobody_is_looked_up_by_a_telephone(town: Town, tmp_path: Path) -> None:
    other = tmp_path / "other"
    made = write_district(other, "town", source(columns=COLUMNS, join={**JOIN, "on": "phone"}))
    (made / "stations.csv").write_text(STATIONS.replace("station,", "phone,", 1), "utf-8")
    record = Town(other, f"sqlite:///{other}/w.db", source(columns=COLUMNS, join={**JOIN, "on": "phone"})).take(
        ROWS.replace("station", "phone")
    )
    assert (record.state, record.reason) == ("refused", "column_personal")


def test_places_of_a_source_that_is_asked_may_stand_in_a_second_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_KEY", KEY)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path))
    portal = Portal(c for c in CITY if c not in {"lon", "lat"})
    portal.put({"number": f"{n:04d}", "happened": "2026-01-05T08:00:00", "kind": "theft", "status": "open"} for n in range(1, 4))
    with serving(portal.far):
        asked = f'from = {{ kind = "socrata", url = "{portal.url}", allow_local = true, page_rows = 100 }}'
        write_city(tmp_path, f'{asked}\njoin = {{ file = "places.csv", on = "number", columns = ["lon", "lat"] }}')
        (tmp_path / LIVE / "places.csv").write_text(
            f"number,lon,lat\n1,{EAST - 0.001},{SIDE + 0.001}\n2,{EAST - 0.02},{SIDE + 0.001}\n", "utf-8"
        )
        now = at(FIRST + dt.timedelta(days=9))
        monkeypatch.setattr(clock, "now", lambda: now)
        (record,) = take(now)
    assert (record.delivered, record.accepted, record.quarantined) == (3, 2, 1)
    assert stands()["cell_id"].n_unique() == 2
