"""The paths: alerts, acts, handover, silences, CAP.

Belongs here: what each path takes and which call answers it. Does not: who may ask (``flows.api.desk``), the calls (``flows.alerts``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Query, Response

from flows.alerts import silences as silencing
from flows.alerts.acts import Done, Wish, act
from flows.alerts.caps import cap
from flows.alerts.looks import Handover, Listing, Shown, Wanted, handover, listed, shown
from flows.api.bodies import ActBody, AskedAlerts, SilenceBody
from flows.api.desk import Here, NotYetError, TooFarError
from infra import clock

router = APIRouter(prefix="/v1")
CAP_TYPE: Final = "application/cap+xml"

_Alert = Annotated[str, Path(pattern=r"^[0-9a-f]{8,20}$", description="Its identity, or at least eight of its first letters.")]
_Silence = Annotated[str, Path(pattern=r"^[0-9a-f]{10}$")]
_Text = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
# A header that is not sent is empty, not nothing: nobody can send nothing.
_Seen = Annotated[
    str, Header(alias="If-Match", pattern=r'^("?[0-9]{1,9}"?)?$', description="The number at which the alert was seen: the ETag of a look.")
]
_Key = Annotated[
    str, Header(alias="Idempotency-Key", max_length=64, pattern=r"^[A-Za-z0-9_-]*$", description="The same key is the same act.")
]


def list_alerts(here: Here, asked: Annotated[AskedAlerts, Query()]) -> Listing:
    """Alerts, those that are due first in front; those that are over only where they are asked for."""
    return listed(here.context, Wanted(**asked.model_dump()), clock.now(), here.bearer.viewer)


def show_alert(here: Here, alert: _Alert, response: Response) -> Shown:
    """One alert; its ETag is the number that an act names."""
    found = shown(here.context, alert, clock.now(), here.bearer.viewer)
    response.headers["ETag"] = f'"{found.alert.ref.partition("@")[2]}"'
    return found


def act_on_alert(here: Here, alert: _Alert, body: ActBody, if_match: _Seen = "", key: _Key = "") -> Done:
    """Do one thing about one alert, by the role of the token. Two at once get one winner and one plain refusal."""
    by, now = here.who_acts(), clock.now()
    whole = shown(here.context, alert, now, here.bearer.viewer).alert.alert_id
    if not if_match:
        raise NotYetError
    seen = int(if_match.strip('"'))
    wish = Wish(f"{whole}@{seen}", body.act, by, tuple(body.departments), body.outcome, _moment(body.until), key or None)
    return act(here.context, wish, now)


def show_cap(here: Here, alert: _Alert) -> Response:
    """The newest CAP message of an alert on safety or public order; for roles that act, since it shows the place."""
    here.who_acts()
    whole = shown(here.context, alert, clock.now(), here.bearer.viewer).alert.alert_id
    return Response(cap(here.context, whole).messages[-1].xml, media_type=CAP_TYPE)


def show_handover(here: Here, subdistrict: _Text = None) -> Handover:
    """What one shift hands over to the next."""
    here.who_acts()
    return handover(here.context, clock.now(), subdistrict, here.bearer.viewer)


def list_silences(here: Here) -> silencing.Silences:
    """Silences that hold, each with how many alerts it matches now."""
    here.who_acts()
    return silencing.silences(here.context, clock.now())


def make_silence(here: Here, body: SilenceBody) -> silencing.SilenceLine:
    """Tell nobody of some alerts for a while."""
    by, now = here.who_acts(), clock.now()
    alert = shown(here.context, body.alert, now, here.bearer.viewer).alert.alert_id if body.alert else None
    until = _moment(body.until)
    assert until is not None
    category = body.category.value if body.category else None
    wish = silencing.SilenceWish(by, body.reason, until, alert, body.type, category, body.subdistrict, body.until_calm)
    return silencing.silence(here.context, wish, now)


def end_silence(here: Here, silence: _Silence) -> silencing.Silences:
    """End a silence before its time."""
    return silencing.end(here.context, silence, here.who_acts(), clock.now())


def _moment(written: dt.datetime | None) -> dt.datetime | None:
    """A moment in UTC.

    Raises:
        TooFarError: it lies at the end of all calendars.
    """
    try:
        return written.astimezone(dt.UTC) if written else None
    except OverflowError:
        raise TooFarError from None


router.add_api_route("/alerts", list_alerts)
router.add_api_route("/alerts/{alert}", show_alert)
router.add_api_route("/alerts/{alert}/acts", act_on_alert, methods=["POST"])
router.add_api_route("/alerts/{alert}/cap", show_cap, response_class=Response, responses={200: {"content": {CAP_TYPE: {}}}})
router.add_api_route("/handover", show_handover)
router.add_api_route("/silences", list_silences)
router.add_api_route("/silences", make_silence, methods=["POST"])
router.add_api_route("/silences/{silence}", end_silence, methods=["DELETE"])
