"""`sifang cap` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.tiny import Tiny

D = ("-d", tiny.CODE)


def test_an_alert_is_printed_and_its_chain_written_and_nothing_of_a_synthetic_district_is_actual(
    rained: Tiny, sifang: Sifang, tmp_path: Path
) -> None:
    alerts = json.loads(sifang("alerts", "list", *D, "--json").out)["alerts"]
    one = next(a["ref"].split("@")[0] for a in alerts if a["category"] == "safety")
    printed = sifang("cap", one, *D)
    assert printed.out.startswith("<?xml")
    assert "<status>Test</status>" in printed.out
    assert "<polygon>" in printed.out
    assert "1: Alert" in sifang("cap", one, "--status", "Draft", "--into", str(tmp_path / "cap"), *D).out.replace("-draft.xml", "")
    assert [file.suffix for file in (tmp_path / "cap").iterdir()] == [".xml"]
    other = next(a["ref"].split("@")[0] for a in alerts if a["category"] != "safety")
    assert "does not leave as CAP" in plain(sifang("cap", other, *D))
    assert "Nothing of a synthetic district" in plain(sifang("cap", one, "--status", "Actual", *D))
    assert "no status of CAP" in plain(sifang("cap", one, "--status", "Loud", *D))
