"""A district small enough for a test: 36 cells of 500 m, three sources, a hundred days of invented reports.

Belongs here: its folder, its files, opening it. Does not: fixtures (``conftest``), expectations of any test.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra.settings import Settings
from infra.warehouse.intake.batches import BatchRecord

CODE = "tiny"
FIRST_DAY = dt.date(2025, 3, 1)
# The first night of the tests, a Monday; the files hold every day before it.
NIGHT = dt.date(2025, 6, 9)
CATEGORIES = ("political", "public_order", "safety", "stability")
CELLS = 36
# Cells east of the line that the order source covers.
UNCOVERED = 12

WEST, EAST, SOUTH, NORTH = 113.9000, 113.93298, 35.3000, 35.32703
COVERED_EAST = 113.9219

_TOML = f"""
code = "{CODE}"
name_zh = "小区"
name_en = "Tiny"
timezone = "Asia/Shanghai"
calendar = "CN"
synthetic = true
subdistricts = [
  {{ code = "south", name_zh = "南", name_en = "South", anchor = [113.916, 35.306] }},
  {{ code = "north", name_zh = "北", name_en = "North", anchor = [113.916, 35.321] }},
]

[grid]
kind = "square"
size_m = 500
outline = [[[{WEST}, {SOUTH}], [{EAST}, {SOUTH}], [{EAST}, {NORTH}], [{WEST}, {NORTH}]]]

[categories.stability]
stock_weight = 0.05

[departments]
works = {{ name_zh = "工程", name_en = "Works" }}
water = {{ name_zh = "供水", name_en = "Water" }}
"""

_SOURCE = """
[[sources]]
code = "{code}"
feed = "{feed}"
files = ["$SIFANG_INBOX/{code}_*.csv"]
known_at = {{ rule = "column", column = "released" }}
key = ["number"]
columns = {{ occurred_at = "happened", kind = "kind", lon = "lon", lat = "lat", department = "department", status = "status", due_at = "due", closed_at = "closed" }}
statuses = {{ open = ["open"], closed = ["closed"], withdrawn = ["withdrawn"] }}
"""  # noqa: E501 - one line of TOML

_COVERAGE = f"coverage = {{ area = [[[113.89, 35.29], [{COVERED_EAST}, 35.29], [{COVERED_EAST}, 35.34], [113.89, 35.34]]] }}\n"

# Per source: the feed, reports a day, and kinds with their shares.
SOURCES: dict[str, tuple[str, float, dict[str, float]]] = {
    "fire": ("fire_hazard", 6.0, {"fire_outdoor": 0.4, "gas_leak": 0.3, "fire_residential": 0.1, "hazard_wiring": 0.2}),
    "order": ("public_order", 25.0, {"theft": 0.6, "fight": 0.2, "assault": 0.2}),
    "stability": ("stability", 10.0, {"dispute_neighbours": 0.7, "dispute_wages": 0.3}),
}


def write_district(folder: Path, *, name: str = CODE) -> None:
    """Write the district folder into ``folder``, under its code or another one."""
    own = folder / name
    own.mkdir(parents=True)
    parts = [_TOML.replace(f'code = "{CODE}"', f'code = "{name}"')]
    for code, (feed, _, _) in SOURCES.items():
        parts.append(_SOURCE.format(code=code, feed=feed) + (_COVERAGE if code == "order" else ""))
    (own / "district.toml").write_text("".join(parts), "utf-8")


def reports(source: str, first: dt.date, last: dt.date, seed: int = 1) -> pl.DataFrame:
    """The rows of one source for some days, as text. The same arguments give the same rows."""
    _, per_day, kinds = SOURCES[source]
    # Where it happens is the same whatever the seed; what happens is not.
    place = np.random.default_rng([7, len(source)]).gamma(0.8, size=CELLS)
    rng = np.random.default_rng([seed, len(source), first.toordinal()])
    days = (last - first).days + 1
    count = rng.poisson(per_day * days)
    start = dt.datetime.combine(first, dt.time())
    happened = np.sort(rng.integers(0, days * 1440, size=count))
    cell = rng.choice(CELLS, size=count, p=place / place.sum())
    east, north = (cell % 6 + rng.uniform(0.1, 0.9, count)) / 6, (cell // 6 + rng.uniform(0.1, 0.9, count)) / 6
    took = rng.exponential(4 * 1440, size=count).astype(int) + 30
    rows = []
    for k in range(count):
        moment = start + dt.timedelta(minutes=int(happened[k]))
        rows.append(
            {
                "number": f"{source}-{seed}-{first:%Y%m%d}-{k}",
                "happened": f"{moment:%Y-%m-%d %H:%M:%S}",
                "released": f"{moment + dt.timedelta(minutes=90):%Y-%m-%d %H:%M:%S}",
                "kind": str(rng.choice(list(kinds), p=list(kinds.values()))),
                "lon": f"{WEST + (EAST - WEST) * east[k]:.6f}",
                "lat": f"{SOUTH + (NORTH - SOUTH) * north[k]:.6f}",
                "department": "works" if k % 3 else "water",
                "status": "closed",
                "due": f"{moment + dt.timedelta(days=5):%Y-%m-%d %H:%M:%S}",
                "closed": f"{moment + dt.timedelta(minutes=int(took[k])):%Y-%m-%d %H:%M:%S}",
            }
        )
    return pl.DataFrame(rows)


def deliver(inbox: Path, source: str, rows: pl.DataFrame, name: str) -> Path:
    """Put a file into the inbox."""
    inbox.mkdir(parents=True, exist_ok=True)
    file = inbox / f"{source}_{name}.csv"
    # As bytes: the library takes no name that is no UTF-8.
    file.write_bytes(rows.write_csv().encode())
    return file


def deliver_days(inbox: Path, first: dt.date, last: dt.date, sources: tuple[str, ...] = tuple(SOURCES)) -> None:
    """One file per source for some days."""
    for source in sources:
        deliver(inbox, source, reports(source, first, last), f"{first:%Y%m%d}_{last:%Y%m%d}")


def moment(night: dt.date, hour: int = 5) -> dt.datetime:
    """An hour of a night's date in the district, in UTC."""
    return dt.datetime.combine(night, dt.time(hour), dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)


class Tiny:
    """One opened copy of the district: its folders and a context on them."""

    def __init__(self, root: Path) -> None:
        self.root, self.inbox, self.home = root, root / "inbox", root / "home"
        self.context: Context = open_context(CODE, Settings())

    def ingest(self, at: dt.datetime) -> list[BatchRecord]:
        """Take in every new file; each must be stored."""
        records = ingest(self.context, at)
        assert [r.reason for r in records if r.state != "stored"] == []
        return records
