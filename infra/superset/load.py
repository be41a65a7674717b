"""The bundle as a ZIP, and its way into a Superset: a script with the addresses of both, as the README has it.

Importing it again replaces what it made before: every database, dataset, chart and dashboard has a UUID of its own in the bundle. The
password of the account comes from SUPERSET_PASSWORD. The warehouse's address should be that of the role ``sifang_staff``, which may read
the views and nothing else. Only Python itself is needed, so that it runs beside a Superset as well.

Belongs here: packing and importing. Does not: what is shown (``bundle/``), the views (``infra.views``).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import urllib.error
import urllib.request
import zipfile
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

BUNDLE: Final = Path(__file__).parent / "bundle"
PLACE: Final = "postgresql+psycopg2://replaced/by-load"
_WAIT_SECONDS: Final = 300


def packed(warehouse: str) -> bytes:
    """The bundle as Superset imports it, over a warehouse. ``warehouse`` is a SQLAlchemy address of PostgreSQL.

    Raises:
        ValueError: it is none of PostgreSQL, or would not stand in a line of YAML.
    """
    if not urlsplit(warehouse).scheme.startswith("postgresql"):
        raise ValueError("The bundle reads the views on PostgreSQL; `sifang db copy` brings a district there.")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(BUNDLE.rglob("*.yaml")):
            # A text of JSON is one of YAML.
            text = file.read_text("utf-8").replace(PLACE, json.dumps(warehouse))
            archive.writestr(f"sifang/{file.relative_to(BUNDLE).as_posix()}", text)
    return made.getvalue()


class Superset:
    """Somebody who signed in to a Superset."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self._address = address.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        body = {"username": name, "password": password, "provider": "db", "refresh": False}
        self._headers = {
            "Authorization": "Bearer " + self.asks("security/login", json.dumps(body).encode(), "application/json")["access_token"]
        }
        self._headers |= {"X-CSRFToken": self.asks("security/csrf_token/")["result"], "Referer": self._address}

    def asks(self, path: str, body: bytes | None = None, kind: str = "") -> dict[str, str]:
        """What its API answers."""
        headers = {**getattr(self, "_headers", {}), **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(f"{self._address}/api/v1/{path}", body, headers)  # noqa: S310
        with self._opener.open(request, timeout=_WAIT_SECONDS) as answer:
            found: dict[str, str] = json.load(answer)
            return found

    def imports(self, bundle: bytes) -> None:
        """Take a bundle in, over what an earlier one made."""
        mark = uuid4().hex
        said = f'--{mark}\r\nContent-Disposition: form-data; name="overwrite"\r\n\r\ntrue\r\n'
        file = (
            f'--{mark}\r\nContent-Disposition: form-data; name="formData"; filename="sifang.zip"\r\nContent-Type: application/zip\r\n\r\n'
        )
        body = said.encode() + file.encode() + bundle + f"\r\n--{mark}--\r\n".encode()
        self.asks("dashboard/import/", body, f"multipart/form-data; boundary={mark}")


def main() -> int:
    """Pack it, and import it or write it to a file."""
    asked = argparse.ArgumentParser(description="The dashboards of Sifang for Superset.")
    asked.add_argument("--warehouse", required=True, help="postgresql+psycopg2://sifang_staff@host/database, as Superset reaches it")
    asked.add_argument("--superset", help="address of the Superset; the account's password comes from SUPERSET_PASSWORD")
    asked.add_argument("--name", default="admin", help="name of the account")
    asked.add_argument("--out", type=Path, help="write the ZIP here instead")
    given = asked.parse_args()
    if not (given.out or given.superset):
        asked.error("say where to: --superset ADDRESS or --out FILE")
    try:
        bundle = packed(given.warehouse)
        if given.out:
            given.out.write_bytes(bundle)
        if given.superset:
            Superset(given.superset, given.name, os.environ.get("SUPERSET_PASSWORD", "")).imports(bundle)
    except urllib.error.HTTPError as error:
        print(f"Superset refused it ({error.code}): {error.read().decode(errors='replace')[:500]}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
