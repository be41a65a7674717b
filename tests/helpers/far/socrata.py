"""A Socrata portal on loopback: SoQL over SQLite.

Belongs here: the protocol. Does not: sending (``server``).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping

from tests.helpers.far.server import Far, Question, Reply

DATASET = "abcd-1234"
Row = Mapping[str, str | None]


class Portal:
    """One dataset. Every change is dated by its own clock."""

    def __init__(self, columns: Iterable[str], cap: int = 50_000) -> None:
        self.columns, self.cap = list(columns), cap
        self.clock = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        self.far = Far(self.answer)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        named = ", ".join(f'"{c}" TEXT' for c in self.columns)
        self._db.execute(f'CREATE TABLE rows ("_id" TEXT PRIMARY KEY, "_updated_at" TEXT, {named})')
        self._db.execute('CREATE INDEX by_change ON rows ("_updated_at", "_id")')
        self._made = 0

    @property
    def url(self) -> str:
        """The dataset's address."""
        return f"{self.far.url}/resource/{DATASET}"

    def put(self, rows: Iterable[Row]) -> None:
        """Insert rows."""
        stamp = self._stamp()
        values = []
        for row in rows:
            self._made += 1
            values.append((f"row-{self._made:08d}", stamp, *(row.get(c) for c in self.columns)))
        with self._lock:
            self._db.executemany(f"INSERT INTO rows VALUES ({','.join('?' * (2 + len(self.columns)))})", values)

    def edit(self, key: str, value: str, **changes: str | None) -> None:
        """Change the rows in which ``key`` is ``value``."""
        sets = ", ".join(f'"{c}" = ?' for c in changes)
        with self._lock:
            self._db.execute(f'UPDATE rows SET "_updated_at" = ?, {sets} WHERE "{key}" = ?', (self._stamp(), *changes.values(), value))

    def delete(self, key: str, value: str) -> None:
        """Delete the rows in which ``key`` is ``value``."""
        with self._lock:
            self._db.execute(f'DELETE FROM rows WHERE "{key}" = ?', (value,))

    def rows(self) -> list[dict[str, str | None]]:
        """All rows as they are now."""
        with self._lock:
            found = self._db.execute('SELECT * FROM rows ORDER BY "_id"').fetchall()
        return [dict(zip(self.columns, row[2:], strict=True)) for row in found]

    def answer(self, question: Question) -> Reply:
        """What it says to a question."""
        if question.path != f"/resource/{DATASET}.json":
            return Reply(b'{"code":"dataset.missing"}', 404)
        p = question.params
        select = p.get("$select", "*")
        missing = [n for n in re.findall(r"[:\w]+", select) if n not in {*self.columns, ":id", ":updated_at", "count", "max", "min", "as"}]
        if missing and select != "*":
            return Reply(json.dumps({"code": "query.soql.no-such-column", "error": True}).encode(), 400)
        limit = min(int(p.get("$limit", "1000")), self.cap)
        sql = f"SELECT {_sql(select, alias=True)} FROM rows"
        sql += f" WHERE {_sql(p['$where'])}" if "$where" in p else ""
        sql += f" ORDER BY {_sql(p['$order'])}" if "$order" in p else ""
        with self._lock:
            cursor = self._db.execute(f"{sql} LIMIT {limit} OFFSET {int(p.get('$offset', '0'))}")
            names = [d[0] for d in cursor.description]
            rows = [{n: v for n, v in zip(names, row, strict=True) if v is not None and not n.startswith("_")} for row in cursor]
        fields = [n for n in names if not n.startswith("_")]
        headers = {"X-SODA2-Fields": json.dumps(fields), "X-SODA2-Types": json.dumps(["text"] * len(fields))}
        return Reply(json.dumps(rows).encode(), headers=headers)

    def _stamp(self) -> str:
        self.clock += dt.timedelta(milliseconds=1)
        return self.clock.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.clock.microsecond // 1000:03d}Z"


def _sql(soql: str, *, alias: bool = False) -> str:
    """SoQL as SQLite takes it; system fields bear a colon there."""
    if alias:
        soql = ",".join(f'"_{part[1:]}" AS "{part}"' if part.startswith(":") else part for part in soql.split(","))
    parts = re.split(r"('(?:[^']|'')*')", soql)
    return "".join(part if n % 2 else re.sub(r'(?<!")(?<!\w):(\w+)', r'"_\1"', part) for n, part in enumerate(parts))
