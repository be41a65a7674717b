"""Who comes in: the token of a request, how often it asks, and what it may do at all.

Belongs here: admitting a request. Does not: answers to who may not (``flows.api.app``), paths (``flows.api.alerts``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from flows.alerts.tokens import Bearer, NotAllowedError, bearer
from flows.api.limits import Rate
from flows.stores import Context
from infra import clock
from infra.districts.watching import WatchedFolder
from infra.errors import SifangError

log = logging.getLogger("sifang.api")
# For the document alone: whether a token is good is asked below.
_declared = HTTPBearer(auto_error=False)


class TooOftenError(Exception):
    """An asker has asked too often in the last minute."""


class NotTheirsError(Exception):
    """A token that may only read was sent to do something."""


class NotYetError(Exception):
    """An act does not say at which number the alert was seen."""


class NotAskedForError(Exception):
    """A request has a parameter that its path does not know: a filter that is misspelt would show everything."""


class TooFarError(Exception):
    """A moment lies at the end of all calendars."""


class FaultyFolderError(Exception):
    """The district's declaration was changed, and cannot be read as it is now."""


@dataclass(frozen=True)
class Asker:
    """The district, and whom a request comes from."""

    context: Context
    bearer: Bearer

    def who_acts(self) -> str:
        """The role by which something is done.

        Raises:
            NotTheirsError: the token may only read.
        """
        if self.bearer.by is None:
            raise NotTheirsError
        return self.bearer.by


@dataclass(frozen=True)
class Desk:
    """The district, how often who asks, and its folder, which somebody may change while the API goes on."""

    context: Context
    rate: Rate
    folder: WatchedFolder

    def admit(self, request: Request) -> Asker:
        """Whom a request comes from.

        Raises:
            NotAllowedError: from nobody who may ask.
            TooOftenError: too often.
            FaultyFolderError: nobody can be told anything by a declaration that is in pieces.
        """
        address = request.client.host if request.client else "nobody"
        try:
            found = bearer(self.context, request.headers.get("authorization"), clock.now())
        except NotAllowedError as error:
            # The name of the token, which is no secret; never what was sent.
            log.warning("refused: %s token %s, %s %s", error.why, error.token_id or "", request.method, _path(request))
            if not self.rate.takes(address):
                raise TooOftenError from None
            raise
        if not self.rate.takes(found.token_id):
            raise TooOftenError
        try:
            return Asker(self.context.under(self.folder.now()), found)
        except SifangError:
            # Which file it is and what stands in it is nobody's business out there; `sifang doctor` says it here.
            log.error("the district's folder was changed and cannot be read: `sifang doctor` says why")
            raise FaultyFolderError from None


def _path(request: Request) -> str:
    """The path as it is declared; what somebody put into it is repeated nowhere."""
    return str(getattr(request.scope.get("route"), "path", "unknown"))


def _admitted(request: Request, _: Annotated[object, Security(_declared)]) -> Asker:
    desk, route = request.app.state.desk, request.scope.get("route")
    assert isinstance(desk, Desk)
    assert isinstance(route, APIRoute)
    asker = desk.admit(request)
    if set(request.query_params) - _known(route):
        raise NotAskedForError
    return asker


def _known(route: APIRoute) -> set[str]:
    """What may stand in the query of a path: its own parameters, and the fields of one that is a whole model."""
    found: set[str] = set()
    for parameter in route.dependant.query_params:
        kind = parameter.field_info.annotation
        found |= set(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else {parameter.alias}
    return found


Here = Annotated[Asker, Depends(_admitted)]
