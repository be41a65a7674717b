"""Buttons on the served pages: for the role that signed in, by the API's own calls, and by nobody who only makes a browser ask."""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from flows.api.app import api
from flows.tell.export import export
from flows.tell.site import Tier, write_site
from infra import clock
from infra.pages.site.desk import refusals
from infra.pages.site.write import LEAVES
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.keeping.locks import held
from infra.warehouse.views import view_rows
from tests.helpers.browsing import PHONE, browser, graves
from tests.helpers.desk_served import Duty, listening, on_duty
from tests.helpers.tiny import CODE, NIGHT
from transforms.words import AlertState, Outcome, Refused
from transforms.worklist.visits import visits_known

STAFF = f"/site/{CODE}/staff"
PAGE = {"Sifang-Page": "1", "Sec-Fetch-Site": "same-origin"}
HERE = {"Host": "sifang.example", "Origin": "http://sifang.example"}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """What the clock says; a test moves it on."""
    times = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    return times


@pytest.fixture
def duty(district_root: Path, monkeypatch: pytest.MonkeyPatch, now: list[dt.datetime]) -> Iterator[Duty]:
    with on_duty(district_root, monkeypatch) as made:
        yield made


@pytest.fixture
def client(duty: Duty) -> Iterator[TestClient]:
    with closing(TestClient(duty.app)) as made:
        yield made


def signed_in(duty: Duty, role: str) -> dict[str, str]:
    """What a browser sends by itself, whoever makes it ask."""
    return {"Authorization": f"Basic {b64encode(f'me:{duty.token(role)}'.encode()).decode()}"}


def top(duty: Duty) -> dict[str, Any]:
    return alerts_of(duty.context.warehouse).filter(pl.col("type") == "damp").sort("alert_id").to_dicts()[0]


def send(client: TestClient, one: dict[str, Any], headers: dict[str, str], **more: Any) -> Any:
    asked = {"json": {"act": "acknowledge"}, **more}
    return client.post(f"{STAFF}/act/v1/alerts/{one['alert_id']}/acts", headers={"If-Match": '"1"', **headers}, **asked)


def test_a_forged_request_from_another_site_does_nothing(client: TestClient, duty: Duty) -> None:
    one, me = top(duty), signed_in(duty, "district")
    form = {"data": {"act": "acknowledge"}, "json": None}
    forged: list[tuple[dict[str, str], dict[str, Any]]] = [
        # A form or an image, as a browser sends them along with the password; then with a header that none can have.
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, form),
        ({"Sec-Fetch-Site": "same-site"}, form),
        ({"Sec-Fetch-Site": "same-origin"}, {}),
        ({**PAGE, "Sec-Fetch-Site": "cross-site"}, {}),
        ({**PAGE, "Sec-Fetch-Site": "same-site"}, {}),
        ({**PAGE, "Sec-Fetch-Site": "none"}, {}),
        # A browser that says nothing of the kind, over a connection that is not encrypted.
        ({"Sifang-Page": "1", **HERE, "Origin": "http://evil.example"}, {}),
        ({"Sifang-Page": "1", **HERE, "Origin": "null"}, {}),
        ({"Sifang-Page": "1"}, {}),
    ]
    for headers, more in forged:
        answer = send(client, one, {**me, **headers}, **more)
        assert (answer.status_code, answer.json()["why"]) == (403, "elsewhere_from"), headers
    # Asked for leave first, nobody is given any; and the API itself takes no password.
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "sifang-page"}
    leave = client.options(f"{STAFF}/act/v1/alerts/{one['alert_id']}/acts", headers={**me, **asked})
    assert not [name for name in leave.headers if name.startswith("access-control")]
    plain = client.post(f"/api/{CODE}/v1/alerts/{one['alert_id']}/acts", headers={**me, **PAGE, "If-Match": '"1"'}, json={"act": "close"})
    assert plain.status_code == 401
    assert top(duty)["seq"] == 1
    for headers in ({**PAGE}, {"Sifang-Page": "1", **HERE}):
        fine = send(client, top(duty), {**me, **headers, "If-Match": f'"{top(duty)["seq"]}"'}, json={"act": "wait", "until": later(2)})
        assert fine.status_code == 200, fine.text
        assert send(client, one, headers).status_code == 401


def later(days: int) -> str:
    return (clock.now() + dt.timedelta(days=days)).isoformat()


def test_no_page_is_shown_in_the_frame_of_another(client: TestClient, duty: Duty) -> None:
    me = signed_in(duty, "district")
    for path in (f"{STAFF}/index.html", f"{STAFF}/alerts.html", f"/briefs/{CODE}/{NIGHT}.html", "/", f"/site/{CODE}/shared/index.html"):
        answer = client.get(path, headers=me)
        assert (answer.status_code, answer.headers["x-frame-options"]) == (200, "DENY"), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert client.get(f"{STAFF}/alerts.html", headers=me).headers["cache-control"] == "no-store"


def test_each_role_is_offered_what_is_its_own(client: TestClient, duty: Duty) -> None:
    def offered(role: str) -> tuple[str, set[str], int]:
        text = client.get(f"{STAFF}/alerts.html", headers=signed_in(duty, role)).text
        return text, set(re.findall(r'data-act="(\w+)"', text)), text.count("data-visit=")

    one = top(duty)
    command = {"acknowledge", "assign", "whistle", "wait", "resolve", "close"}
    text, acts, visits = offered("district")
    assert (acts, visits) == (command, 10 * len(Outcome))
    assert one["alert_id"] in text
    own, other = ("south", "north") if one["subdistrict"] == "south" else ("north", "south")
    text, acts, _ = offered(f"subdistrict:{own}")
    assert acts == command | {"hand_up"}
    assert one["alert_id"] in text
    text, _, _ = offered(f"subdistrict:{other}")
    assert f'data-alert="{one["alert_id"]}"' not in text
    assert offered("department:works")[1:] == (set(), 0)
    send(client, one, {**signed_in(duty, "district"), **PAGE}, json={"act": "assign", "departments": ["works"]})
    assert offered("department:works")[1:] == ({"accept", "decline", "arrive", "report_back", "resolve"}, 0)
    assert offered("department:water")[1:] == (set(), 0)
    # Who may only look has nothing to press, nor has anybody in a folder.
    assert offered("reader")[1:] == (set(), 0)
    write_site(duty.context, Tier.STAFF)
    for file in (duty.context.settings.site / CODE / "staff").iterdir():
        assert not re.search(r'class="acts|connect-src|data-act=|fetch\(', file.read_text("utf-8")), file


def test_pages_hide_the_places_that_the_api_hides(client: TestClient, duty: Duty) -> None:
    areas = dict(duty.context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    names = [leaf.code for leaf in LEAVES[Tier.STAFF]]

    def told(role: str) -> set[str]:
        """Every cell that is named on any page."""
        me = signed_in(duty, role)
        texts = [client.get(f"{STAFF}/{name}.html", headers=me) for name in names]
        assert {text.status_code for text in texts} == {200}, role
        assert client.get(f"{STAFF}/", headers=me).status_code == 200
        return {cell for cell in areas if any(re.search(rf"\b{cell}\b", text.text) for text in texts)}

    assert told("district") == set(areas)
    for own in ("north", "south"):
        assert told(f"subdistrict:{own}") == {cell for cell, area in areas.items() if area == own}
    assert told("department:works") == set()
    one = top(duty)
    send(client, one, {**signed_in(duty, "district"), **PAGE}, json={"act": "assign", "departments": ["works"]})
    assert told("department:works") == {one["subject"]}
    # The brief tells of every place; who may only read sees what everybody sees.
    for role, pages, brief in (
        ("district", 200, 200),
        ("subdistrict:north", 200, 403),
        ("department:works", 200, 403),
        ("reader", 403, 403),
    ):
        me = signed_in(duty, role)
        assert {client.get(f"{STAFF}/{name}.html", headers=me).status_code for name in names} == {pages}, role
        assert client.get(f"/briefs/{CODE}/{NIGHT}.html", headers=me).status_code == brief, role
        assert f"briefs/{CODE}" not in client.get(f"{STAFF}/index.html", headers=me).text or role == "district"
        assert client.get(f"{STAFF}/other.html", headers=me).status_code in {403, 404}


def test_what_is_refused_is_said_in_both_languages() -> None:
    said = refusals()
    assert {code.value for code in Refused} <= said.keys()
    assert all(zh and en and zh != en for zh, en in said.values())


def test_an_outcome_enters_moves_the_alerts_of_its_place_and_may_be_corrected(client: TestClient, duty: Duty) -> None:
    one, me = top(duty), {**signed_in(duty, "district"), **PAGE}
    about = {"day": NIGHT.isoformat(), "cell": one["subject"]}

    def tell(outcome: str, who: dict[str, str] = me, **other: str) -> Any:
        return client.post(f"{STAFF}/act/v1/visits", headers=who, json={**about, "outcome": outcome, **other})

    assert tell("fixed").json() == {"known": False, "alerts": 1}
    assert top(duty)["state"] == AlertState.RESOLVED
    assert tell("fixed").json() == {"known": True, "alerts": 0}
    assert tell("nothing_found").json() == {"known": False, "alerts": 0}
    lake = duty.context.lake
    told = visits_known(lake.visits(), clock.now(), lake.sequence()).filter(cell_id=one["subject"], day=NIGHT)
    assert told["outcome"].to_list() == ["nothing_found"]
    assert [tell("fixed", day="2025-06-30").json()["why"], tell("fixed", cell="x9").json()["why"]] == ["day", "place"]
    other = "north" if one["subdistrict"] == "south" else "south"
    for role in (f"subdistrict:{other}", "department:works", "reader"):
        assert tell("fixed", {**signed_in(duty, role), **PAGE}).status_code == 403
    assert tell("fixed", {**signed_in(duty, f"subdistrict:{one['subdistrict']}"), **PAGE}).status_code == 200
    with held(duty.context.warehouse):
        busy = tell("visited")
    assert (busy.status_code, busy.json()["why"]) == (409, "busy")


@pytest.mark.slow
def test_on_a_phone_the_top_alert_is_acknowledged_and_every_place_says_so(duty: Duty, now: list[dt.datetime], tmp_path: Path) -> None:
    one = standing(duty)
    token = duty.token("district")
    brief = (duty.context.settings.briefs / CODE / f"{NIGHT}.html").read_text("utf-8")
    problems: list[str] = []
    with listening(duty), browser() as found:
        context = found.new_context(viewport={"width": PHONE, "height": 844}, http_credentials={"username": "me", "password": token})
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text))
        page.goto(f"{duty.staff}/alerts.html")
        card = page.locator("#desk .ask").first
        identity = card.get_attribute("data-alert")
        assert identity == one["alert_id"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert graves(page) == []
        button = card.get_by_role("button", name="确认")
        box = button.bounding_box()
        assert box is not None
        assert (box["height"] >= 44, box["x"] >= 0, box["x"] + box["width"] <= PHONE) == (True, True, True)
        now[0] += dt.timedelta(minutes=5)
        with page.expect_navigation():
            button.click()
        agree(page, duty, tmp_path, token, one["alert_id"])
        # What stands on another screen is refused, and said in the language of the page.
        other = context.new_page()
        other.goto(f"{duty.staff}/alerts.html")
        other.click("[data-set-lang=en]")
        page.reload()
        page.locator("#desk .ask").first.get_by_text("Resolve").click()
        with page.expect_navigation():
            page.locator("#desk .ask").first.get_by_role("button", name="Fixed").click()
        stale = other.locator(f'[data-alert="{identity}"]')
        stale.get_by_text("Wait").click()
        stale.get_by_role("button", name="3 days").click()
        stale.locator(".answered.refused").wait_for()
        assert "It has moved on since it was looked at" in stale.locator(".answered .en").first.inner_text()
        # The outcome of a visit, by a press.
        visit = page.locator("[data-day]").first
        visit.locator("summary").click()
        with page.expect_navigation():
            visit.get_by_role("button", name="Nothing found").click()
        assert visit.locator(".state .en").inner_text() == "Nothing found"
        assert visit.locator(".answered .en").inner_text() == "Done"
        context.close()
    # A refusal is an answer of 412, which a browser notes.
    assert [said for said in problems if "412" not in said] == []
    assert (duty.context.settings.briefs / CODE / f"{NIGHT}.html").read_text("utf-8") == brief


def standing(duty: Duty) -> dict[str, Any]:
    """The alert that stands on top of the page."""
    going_on = view_rows(duty.context.warehouse, "dash_alerts_v1").filter(pl.col("is_going_on") == 1)
    order = pl.col("level").replace_strict({"blue": 0, "yellow": 1, "orange": 2, "red": 3}, default=-1, return_dtype=pl.Int64)
    return going_on.sort(order, "opened_night", "alert_id", descending=[True, True, False]).to_dicts()[0]


def agree(page: Page, duty: Duty, out: Path, token: str, identity: str) -> None:
    """State, clock and counts of one alert and of all: the page after a reload, the view, the API and the CSV."""
    page.reload()
    zone = duty.context.district.zone
    row = view_rows(duty.context.warehouse, "dash_alerts_v1").filter(alert_id=identity).to_dicts()[0]
    assert (row["state"], row["acknowledged_at"]) == ("acknowledged", clock.now())
    due = f"{row['next_due_at'].astimezone(zone):%Y-%m-%d %H:%M}"
    card = page.locator(f'[data-alert="{identity}"]')
    assert card.locator(".state .zh").inner_text() == AlertState.ACKNOWLEDGED.words.zh
    assert due in card.inner_text()
    table = page.locator("section", has=page.get_by_role("heading", name="在办预警")).locator("tbody tr")
    assert [AlertState.ACKNOWLEDGED.words.zh in table.nth(0).inner_text(), due in table.nth(0).inner_text()] == [True, True]
    with closing(TestClient(api(duty.context))) as asked:
        said = asked.get(f"/v1/alerts/{identity}", headers={"Authorization": f"Bearer {token}"}).json()
        listed = asked.get("/v1/alerts", headers={"Authorization": f"Bearer {token}"}).json()["alerts"]
    assert (said["alert"]["state"], dt.datetime.fromisoformat(said["alert"]["due"])) == ("acknowledged", row["next_due_at"])
    file = export(duty.context, "dash_alerts_v1", out / "alerts.csv").file
    written = pl.read_csv(file, infer_schema=False)
    (line,) = written.filter(alert_id=identity).to_dicts()
    assert line["state"] == "acknowledged"
    # How many go on, and how many of them were acknowledged: the same everywhere.
    counts = [
        (table.count(), table.filter(has_text=AlertState.ACKNOWLEDGED.words.zh).count()),
        (len(listed), sum(each["state"] == "acknowledged" for each in listed)),
        (len(on := written.filter(is_going_on="1")), len(on.filter(state="acknowledged"))),
    ]
    assert counts == [(counts[0][0], 1)] * 3
