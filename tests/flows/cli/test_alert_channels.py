"""Silences, sending and tokens of the API, as people use them."""

from __future__ import annotations

import datetime as dt
import json
import re

from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.tiny import Tiny

D = ("-d", tiny.CODE)


def test_a_silence_is_made_listed_ended_and_holds_back_what_waits(rained: Tiny, sifang: Sifang) -> None:
    asked = ("alerts", "silence", "--as", "district", "--reason", "works", "--type", "rainfall", *D)
    assert "Refused" in plain(sifang(*asked, "--until", "2020-01-01T00:00"))
    assert sifang("alerts", "silence", "--as", "district", "--reason", "because", "--until", "2099-01-01T00:00", *D).code == 2
    for name in ("--type", "--subdistrict"):
        silent = ("alerts", "silence", "--as", "district", "--reason", "works", "--until", "2099-01-01T00:00", name, "nothing", *D)
        assert (sifang(*silent).code, "is no " in sifang(*silent).err) == (2, True)
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).isoformat(timespec="minutes")
    made = sifang(*asked, "--until", soon)
    assert "matches 2 now" in made.out
    name = made.out.split(":")[0]
    assert name in sifang("alerts", "silences", *D).out
    assert json.loads(sifang("alerts", "handover", "--json", *D).out)["silenced"]
    sent = json.loads(sifang("alerts", "send", "--json", *D).out)
    assert (sent["silenced"], sent["kept"]) == (2, 2)
    assert "0 silences" in sifang("alerts", "unsilence", name, "--as", "district", *D).out
    assert "2 messages left" in sifang("alerts", "send", *D).out


def test_a_token_is_shown_once_listed_by_name_and_revoked(rained: Tiny, sifang: Sifang) -> None:
    token = sifang("api", "token", "--for", "subdistrict:north", *D).out.strip()
    read = re.fullmatch(r"sft_([0-9a-f]{8})_[A-Za-z0-9_-]{43}", token)
    assert read is not None
    listed = sifang("api", "tokens", *D).out
    assert read[1] in listed
    assert token not in listed
    assert json.loads(sifang("api", "revoke", read[1], "--json", *D).out)["tokens"][0]["revoked_at"]
    assert "No token that is good" in plain(sifang("api", "revoke", read[1], *D))
    assert "no role here" in plain(sifang("api", "token", "--for", "mayor", *D))
