"""The application: its paths, who may come in, and what is said to who may not.

Belongs here: putting it together, one answer per kind of refusal. Does not: paths (``flows.api.alerts``), serving (``flows.api.serving``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from flows.alerts.acts import NoSuchAlertError, RefusedActError
from flows.alerts.tokens import NotAllowedError
from flows.api.alerts import router
from flows.api.bodies import Problem
from flows.api.desk import Desk, FaultyFolderError, NotAskedForError, NotTheirsError, NotYetError, TooFarError, TooOftenError
from flows.api.limits import Rate, SmallBodies
from flows.api.visits import UnfitVisitError
from flows.api.visits import router as visits
from flows.stores import Context
from infra.districts.watching import WatchedFolder
from infra.errors import HeldElsewhereError, SifangError, StoreError, WrongNameError
from infra.version import program_version
from transforms.words import Refused

_STATUS: Final[Mapping[Refused, int]] = {
    Refused.UNKNOWN: 404,
    Refused.ROLE: 403,
    Refused.PLACE: 403,
    Refused.NOT_CALLED: 403,
    Refused.STALE: 412,
}
# What any path may answer beside what it is for.
PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    code: {"model": Problem, "description": said}
    for code, said in {
        400: "not understood",
        401: "no token, or none that is good",
        403: "not this role's",
        404: "there is no such thing",
        409: "not as things stand",
        412: "it has moved on since it was looked at",
        413: "too large",
        422: "not what is asked for",
        428: "If-Match is missing",
        429: "too often",
        503: "a store is away, or the declaration is being changed",
    }.items()
}


_BEARER: Final = {"WWW-Authenticate": "Bearer"}


def api(context: Context, rate: Rate | None = None) -> FastAPI:
    """The application of one district, over stores that stay open as long as it does."""
    app = FastAPI(
        title="Sifang 四防",
        version=program_version() or "0",
        description="Alerts of one district: the same calls as `sifang alerts`. The four colours are internal attention levels.",
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
    )
    app.add_middleware(SmallBodies)
    app.state.desk = Desk(context, rate or Rate(), WatchedFolder(context.folder))
    app.include_router(router)
    app.include_router(visits)
    _answers(app)
    return app


def _answers(app: FastAPI) -> None:
    """Register what is said to each kind of refusal; what was sent is never repeated."""

    def on(kind: type[Exception], answer: Callable[[Exception], JSONResponse]) -> None:
        async def handle(_request: Request, error: Exception) -> JSONResponse:
            return answer(error)

        app.add_exception_handler(kind, handle)

    on(
        NotAllowedError,
        lambda e: _said(401, str(e), "Send a good token: `Authorization: Bearer ...`.", headers=_BEARER),
    )
    on(
        NotTheirsError,
        lambda _: _said(403, "role", "This is not what this token is for.", "Ask with the token of the role whose it is."),
    )
    on(NotYetError, lambda _: _said(428, "if_match", "An act names the number at which the alert was seen.", "Send it as If-Match."))
    on(NotAskedForError, lambda _: _said(422, "not_understood", "Not what is asked for: query.", "See /openapi.json."))
    on(TooFarError, lambda _: _said(409, "moment", "That moment is too far ahead."))
    on(TooOftenError, lambda _: _said(429, "too_often", "Wait a little.", headers={"Retry-After": "10"}))
    on(NoSuchAlertError, lambda _: _said(404, "unknown", "There is no such alert."))
    on(RefusedActError, _refused)
    on(WrongNameError, lambda _: _said(404, "unknown", "A name stands for nothing here.", "Ask for what the district declares."))
    on(UnfitVisitError, _unfit)
    on(HeldElsewhereError, lambda _: _said(409, "busy", "Another run is writing this district.", "Send it again in a while."))
    on(SifangError, lambda e: _said(409, "refused", e.message, e.remedy) if isinstance(e, SifangError) else _said(409, "refused", ""))
    on(FaultyFolderError, lambda _: _said(503, "declaration", "The district's declaration is being changed.", "Ask again in a while."))
    # Where a store lies is nobody's business out there.
    on(StoreError, lambda _: _said(503, "away", "A store of Sifang's does not answer as it should.", "Ask again in a while."))
    on(RequestValidationError, _not_understood)
    on(HTTPException, lambda e: _plain(e) if isinstance(e, HTTPException) else _said(500, "fault", ""))


def _plain(error: HTTPException) -> JSONResponse:
    return _said(
        error.status_code, {404: "unknown", 405: "method"}.get(error.status_code, "refused"), str(error.detail), headers=error.headers
    )


def _unfit(error: Exception) -> JSONResponse:
    assert isinstance(error, UnfitVisitError)
    return _said(409, error.why.value, f"It cannot be taken: {error.why.words.en}.")


def _refused(error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedActError)
    return _said(_STATUS.get(error.why, 409), error.why.value, error.message, error.remedy, error.seq)


def _not_understood(error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    where = ", ".join(dict.fromkeys(".".join(part for part in each["loc"][:2] if isinstance(part, str)) for each in error.errors()))
    return _said(422, "not_understood", f"Not what is asked for: {where}.", "See /openapi.json.")


def _said(
    status: int, why: str, message: str, remedy: str = "", seq: int | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse(Problem(why=why, message=message, remedy=remedy, seq=seq).model_dump(), status, dict(headers or {}))
