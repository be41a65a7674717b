"""Pages and API of every district on one port, as a part of `sifang serve`: pages for everybody as they are, those for staff by a token.

Belongs here: which path leads where, who may see what lies there. Does not: pages (``infra.pages``), the API (``flows.api``), tokens
(``flows.alerts.tokens``).

Paths are those of the home, so that links between pages lead where they lead on disk. Stores are opened when they are first asked for: a
database that is away keeps no page from being shown.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.alerts.tokens import NotAllowedError, bearer
from flows.api.app import api
from flows.api.bodies import Problem
from flows.api.limits import Rate
from flows.serving.addresses import Listening
from flows.serving.late import LateDistrict
from flows.serving.listener import listen
from infra import clock
from infra.districts.folder import find, load
from infra.errors import SifangError
from infra.pages.front.write import Entry, front
from infra.settings import Settings
from infra.views.files import Tier

# A page that is written anew each night is asked for anew each time; where it is the same, nothing is sent.
_ASK_AGAIN: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_WHO: Final = {"WWW-Authenticate": 'Basic realm="Sifang: any name, and a token of the API as the password", charset="UTF-8"'}


class Written(StaticFiles):
    """Files that a night writes; before the first there are none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, to be asked for again."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers.update(_ASK_AGAIN)
        return answer


class ForStaff:
    """What only who has a token of the district may see."""

    def __init__(self, district: LateDistrict, what: ASGIApp, rate: Rate) -> None:
        self._district, self._what, self._rate = district, what, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it out, or ask who it is."""
        refused = await run_in_threadpool(self._refused, Request(scope))
        await (refused or self._what)(scope, receive, send)

    def _refused(self, request: Request) -> Response | None:
        if not self._rate.takes(request.client.host if request.client else "nobody"):
            return PlainTextResponse("Too often; wait a little.", 429)
        try:
            bearer(self._district.context(), f"Bearer {_password(request)}", clock.now())
        except NotAllowedError:
            return PlainTextResponse("Make a token with `sifang api token`; it is the password.", 401, _WHO)
        except SifangError:
            return PlainTextResponse("The district cannot be opened; `sifang doctor` says why.", 503)
        return None


class Api:
    """The API of a district, once its stores are open."""

    def __init__(self, district: LateDistrict) -> None:
        self._district = district
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that it cannot be opened."""
        if self._app is None:
            try:
                self._app = api(await run_in_threadpool(self._district.context))
            except SifangError:
                said = Problem(why="away", message="The district cannot be opened.", remedy="`sifang doctor` says why.", seq=None)
                await JSONResponse(said.model_dump(), 503)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def pages(settings: Settings, listening: Listening) -> Starlette:
    """The application: a front page, and below it every district's pages and API."""
    rate = Rate()
    routes: list[Route | Mount] = []
    entries = []
    for code in listening.districts:
        district = LateDistrict(code, settings)
        site = settings.site / code
        routes += [
            Mount(f"/site/{code}/{Tier.SHARED}", Written(site / Tier.SHARED)),
            Mount(f"/site/{code}/{Tier.STAFF}", ForStaff(district, Written(site / Tier.STAFF), rate)),
            Mount(f"/briefs/{code}", ForStaff(district, Written(settings.briefs / code), rate)),
            Mount(f"/api/{code}", Api(district)),
        ]
        name = load(find(code, settings.district_roots)).district.name
        entries.append(Entry(name, f"/site/{code}/{Tier.SHARED}/", f"/site/{code}/{Tier.STAFF}/", f"/api/{code}/openapi.json"))
    first = front(entries, listening.prefect)

    async def begin(_request: Request) -> Response:
        return HTMLResponse(first, headers=_ASK_AGAIN)

    return Starlette(routes=[Route("/", begin), *routes])


def _password(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise NotAllowedError("missing")
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        raise NotAllowedError("wrong") from None


def main() -> None:
    """Serve them."""
    listening = Listening.handed()
    listen(pages(Settings(), listening), listening.pages_port)


if __name__ == "__main__":
    main()
