"""What only staff may see, by a token given as the password, and what they may do from there.

A browser that was once given a password sends it with whatever any site makes it ask of this address: that somebody has signed in says
nothing about who wrote what is sent. So pages in a frame are shown nowhere, and an act is taken only where the page itself sent it: it has
a header that no form and no image can have, and for which a browser asks leave of us before it sends it for another site, which nobody
gets; and the browser says that it came from here (Sec-Fetch-Site, or Origin where this is not encrypted). What the API takes elsewhere is
no password but a token in a header that no browser adds by itself.

Belongs here: those two guards, the page that is made for who looks. Does not: tokens (``flows.alerts.tokens``), what is on the page
(``flows.tell.desk``), doing it (``flows.api``).
"""

from __future__ import annotations

import base64
import binascii
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.alerts.tokens import Bearer, NotAllowedError, bearer
from flows.api.bodies import Problem
from flows.api.limits import Rate
from flows.serving.late import LateDistrict
from flows.tell.desk import desk
from flows.tell.site import alerts_page
from infra import clock
from infra.errors import SifangError
from infra.warehouse.nights.nights import latest_night

GUARDED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
_WHO: Final = {"WWW-Authenticate": 'Basic realm="Sifang: any name, and a token of the API as the password", charset="UTF-8"'}
# The page of alerts, and where it sends acts; below what a browser sends the password to by itself.
_ALERTS, _ACTS = "/alerts.html", "/act"
_FROM_PAGE: Final = "sifang-page"
_SIGNED_IN: Final = "sifang.signed_in"


class ForStaff:
    """What only who has a token of the district may see."""

    def __init__(self, district: LateDistrict, what: ASGIApp, rate: Rate) -> None:
        self._district, self._what, self._rate = district, what, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it out, or ask who it is."""
        found = await run_in_threadpool(self._admitted, Request(scope))
        if isinstance(found, Response):
            await found(scope, receive, send)
        else:
            await self._what({**scope, _SIGNED_IN: found}, receive, send)

    def _admitted(self, request: Request) -> Bearer | Response:
        if not self._rate.takes(request.client.host if request.client else "nobody"):
            return PlainTextResponse("Too often; wait a little.", 429)
        try:
            return bearer(self._district.context(), f"Bearer {_password(request)}", clock.now())
        except NotAllowedError:
            return PlainTextResponse("Make a token with `sifang api token`; it is the password.", 401, _WHO)
        except SifangError:
            return PlainTextResponse("The district cannot be opened; `sifang doctor` says why.", 503)


class Staff:
    """The pages of staff: that of alerts is made for who asks, the others are those of the night; below them is where acts are sent."""

    def __init__(self, district: LateDistrict, written: ASGIApp, acts: ASGIApp) -> None:
        self._district, self._written, self._acts = district, written, acts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand out a page, or hand on an act."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith(f"{_ACTS}/"):
            await self._acts({**scope, "root_path": f"{scope.get('root_path', '')}{_ACTS}"}, receive, send)
            return
        made = await run_in_threadpool(self._alerts, scope[_SIGNED_IN]) if path == _ALERTS and scope["method"] in {"GET", "HEAD"} else None
        await (made or self._written)(scope, receive, send)

    def _alerts(self, who: Bearer) -> Response | None:
        """The page as it is now for somebody; None before the first night."""
        try:
            context = self._district.as_declared()
            if latest_night(context.warehouse) is None:
                return None
            text = alerts_page(context, desk(context, who, clock.now(), f".{_ACTS}/"))
        except SifangError:
            return PlainTextResponse("The page cannot be made now; `sifang doctor` says why.", 503)
        # It says what one role may do: nobody else is shown it.
        return HTMLResponse(text, headers={"Cache-Control": "no-store", **GUARDED})


class FromPage:
    """The API for acts that our own page sends, by who signed in to see it."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on with the token that was the password, or refuse it."""
        request = Request(scope)
        if not sent_by_page(request):
            said = Problem(why="elsewhere_from", message="It was not sent from this page.", remedy="Load it again.", seq=None)
            await JSONResponse(said.model_dump(), 403)(scope, receive, send)
            return
        handed = {**scope, "headers": list(scope["headers"])}
        MutableHeaders(scope=handed)["Authorization"] = f"Bearer {_password(request)}"
        await self._api(handed, receive, send)


def sent_by_page(request: Request) -> bool:
    """Whether a page from this very address sent it, as the browser says that it sends the password along."""
    if _FROM_PAGE not in request.headers:
        return False
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    # A browser says this of itself only over encryption and to its own machine; of whom a POST is it says always.
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


def _password(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise NotAllowedError("missing")
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        raise NotAllowedError("wrong") from None
