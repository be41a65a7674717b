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
from flows.tell.site import page_for
from infra import clock
from infra.errors import SifangError
from infra.pages.site.alerts import ALERTS
from infra.pages.site.blocks import Leaf
from infra.pages.site.write import LEAVES
from infra.views.files import Tier
from infra.warehouse.nights.nights import latest_night
from transforms.alerts.visible import sees_every_place

GUARDED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
_WHO: Final = {"WWW-Authenticate": 'Basic realm="Sifang: any name, and a token of the API as the password", charset="UTF-8"'}
# Where the page of alerts sends acts; below what a browser sends the password to by itself.
_ACTS: Final = "/act"
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


class ForDistrict:
    """What tells of every place: nobody's but the district's."""

    def __init__(self, what: ASGIApp) -> None:
        self._what = what

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it out, or say whose it is."""
        theirs = sees_every_place(scope[_SIGNED_IN].viewer)
        await (self._what if theirs else PlainTextResponse("It tells of every place: the district's alone.", 403))(scope, receive, send)


class Staff:
    """The pages of staff, and below them where acts are sent.

    The district is shown those of the night, but for that of alerts, which is made for who asks; for other roles all are made, with what is
    theirs. Who may only read is sent to what everybody sees.
    """

    def __init__(self, district: LateDistrict, written: ASGIApp, acts: ASGIApp) -> None:
        self._district, self._written, self._acts = district, written, acts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand out a page, or hand on an act."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith(f"{_ACTS}/"):
            await self._acts({**scope, "root_path": f"{scope.get('root_path', '')}{_ACTS}"}, receive, send)
            return
        who: Bearer = scope[_SIGNED_IN]
        name = path.strip("/").removesuffix(".html") or "index"
        leaf = next((leaf for leaf in LEAVES[Tier.STAFF] if leaf.code == name), None)
        found: ASGIApp | None = None
        if who.by is None:
            found = PlainTextResponse("This token only reads: what everybody may see stands below shared/ instead of staff/.", 403)
        elif leaf and scope["method"] in {"GET", "HEAD"} and (leaf is ALERTS or not sees_every_place(who.viewer)):
            found = await run_in_threadpool(self._made, leaf, who)
        elif not sees_every_place(who.viewer):
            found = PlainTextResponse("There is no such page.", 404)
        await (found or self._written)(scope, receive, send)

    def _made(self, leaf: Leaf, who: Bearer) -> Response | None:
        """A page as it is now for somebody; None before the first night."""
        now = clock.now()
        try:
            context = self._district.as_declared()
            if latest_night(context.warehouse) is None:
                return None
            offered = desk(context, who, now, f".{_ACTS}/") if leaf is ALERTS else None
            text = page_for(context, leaf, who.viewer, now, offered)
        except SifangError:
            return PlainTextResponse("The page cannot be made now; `sifang doctor` says why.", 503)
        # It says what one role may see and do: nobody else is shown it.
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
