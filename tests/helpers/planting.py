"""A district that is delivered in every way, with invented persons wherever a text may stand: in every column, in names of everything.

Belongs here: its folder, its clean rows, where identities are put. Does not: the identities (``tests.helpers.identities``), what is done
with the district (``tests.flows.cli.test_planted_identities``).
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl
import tomlkit

from tests.helpers.district_folders import EAST, NORTH, SOUTH, WEST, declaration
from tests.helpers.far.server import Question, Reply
from tests.helpers.identities import SORTS, identities, of_every_sort
from tests.helpers.packed import packed, workbook

CODE = "town"
Row = dict[str, str]

# Every field that a source may declare, by the column that feeds it.
COLUMNS = {
    "occurred_at": "happened",
    "reported_at": "reported",
    "kind": "kind",
    "severity": "grade",
    "discovery": "how",
    "lon": "x",
    "lat": "y",
    "department": "office",
    "first_department": "first_office",
    "status": "state",
    "due_at": "due",
    "first_contact_at": "contact",
    "accepted_at": "accepted",
    "recheck_at": "recheck",
    "closed_at": "closed",
    "extended_until": "extended",
    "confirmed": "content",
    "urgency": "haste",
    "callers": "calls",
    "paused_days": "paused",
    "transfers": "moved",
    "reopens": "again",
}
_COMMON: dict[str, Any] = {
    "feed": "stability",
    "time_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
    "known_at": {"rule": "after_reported", "hours": 1},
    "max_quarantined": 1.0,
    "min_share_of_usual": 0,
    "key": ["number"],
    "columns": COLUMNS,
    "kinds": {"neighbours": "dispute_neighbours", "wages": "dispute_wages", "noise": "dispute_noise"},
    "severities": {"small": 1, "great": 3},
    "statuses": {"open": ["open"], "closed": ["closed"], "withdrawn": ["withdrawn"]},
    "discoveries": {"resident": ["call"], "patrol": ["patrol"]},
    "confirmations": {"yes": ["content"], "no": ["unhappy"]},
    "urgencies": {"urgent": ["at once"], "general": ["soon"]},
    "where": [{"column": "desk", "none_of": ["training"]}],
    "withdrawn": [{"column": "found", "equals": "unfounded"}],
}
# What each source has of its own; all else is the same.
_SOURCES: dict[str, dict[str, Any]] = {
    "table": {"files": ["$SIFANG_INBOX/table_*.csv"]},
    "strict": {"files": ["$SIFANG_INBOX/strict_*.csv"], "undeclared": "stop"},
    "tabs": {"files": ["$SIFANG_INBOX/tabs_*.tsv.gz"]},
    "document": {"files": ["$SIFANG_INBOX/*.json"], "records": "data.rows"},
    "lines": {"files": ["$SIFANG_INBOX/*.jsonl"]},
    "columns": {"files": ["$SIFANG_INBOX/*.parquet"]},
    "book": {"files": ["$SIFANG_INBOX/*.xlsx"]},
    "archive": {"files": ["$SIFANG_INBOX/*.zip"]},
    "deep": {"files": ["$SIFANG_INBOX/*/deep.csv"], "content": "whole"},
    "zoned": {
        "files": ["$SIFANG_INBOX/zoned_*.csv"],
        "columns": {**{k: v for k, v in COLUMNS.items() if k not in {"lon", "lat"}}, "zone": "x"},
    },
    "hazards": {
        "feed": "fire_hazard",
        "files": ["$SIFANG_INBOX/hazards_*.csv"],
        "columns": {**COLUMNS, "premises": "unit"},
        "kinds": dict.fromkeys(("neighbours", "wages", "noise"), "hazard_wiring"),
    },
}
# At which premises a hazard is, as the register calls them.
UNIT = "P-1"


def write_district(folder: Path, words: list[str], further: dict[str, Any] | None = None, **changes: Any) -> Path:
    """The district's folder.

    Args:
        folder: where it is put.
        words: what stands in every codelist of its first source beside the usual words.
        further: sources that are declared as well, by their code.
        changes: what all sources have otherwise.
    """
    own = folder / CODE
    own.mkdir(parents=True, exist_ok=True)
    sources = [{"code": code, **_COMMON, **own_keys, **changes} for code, own_keys in {**_SOURCES, **(further or {})}.items()]
    sources[0] |= _with_words(words) if words else {}
    whole = declaration(CODE, *sources, departments={"works": {"name_zh": "工程", "name_en": "Works"}})
    (own / "district.toml").write_text(tomlkit.dumps(whole), "utf-8")
    (own / "premises.csv").write_text(f"code,category,lon,lat\n{UNIT},mall,{(WEST + EAST) / 2},{(SOUTH + NORTH) / 2}\n", "utf-8")
    return own


def live_sources(url: str, database: Path) -> dict[str, dict[str, Any]]:
    """Sources that are asked instead, of what ``Planter.answer`` and ``Planter.database`` have."""
    web = {"allow_local": True, "timeout_s": 2}
    asked: dict[str, dict[str, Any]] = {
        "web": {"kind": "http", "url": f"{url}/rows.csv", **web},
        "ailing": {"kind": "http", "url": f"{url}/ailing.csv", **web},
        "moved": {"kind": "http", "url": f"{url}/moved.csv", **web},
        "portal": {"kind": "socrata", "url": f"{url}/resource/abcd-1234", **web},
        "rows": {"kind": "sql", "url": f"sqlite:///{database}", "table": "cases", "allow_local": True},
        "no_rows": {"kind": "sql", "url": f"sqlite:///{database}", "table": "broken", "allow_local": True},
    }
    return {code: {"from": how} for code, how in asked.items()}


def _with_words(words: list[str]) -> dict[str, Any]:
    """Tables of words, a sixth of the words in each."""
    parts = [words[k::6] for k in range(6)]
    return {
        "kinds": {**_COMMON["kinds"], **dict.fromkeys(parts[0], "dispute_noise")},
        "departments": dict.fromkeys(parts[1], "works"),
        "severities": {**_COMMON["severities"], **dict.fromkeys(parts[2], 2)},
        "statuses": {**_COMMON["statuses"], "open": ["open", *parts[3]]},
        "where": [{"column": "desk", "none_of": ["training", *parts[4]]}],
        "nulls": ["", *parts[5]],
    }


def clean(number: int, last: dt.date, name: str) -> list[Row]:
    """Rows without a fault, of the sixty days up to ``last``."""
    rng = np.random.default_rng([number, len(name)])
    rows = []
    for k in range(number):
        moment = dt.datetime.combine(last, dt.time(12)) - dt.timedelta(minutes=int(rng.integers(0, 60 * 1440)))
        later = f"{moment + dt.timedelta(hours=5):%Y-%m-%d %H:%M:%S}"
        rows.append(
            {
                "number": f"{name}-{k}",
                "happened": f"{moment:%Y-%m-%d %H:%M:%S}",
                **dict.fromkeys(("reported", "contact", "accepted"), later),
                "kind": ("neighbours", "wages", "noise")[k % 3],
                "grade": ("small", "great")[k % 2],
                "how": ("call", "patrol")[k % 2],
                "x": f"{rng.uniform(WEST, EAST):.6f}",
                "y": f"{rng.uniform(SOUTH, NORTH):.6f}",
                "office": "works",
                "first_office": "Works",
                "state": "closed",
                "desk": "day",
                "found": "founded",
                **dict.fromkeys(("due", "recheck", "closed", "extended"), f"{moment + dt.timedelta(days=5):%Y-%m-%d %H:%M:%S}"),
                "content": "content",
                "haste": "soon",
                "calls": "1",
                **dict.fromkeys(("paused", "moved", "again"), "0"),
            }
        )
    return rows


def planted(rows: list[Row], found: list[str], form: str = "{}") -> list[Row]:
    """One identity in a row, in its columns in turn; further rows stay as they are."""
    columns = list(rows[0])
    return [{**row, columns[k % len(columns)]: form.format(found[k])} if k < len(found) else row for k, row in enumerate(rows)]


def as_csv(rows: list[Row], separator: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_book(*sheets: tuple[str, list[Row]]) -> bytes:
    cells = {name: [list(rows[0]), *(list(row.values()) for row in rows)] for name, rows in sheets}
    return workbook(**{_in_xml(name): [[_in_xml(v) for v in line] for line in lines] for name, lines in cells.items()})


def as_parquet(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(rows).write_parquet(file)
    return file.getvalue()


def _in_a_name(text: str) -> str:
    return text.replace("/", "∕").replace("\x00", "")


def _in_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


class Planter:
    """Puts identities into deliveries, each once, and remembers all of them."""

    def __init__(self, inbox: Path, last: dt.date, start: int = 0) -> None:
        self.inbox, self.last, self.planted = inbox, last, list[str]()
        self._start, self._files = count(start, 10_007), count(1)
        inbox.mkdir(parents=True, exist_ok=True)

    def some(self, number: int) -> list[str]:
        """So many that nobody else has."""
        found = identities(number, next(self._start))
        self.planted += found
        return found

    def one_each(self) -> list[str]:
        """One of every sort."""
        found = of_every_sort(next(self._start))
        self.planted += found
        return found

    def rows(self, name: str, number: int = 400, form: str = "{}") -> list[Row]:
        """Clean rows, and among them one identity of every sort."""
        return planted(clean(number, self.last, f"{name}{next(self._files)}"), self.one_each(), form)

    def put(self, name: str, content: bytes) -> Path:
        """A file, wherever it is to lie."""
        file = self.inbox / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def every_sort_in_every_column(self) -> None:
        """So many rows that no column is refused for them."""
        base = clean(len(SORTS) * 28 + 4_000, self.last, "all")
        columns = list(base[0])
        for number, column in enumerate(columns):
            for k, text in enumerate(self.one_each()):
                base[number * len(SORTS) + k][column] = text
        self.put("table_all.csv", as_csv(base))

    def every_format(self) -> None:
        """The same in every format, and beside and in quoted cells."""
        self.put("table_quoted.csv", as_csv(self.rows("table", form='said "{}",\nthen left')))
        self.put("table_behind.csv", as_csv(self.rows("table", form="neighbours ({})")))
        beside = self.rows("table")
        for row, text in zip(beside, self.some(len(beside)), strict=True):
            row["备注"] = text
        self.put("table_beside.csv", as_csv(beside))
        heads = self.one_each()
        self.put("table_heads.csv", as_csv([{**row, **dict.fromkeys(heads, "x")} for row in clean(50, self.last, "heads")]))
        self.put("strict_heads.csv", as_csv([{**row, **dict.fromkeys(self.one_each(), "x")} for row in clean(1, self.last, "heads")]))
        self.put("tabs_1.tsv.gz", gzip.compress(as_csv(self.rows("tabs"), "\t")))
        self.put("document.json", json.dumps({"by": self.some(1)[0], "data": {"rows": self.rows("document")}}).encode())
        self.put("lines.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in self.rows("lines")).encode())
        self.put("columns.parquet", as_parquet(self.rows("columns")))
        self.put("book.xlsx", as_book(("Sheet1", self.rows("book"))))
        self.put("zoned_1.csv", as_csv(self.rows("zoned")))
        self.put("hazards_1.csv", as_csv([{**row, "unit": UNIT} for row in self.rows("hazards")]))
        # And where most registers have what a shop or works is called, and whose it is; some of these rows say nothing else of the place.
        named = [
            {**row, "unit": text} for row, text in zip(clean(400, self.last, "named"), [*self.one_each(), *[UNIT] * 400], strict=False)
        ]
        self.put("hazards_2.csv", as_csv([{**row, "x": "", "y": ""} if k % 2 else row for k, row in enumerate(named)]))

    def names_of_things(self, number: int = 12) -> None:
        """Files, members, sheets, folders, links, archives within archives, with a name each."""
        for text in self.some(number):
            self.put(f"table_{_in_a_name(text)}.csv", as_csv(clean(3, self.last, f"named{next(self._files)}")))
        for text in self.some(number // 2):
            self.put(f"{_in_a_name(text)}/deep.csv", as_csv(clean(3, self.last, f"deep{next(self._files)}")))
        self.put(
            "book_1.xlsx", as_book(*((_in_a_name(text)[:25], clean(30, self.last, f"sheet{k}")) for k, text in enumerate(self.some(3))))
        )
        self.put("archive.zip", packed(*((f"{_in_a_name(text)}.csv", as_csv(self.rows("archive", 100))) for text in self.some(4))))
        self.put("archive_1.zip", packed((f"../{self.some(1)[0]}.csv", b"x"), (f"{self.some(1)[0]}/a.csv", b"x")))
        self.put(f"{_in_a_name(self.some(1)[0])}.zip", packed((f"{_in_a_name(self.some(1)[0])}.zip", packed(("x.csv", b"x")))))
        link, folder = (self.inbox / f"table_{_in_a_name(self.some(1)[0])}.csv" for _ in range(2))
        link.symlink_to(self.inbox / _in_a_name(self.some(1)[0]))
        folder.mkdir()

    def answer(self, question: Question) -> Reply:
        """What a web server answers: rows, or an error or an address with somebody in it."""
        if question.path == "/rows.csv":
            return Reply(as_csv(self.rows("web")), kind="text/csv", headers={"ETag": '"one"', "X-Who": quote(self.some(1)[0])})
        if question.path == "/moved.csv":
            return Reply(b"", 302, {"Location": f"/ailing.csv?{quote(self.some(1)[0])}"})
        if question.path == "/ailing.csv":
            return Reply(f"<html><title>{self.some(1)[0]}</title></html>".encode(), 404, kind="text/html")
        return Reply(json.dumps({"code": self.some(1)[0], "message": self.some(1)[0]}).encode(), 400)

    def database(self, file: Path) -> None:
        """A table of rows, and a view that fails with somebody in its words."""
        rows = self.rows("sql")
        with sqlite3.connect(file) as connection:
            connection.execute(f"CREATE TABLE cases ({', '.join(rows[0])})")
            connection.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(rows[0]))})", [tuple(row.values()) for row in rows])
            text = self.some(1)[0].replace("'", "''")
            fault = f"json_extract('{text}', '$.' || number)"
            connection.execute(f"CREATE VIEW broken AS SELECT *, {fault} AS fault FROM cases WHERE {fault} IS NOT NULL")

    def broken(self) -> None:
        """What no reader understands, with persons around the fault."""
        whole = as_csv(self.rows("table"))
        for number, content in enumerate(self._broken(whole)):
            self.put(f"table_broken{number}.csv", content)
        for ending, good in (
            ("json", json.dumps({"data": {"rows": self.rows("document", 100)}}, ensure_ascii=False).encode()),
            ("jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in self.rows("lines", 100)).encode()),
            ("parquet", as_parquet(self.rows("columns", 100))),
            ("xlsx", as_book(("Sheet1", self.rows("book", 100)))),
            ("zip", packed(("a.csv", as_csv(self.rows("archive", 100))))),
        ):
            for number, content in enumerate((good[: len(good) // 2], good[:60] + b"\xff\xfe\x00" + good[60:])):
                self.put(f"{_in_a_name(self.some(1)[0])}{number}.{ending}", content)
        odd: list[Callable[[str], Any]] = [
            lambda t: {t: t},
            lambda t: [t],
            lambda t: int("9" * 40),
            lambda t: None,
            lambda t: {"a": [t, {t: 1}]},
        ]
        rows = [
            {**row, "kind": odd[k % 5](text), text: 1}
            for k, (row, text) in enumerate(zip(self.rows("lines", 100), self.some(100), strict=True))
        ]
        self.put("odd.jsonl", "\n".join(json.dumps(row) for row in rows).encode())
        self.put("odd.json", json.dumps({"data": {"rows": rows}}).encode())
        self.put("not_there.json", json.dumps({self.some(1)[0]: {"rows": rows[:3]}, "data": self.some(1)[0]}).encode())
        nested = pl.DataFrame({"number": ["1"], "kind": [{"who": self.some(1)[0]}], "happened": [[self.some(1)[0]]]})
        file = io.BytesIO()
        nested.write_parquet(file)
        self.put("nested.parquet", file.getvalue())

    def _broken(self, whole: bytes) -> Iterator[bytes]:
        head, _, rest = whole.partition(b"\n")
        text = self.some(1)[0].encode()
        yield head.replace(b"number", text) + b"\n" + rest
        yield head.replace(b"kind", b"number") + b"\n" + rest
        yield head + b"\n" + b"x," * 90 + text + b"\n" + rest
        yield head + b"\n" + text + b"\n" + rest
        yield head + b"\n\xff\xfe" + text + b"\xff\n" + rest
        yield head + b"\n" + text + b"\x00\x00\n" + rest
        yield head + b'\n"' + text + b",\n" + rest
        yield whole.decode().encode("utf-16")
        yield rest
        yield text
        yield head + b"\n" + text * 200_000 + b"\n"
        yield b"PAR1" + whole
