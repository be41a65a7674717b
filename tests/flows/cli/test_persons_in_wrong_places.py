"""Persons where nobody asks for any: in arguments, in tables that are handed over, in names of folders. None is kept, none comes back.

Persons in deliveries and in folders of districts: ``tests.flows.cli.test_planted_identities``.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import polars as pl
import pytest

from tests.helpers.command import Sifang
from tests.helpers.decoded import Search, Trace, lying_in
from tests.helpers.identities import of_every_sort
from tests.helpers.tiny import CODE, NIGHT, Tiny
from transforms.words.harmless import quoted

D = ("-d", CODE)
# Each with a person in the place of P; REF is an alert that stands.
ARGUMENTS = (
    *("alerts ack REF --as district --key P", "alerts ack P@1 --as district", "alerts assign REF --as district --to P"),
    *("alerts ack REF --as P", "alerts whistle REF --as district --to P", "alerts resolve REF --as district --outcome P"),
    *("alerts silence --as district --reason works --until 2025-06-10T09:00 --type P", "alerts unsilence P --as district"),
    *("alerts silence --as district --reason works --until 2025-06-10T09:00 --subdistrict P", "alerts route --try type=P"),
    *(
        "alerts list --subdistrict P",
        "alerts list --type P",
        "alerts show P",
        "alerts handover --subdistrict P",
        "alerts resend P",
        "cap P",
    ),
    *("alerts silence --as district --reason P --until 2025-06-10T09:00 --type level", "api token --for P", "api revoke P"),
    *(
        "find P --as district",
        "find E000N000 --as P",
        "explain --cell P",
        "explain --cell E000N000 --category P",
        "worklist --subdistrict P",
    ),
    *(
        "source reread P --reason mended",
        "source fetch P",
        "quarantine list --kind P",
        "quarantine list --source P",
        "quarantine retry --reason P",
    ),
    *(f"nights retract --from {NIGHT} --reason P", "outcomes record P --outcome fixed --on 2025-06-09", "doctor --connect P"),
    *("outcomes record E000N000 --outcome P --on 2025-06-09", "outcomes record E000N000 --outcome fixed --on P"),
)


def persons(start: int) -> list[str]:
    """One of each sort, but for those that look like a code: whoever mistypes one sees it again."""
    return [text for text in of_every_sort(start) if quoted(text) == "what was written" and not text.startswith(("-", "/", "@"))]


@pytest.mark.slow
def test_of_persons_in_wrong_places_none_is_kept_and_none_comes_back(rained: Tiny, sifang: Sifang, tmp_path: Path) -> None:
    listed = json.loads(sifang("alerts", "list", "--type", "rainfall", *D, "--json").out)["alerts"]
    planted, printed = list[str](), list[str]()

    def run(*arguments: str | Path) -> None:
        said = sifang(*arguments, *D)
        printed.append(said.out + said.err)
        assert "Traceback" not in said.out + said.err, arguments

    found = itertools.cycle(persons(100))
    for line in ARGUMENTS:
        # An alert moves on with each act; its number is looked up by the verb itself, and a stale one is refused like any.
        some = [next(found) for _ in range(3)]
        planted += some
        for text in some:
            run(
                *(
                    word.replace("REF", listed[0]["ref"]).replace("P", text) if word in {"P", "REF", "P@1", "type=P"} else word
                    for word in line.split()
                )
            )
    tables = persons(5_000)
    planted += tables
    columns = {name: tables[k::4] for k, name in enumerate(("day", "cell", "alert", "outcome"))}
    least = min(map(len, columns.values()))
    table = pl.DataFrame({name: held[:least] for name, held in columns.items()}).with_columns(pl.lit(tables[-1]).alias(tables[0]))
    (tmp_path / "outcomes.csv").write_text(table.write_csv(), "utf-8")
    run("outcomes", "import", tmp_path / "outcomes.csv")
    (tmp_path / "keys.txt").write_text("\n".join(tables), "utf-8")
    run("erase", "--source", "fire", "--keys", tmp_path / "keys.txt", "--reason", "erasure")
    told = pl.DataFrame({"origin": tables, "horizon_days": 7, "series": tables, "cell_id": tables, "mean": 1.0})
    told.write_parquet(tmp_path / "told.parquet")
    run("challenge", "--predictions", tmp_path / "told.parquet")
    for verb in ("status", "alerts silences", "alerts messages", "alerts sweep", "api tokens", "outcomes show"):
        run(*verb.split())
    traces = [*lying_in(rained.home), *(Trace("printed", text.encode("utf-8", "surrogateescape")) for text in printed)]
    assert len(traces) > 100
    assert Search(planted).found(traces) == set()


def test_a_backup_whose_folder_is_called_like_somebody_is_refused(rained: Tiny, sifang: Sifang, tmp_path: Path) -> None:
    said = sifang("backup", tmp_path / ("of 138" + "00001111"))
    assert said.code == 1
    assert "looks like personal data" in said.err
    assert not list(tmp_path.glob("of*"))
    assert not list(rained.home.glob("backups.json"))
