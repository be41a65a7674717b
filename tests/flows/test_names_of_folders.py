"""Any name that the system can hold is a name: a night runs whatever home, inbox and district folder are called."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from flows.alerts.deliver import deliver as send
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.brief import write_brief
from flows.upkeep import compact, purge
from tests.helpers import tiny
from tests.helpers.homes import opened
from tests.helpers.tiny import NIGHT, moment, reports

DAY = dt.timedelta(days=1)

# Each is the name of the folder that holds home, inbox and districts, so each of the three has it in its path.
NAMES = {
    "space": "with space",
    "decomposed": "e\u0301",
    "chinese": "家",
    "percent": "100%",
    "escape": "%20",
    "escaped slash": "a%2Fb",
    "hash": "a#b",
    "equals": "feed=x",
    "question": "a?b",
    "brackets": "[ab]",
    "star": "a*b",
    "bar": "a|b",
    "backslash": "a\\b",
    "colon": "a:b",
    "newline": "new\nline",
    "quotes and tab": "a'b\"c;\td",
    "dollar": "$HOME",
    "tilde": "~",
    "leading and trailing space": " a ",
    "scheme": "s3:",
    "no UTF-8": os.fsdecode(b"\xff\xfe"),
    "right to left": "a\u202eb",
}


# Every day those that broke most; CI tries all.
_DAILY = ("escape", "question", "no UTF-8")


@pytest.mark.parametrize("name", [pytest.param(n, id=i, marks=() if i in _DAILY else pytest.mark.lengthy) for i, n in NAMES.items()])
def test_a_night_runs_in_a_folder_of_any_name(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    root = tmp_path / name
    shutil.copytree(filled, root)
    with opened(root, monkeypatch) as district:
        tiny.deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "new")
        accepted = [r.accepted for r in district.ingest(moment(NIGHT + DAY))]
        assert len(accepted) == 1
        before = district.context.lake.read()
        outcome = run_night(district.context, nightly_run(district.context, NIGHT + DAY, None, "first"))
        assert outcome.summary.levels
        assert compact(district.context).files_joined > 0
        assert purge(district.context, moment(NIGHT + DAY), dry_run=False).lake_rows == 0
        assert district.context.lake.read().sort("report_id", "recorded_seq").equals(before.sort("report_id", "recorded_seq"))
        send(district.context)
        assert write_brief(district.context, NIGHT + DAY).is_file()
    # Everything lies in the home, and nothing beside it: no path was taken for something else.
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]
    assert sorted(p.name for p in root.iterdir()) == ["districts", "home", "inbox"]
    assert {"briefs", "lake", "landing", "warehouse.db"} <= {p.name for p in (root / "home").iterdir()}
