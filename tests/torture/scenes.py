"""The homes that are broken, grown once and copied for each round, and what is done in them.

Belongs here: growing a home on SQLite and on PostgreSQL, copying it, the commands of a scene and the moments at which they are given.
Does not: the district and its files (``tests.helpers.nine``), what happens meanwhile (``disturbances``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tests.helpers import nine, tiny
from tests.helpers.nursery import Nursery
from tests.torture.server import Server

_EARLIER = [tiny.moment(night, 6) for night in nine.NIGHTS[:2]]
# Long before what any night looks at: a purge drops these.
_ANCIENT = dt.date(2023, 10, 1)


@dataclass(frozen=True)
class Clocks:
    """The moment at which commands are given, and how far this machine's clock is off then; a server's is right."""

    true: dt.datetime
    off: dt.timedelta = dt.timedelta(0)

    def told(self) -> dict[str, str]:
        """For an order."""
        return {"at": (self.true + self.off).isoformat(), "true": self.true.isoformat()}


@dataclass(frozen=True)
class Said:
    """What one command said, how it ended, the seconds of processor time it took and the memory that its process held after it."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str
    trace: str
    seconds: float = 0.0
    bytes: int = 0


@dataclass(frozen=True)
class Scene:
    """What is done in a home: commands in their order. ``home`` is the one it begins with, ``only`` what alone may befall it.

    A command that begins with an exclamation mark is something that a person does, a city or an engine, not the program.
    """

    name: str
    home: str
    commands: tuple[tuple[str, ...], ...]
    only: tuple[str, ...] = ()

    def rest(self, answered: int) -> tuple[tuple[str, ...], ...]:
        """What a person still has to do after so many commands had their answer; before another backup, the broken one goes aside."""
        if not self.only:
            return self.commands
        return self.commands[max(answered - 1, 0) if self.commands[answered : answered + 1] == (BACKUP,) else answered :]


TONIGHT = Clocks(tiny.moment(nine.NIGHTS[2], 6))
NIGHTLY = ("nightly",)
BACKFILL = ("backfill", "--from", str(nine.NIGHTS[0]), "--to", str(nine.NIGHTS[1]), "--reason", "late-data")
# ROOT is the folder of the round.
BACKUP, RESTORE = ("backup", "ROOT/backup"), ("restore", "ROOT/backup")
ASIDE, LOSE = ("!aside", "backup"), ("!lose",)
SCENES = {
    scene.name: scene
    for scene in (
        Scene("night", "lived", (NIGHTLY,)),
        Scene("upkeep", "lived", (NIGHTLY, ("db", "compact"), ("db", "purge"))),
        # Twice, for a restated Monday has other models, with which the night is made again.
        Scene("backfill", "lived", (NIGHTLY, BACKFILL, NIGHTLY, BACKFILL)),
        Scene("safe", "lived", (NIGHTLY, ASIDE, BACKUP, LOSE, RESTORE, NIGHTLY), ("killed",)),
        Scene("first", "old schema", (("db", "upgrade"), NIGHTLY)),
    )
}


@dataclass(frozen=True)
class Place:
    """A home of one round with its district and inbox, and the address of its warehouse where that is a database of a server."""

    root: Path
    database: str | None

    @property
    def home(self) -> Path:
        """The home."""
        return self.root / "home"

    @cached_property
    def environment(self) -> dict[str, str]:
        """The settings of every command in it."""
        found = nine.environment(self.root, self.database) | {"SIFANG_DISTRICT": nine.CODE, "SIFANG_TRACEBACK": "1"}
        # A file stays where it is by default; only a server's database has an address.
        return found if self.database else {k: v for k, v in found.items() if k != "SIFANG_WAREHOUSE_URL"}


class Homes:
    """Homes to begin with, by name; each is grown at its first use and only ever copied."""

    def __init__(self, folder: Path, nursery: Nursery, server: Server | None) -> None:
        self.folder, self.nursery, self.server = folder, nursery, server
        self._grown: dict[tuple[str, bool], Place] = {}
        self._backups: dict[tuple[str, bool], Path] = {}

    def copy(self, name: str, *, on_server: bool) -> Place:
        """A fresh copy of a home."""
        grown = self._grown.get((name, on_server)) or self._grow(name, on_server=on_server)
        root = self.folder / f"round-{secrets.token_hex(4)}"
        shutil.copytree(grown.root, root, copy_function=shutil.copy2, symlinks=True)
        return Place(root, self.server.copied(grown.database) if self.server and grown.database else None)

    def backup_of(self, name: str, *, on_server: bool) -> Path:
        """A backup of a home as it begins."""
        if (name, on_server) not in self._backups:
            place = self.copy(name, on_server=on_server)
            said = self.run(place, [BACKUP], TONIGHT)
            assert [s.code for s in said] == [0], said
            kept = self.folder / f"backup-{secrets.token_hex(4)}"
            (place.root / "backup").rename(kept)
            self._backups[name, on_server] = kept
            self.drop(place)
        return self._backups[name, on_server]

    def drop(self, place: Place) -> None:
        """Remove a copy."""
        shutil.rmtree(place.root, ignore_errors=True)
        if place.database and self.server:
            self.server.drop(place.database)

    def run(self, place: Place, commands: Sequence[Sequence[str]], clocks: Clocks, harm: dict[str, Any] | None = None) -> list[Said]:
        """Run commands one after the other in a process; what each said that came to its end."""
        return self.run_all(place, [commands], clocks, harm)

    def run_all(
        self, place: Place, groups: Sequence[Sequence[Sequence[str]]], clocks: Clocks, harm: dict[str, Any] | None = None
    ) -> list[Said]:
        """Run groups of commands at once, each in a process of its own."""
        files = [place.root / f"said-{secrets.token_hex(4)}" for _ in groups]
        orders = [
            {"commands": [list(c) for c in commands], "said": str(file), "root": str(place.root), "harm": harm, **clocks.told()}
            for commands, file in zip(groups, files, strict=True)
        ]
        self.nursery.run_all(place.environment, orders)
        lines = [line for file in files if file.exists() for line in file.read_text("utf-8").splitlines()]
        return [Said(**{**told, "arguments": tuple(told["arguments"])}) for told in map(json.loads, lines)]

    def _grow(self, name: str, *, on_server: bool) -> Place:
        root = self.folder / f"{name.replace(' ', '-')}-{'server' if on_server else 'file'}"
        root.mkdir()
        nine.write(root)
        _settle_district(root)
        place = Place(root, self.server.fresh() if self.server and on_server else None)
        if name == "old schema":
            _old_schema(place)
            receive(place, 0, 1, 2)
        else:
            for number, at in enumerate(_EARLIER):
                receive(place, number)
                said = self.run(place, [NIGHTLY], Clocks(at))
                assert [(s.code, s.trace) for s in said] == [(0, "")], (said, self.nursery.said())
            _age_landing(place)
            receive(place, 2)
        self._grown[name, on_server] = place
        return place


def receive(place: Place, *numbers: int) -> None:
    """Put the files of nights into the inbox."""
    for number in numbers:
        for file in sorted((place.root / "stage" / str(number)).iterdir()):
            shutil.copyfile(file, place.root / "inbox" / file.name)


def _settle_district(root: Path) -> None:
    """A short history, so that there is something to purge, and reports of long ago."""
    declaration = root / "districts" / nine.CODE / "district.toml"
    declaration.write_text(declaration.read_text("utf-8").replace("synthetic = true\n", "synthetic = true\nhistory_days = 120\n"), "utf-8")
    for source in tiny.SOURCES:
        ancient = nine.rows_of(source, _ANCIENT, _ANCIENT + dt.timedelta(days=2), seed=9)
        ancient.with_columns(number=pl.format("ancient-{}", pl.col("number"))).write_csv(root / "stage" / "0" / f"{source}_ancient.csv")


def _age_landing(place: Place) -> None:
    """Leave what landed long ago, so that there is something to purge."""
    old = (_EARLIER[0] - dt.timedelta(days=20)).timestamp()
    for number, file in enumerate(sorted((place.home / "landing").rglob("*.parquet"))[:3]):
        ancient = file.with_name(f"{number:024x}-{file.stem.partition('-')[2]}.parquet")
        shutil.copyfile(file, ancient)
        os.utime(ancient, (old, old))


def _old_schema(place: Place) -> None:
    """A warehouse as the first version left it, without rows."""
    from alembic import command

    from infra.warehouse.database.engine import Warehouse, connect, writing
    from infra.warehouse.upgrade import _config, revisions

    engine = connect(place.database or place.home / "warehouse.db")
    try:
        with writing(Warehouse(engine, "*")) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revisions()[0])
    finally:
        engine.dispose()
