"""Pages and API of every district on one port, as a part of `sifang serve`: pages for everybody as they are, those for staff by a token.

Belongs here: which path leads where. Does not: who may see what staff may (``flows.serving.staff``), pages (``infra.pages``), the API
(``flows.api``).

Paths are those of the home, so that links between pages lead where they lead on disk. Stores are opened when they are first asked for: a
database that is away keeps no page from being shown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.api.app import api
from flows.api.bodies import Problem
from flows.api.limits import Rate
from flows.serving.addresses import Listening
from flows.serving.late import LateDistrict
from flows.serving.listener import listen
from flows.serving.staff import GUARDED, ForDistrict, ForStaff, FromPage, Staff
from infra.districts.folder import find, load
from infra.errors import SifangError
from infra.pages.front.write import Entry, front
from infra.settings import Settings
from infra.views.files import Tier

# A page that is written anew each night is asked for anew each time; where it is the same, nothing is sent.
_ASK_AGAIN: Final = {"Cache-Control": "no-cache", **GUARDED}


class Written(StaticFiles):
    """Files that a night writes; before the first there are none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)

    async def check_config(self) -> None:
        """Ask for no folder: where there is none yet, there is no page, and nothing is wrong."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, to be asked for again."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers.update(_ASK_AGAIN)
        return answer


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
        site, served = settings.site / code, Api(district)
        routes += [
            Mount(f"/site/{code}/{Tier.SHARED}", Written(site / Tier.SHARED)),
            Mount(f"/site/{code}/{Tier.STAFF}", ForStaff(district, Staff(district, Written(site / Tier.STAFF), FromPage(served)), rate)),
            Mount(f"/briefs/{code}", ForStaff(district, ForDistrict(Written(settings.briefs / code)), rate)),
            Mount(f"/api/{code}", served),
        ]
        name = load(find(code, settings.district_roots)).district.name
        entries.append(Entry(name, f"/site/{code}/{Tier.SHARED}/", f"/site/{code}/{Tier.STAFF}/", f"/api/{code}/openapi.json"))
    first = front(entries, listening.prefect)

    async def begin(_request: Request) -> Response:
        return HTMLResponse(first, headers=_ASK_AGAIN)

    return Starlette(routes=[Route("/", begin), *routes])


def main() -> None:
    """Serve them."""
    listening = Listening.handed()
    listen(pages(Settings(), listening), listening.pages_port)


if __name__ == "__main__":
    main()
