"""A CKAN portal and an Open311 service on loopback, small.

Belongs here: the protocols. Does not: sending (``server``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

from tests.helpers.far.server import Far, Question, Reply

RESOURCE = "01234567-89ab-cdef-0123-456789abcdef"
Row = Mapping[str, str | None]


class Datastore:
    """One resource of a CKAN portal, paged by offset."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: list[dict[str, object]] = [{"_id": n, **r} for n, r in enumerate(rows, start=1)]
        self.far = Far(self.answer)

    def answer(self, question: Question) -> Reply:
        """What it says to a question."""
        p = question.params
        if question.path != "/api/3/action/datastore_search" or p.get("resource_id") != RESOURCE:
            return Reply(b'{"success": false}', 404)
        columns = list(dict.fromkeys(c for r in self.rows for c in r))
        wanted = p["fields"].split(",") if "fields" in p else columns
        if set(wanted) - set(columns):
            return Reply(b'{"success": false}', 409)
        name, _, order = p.get("sort", "_id asc").replace('"', "").partition(" ")
        ordered = sorted(self.rows, key=lambda r: str(r[name]).rjust(20), reverse=order == "desc")
        offset, limit = int(p.get("offset", "0")), int(p.get("limit", "100"))
        records = [{c: r.get(c) for c in wanted} for r in ordered[offset : offset + limit]]
        fields = [{"id": c, "type": "text"} for c in wanted]
        return Reply(json.dumps({"success": True, "result": {"records": records, "total": len(self.rows), "fields": fields}}).encode())


class Service:
    """Requests of an Open311 service, of which it gives at most ``cap``, the newest, and says nothing of the others."""

    def __init__(self, cap: int = 100) -> None:
        self.cap = cap
        self.requests: dict[str, dict[str, object]] = {}
        self.far = Far(self.answer)

    def put(self, rows: Iterable[Row], at: dt.datetime) -> None:
        """Requests that are new or changed."""
        for r in rows:
            self.requests[str(r["number"])] = {
                "service_request_id": r["number"],
                "requested_datetime": r["happened"],
                "updated_datetime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "service_name": r["kind"],
                "long": float(str(r["lon"])),
                "lat": float(str(r["lat"])),
                "status": r["status"],
            }

    def answer(self, question: Question) -> Reply:
        """What it says to a question."""
        if question.path != "/v2/requests.json":
            return Reply(b"[]", 404)
        first, last = (dt.datetime.fromisoformat(question.params[name]) for name in ("start_date", "end_date"))
        found = [r for r in self.requests.values() if first <= dt.datetime.fromisoformat(str(r["requested_datetime"])) <= last]
        found.sort(key=lambda r: str(r["requested_datetime"]), reverse=True)
        return Reply(json.dumps(found[: self.cap]).encode())
