"""A layer of an ArcGIS server on loopback: its where clauses over SQLite.

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

PATH = "/arcgis/rest/services/cases/FeatureServer/0"


class Layer:
    """One layer of points: its limit of transfer, whether it can order and page, whether it dates changes."""

    def __init__(self, columns: Iterable[str], *, most: int = 200, pages: bool = True, edits: bool = True) -> None:
        self.columns, self.most, self.pages, self.edits = list(columns), most, pages, edits
        self.clock = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        self.far = Far(self.answer)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            f"CREATE TABLE rows (OBJECTID INTEGER PRIMARY KEY, EditDate INTEGER, {', '.join(f'{c} TEXT' for c in self.columns)})"
        )

    @property
    def url(self) -> str:
        """The layer's address."""
        return self.far.url + PATH

    def put(self, rows: Iterable[Mapping[str, str | None]]) -> None:
        """Insert rows."""
        with self._lock:
            marks = ",".join("?" * (1 + len(self.columns)))
            values = [(self._stamp(), *(r.get(c) for c in self.columns)) for r in rows]
            self._db.executemany(f"INSERT INTO rows (EditDate, {','.join(self.columns)}) VALUES ({marks})", values)

    def edit(self, number: str, status: str) -> None:
        """Change the state of a case."""
        with self._lock:
            self._db.execute("UPDATE rows SET EditDate = ?, status = ? WHERE number = ?", (self._stamp(), status, number))

    def delete(self, number: str) -> None:
        """Delete a case."""
        with self._lock:
            self._db.execute("DELETE FROM rows WHERE number = ?", (number,))

    def numbers(self) -> list[str]:
        """The numbers of all cases."""
        with self._lock:
            return [n for (n,) in self._db.execute("SELECT number FROM rows ORDER BY number")]

    def answer(self, question: Question) -> Reply:
        """What it says to a question."""
        if question.path == PATH:
            return _said(self._about())
        if question.path != f"{PATH}/query":
            return Reply(b"", 404)
        p = question.params
        where = re.sub(r"TIMESTAMP '([^']+)'", lambda m: str(_ms(m.group(1))), p["where"])
        with self._lock:
            if p.get("returnCountOnly") == "true":
                return _said({"count": self._db.execute(f"SELECT count(*) FROM rows WHERE {where}").fetchone()[0]})
            if p.get("returnIdsOnly") == "true":
                ids = [i for (i,) in self._db.execute(f"SELECT OBJECTID FROM rows WHERE {where} ORDER BY random()")]
                return _said({"objectIdFieldName": "OBJECTID", "objectIds": ids})
            if not self.pages and "resultRecordCount" in p:
                return _said({"error": {"code": 400, "message": "Pagination is not supported."}})
            order = f"ORDER BY {p['orderByFields']}" if "orderByFields" in p else "ORDER BY random()"
            limit = min(int(p.get("resultRecordCount", self.most)), self.most)
            found = self._db.execute(f"SELECT * FROM rows WHERE {where} {order} LIMIT {limit + 1}").fetchall()
        names = ["OBJECTID", "EditDate", *self.columns]
        wanted = names if p.get("outFields") == "*" else p["outFields"].split(",")
        features = []
        for row in found[:limit]:
            told = dict(zip(names, row, strict=True))
            point = {"geometry": {"x": float(told["lon"]), "y": float(told["lat"])}} if p.get("returnGeometry") == "true" else {}
            features.append({"attributes": {n: told[n] for n in wanted}, **point})
        return _said({"features": features, "exceededTransferLimit": len(found) > limit})

    def _about(self) -> dict[str, object]:
        fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, *({"name": c, "type": "esriFieldTypeString"} for c in self.columns)]
        if self.edits:
            fields.append({"name": "EditDate", "type": "esriFieldTypeDate"})
        return {
            "fields": fields,
            "objectIdField": "OBJECTID",
            "maxRecordCount": self.most,
            "advancedQueryCapabilities": {"supportsPagination": self.pages, "supportsOrderBy": self.pages},
            **({"editFieldsInfo": {"editDateField": "EditDate"}} if self.edits else {}),
        }

    def _stamp(self) -> int:
        self.clock += dt.timedelta(milliseconds=1)
        return int(self.clock.timestamp() * 1000)


def _ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


def _said(document: object) -> Reply:
    return Reply(json.dumps(document).encode())
