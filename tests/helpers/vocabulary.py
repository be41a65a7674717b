"""Every word that the project gives a meaning: verbs and options, settings, tables and views, columns, codes, keys of a declaration.

Belongs here: asking the code what there is. Does not: where it has to be documented (``tests.test_documentation``).
"""

from __future__ import annotations

import importlib
import re
import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Protocol, cast

import polars as pl
import sqlalchemy as sa
import typer.main
from pydantic import BaseModel

from tests.helpers.source import ROOT, dotted, modules


class TypeDescriptor(Protocol):
    """Of what type a parameter is."""

    annotation: object


class Option(Protocol):
    """One parameter of a verb, as the library of the command describes it."""

    name: str
    opts: list[str]
    param_type_name: str
    help: str | None
    metavar: str | None
    required: bool
    default: object
    is_flag: bool
    type_descriptor: TypeDescriptor


class Verb(Protocol):
    """One verb, or a group of such."""

    params: list[Option]
    help: str


@cache
def verbs() -> dict[str, Verb]:
    """Every verb of the command by its words, ``db upgrade``."""
    from flows.cli.app import app

    def below(command: Verb, words: str) -> Iterator[tuple[str, Verb]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words, command
        for name, verb in (inner or {}).items():
            yield from below(verb, f"{words} {name}".strip())

    return dict(below(cast("Verb", typer.main.get_command(app)), ""))


@cache
def options(verb: str) -> frozenset[str]:
    """The options of a verb, each by every name it has."""
    return frozenset(name for p in verbs()[verb].params if p.param_type_name == "option" for name in p.opts)


@cache
def settings() -> frozenset[str]:
    """Every environment variable that is a setting."""
    from infra.settings import Settings

    return frozenset(f"SIFANG_{name.upper()}" for name in Settings.model_fields)


@cache
def tables() -> dict[str, frozenset[str]]:
    """The tables of the warehouse, with their columns."""
    from infra.warehouse.tables import metadata

    return {name: frozenset(c.name for c in table.columns) for name, table in metadata.tables.items()}


def view_names() -> list[str]:
    """Every view there is, sorted."""
    return sorted(file.stem for file in (ROOT / "infra" / "views").glob("*.sql"))


@cache
def views() -> dict[str, dict[str, str]]:
    """The views that dashboards read, with the kind of each column."""
    from infra.views.columns import KINDS
    from infra.views.files import definition
    from infra.warehouse.tables import metadata

    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        for name in view_names():
            connection.exec_driver_sql(definition(name))
        inspector = sa.inspect(connection)
        found = {name: {c["name"]: _kind(c["name"], KINDS) for c in inspector.get_columns(name)} for name in view_names()}
    engine.dispose()
    return found


def _kind(column: str, kinds: Mapping[str, pl.DataType]) -> str:
    words = {pl.String: "text", pl.Date: "day", pl.Datetime: "moment", pl.Int64: "whole number", pl.Float64: "number"}
    return words[kinds[column].base_type()]


def stored() -> frozenset[str]:
    """Every table and every view."""
    return frozenset({*tables(), *views()})


@cache
def codes() -> frozenset[str]:
    """Members of every closed vocabulary and registry, reason codes, kinds and series included."""
    from transforms.alerts.types import TYPES
    from transforms.words.feeds import FEEDS
    from transforms.words.reasons import REASONS

    found = {
        *REASONS,
        *FEEDS,
        *TYPES,
        *(k.code for f in FEEDS.values() for k in f.kinds),
        *(s.code for f in FEEDS.values() for s in f.series),
    }
    for value in _values():
        if isinstance(value, type) and issubclass(value, StrEnum):
            found |= {member.value for member in value}
    return frozenset(found)


@cache
def columns() -> frozenset[str]:
    """Every column of every frame that crosses a border."""
    return frozenset(name for value in _values() if isinstance(value, pl.Schema) for name in value)


def _values() -> Iterator[object]:
    for file in modules("transforms/schema", "transforms/words"):
        yield from vars(importlib.import_module(dotted(file))).values()


@cache
def key_names() -> frozenset[str]:
    """Every key that may stand anywhere in a ``district.toml``."""
    return frozenset(field.alias or key for table in declarations().values() for key, field in table.model_fields.items())


@cache
def declarations() -> dict[str, type[BaseModel]]:
    """The tables of a ``district.toml`` by what they are called in its reference, in the order in which they are first named."""
    from transforms.district.declaration import District, Kind

    found: dict[str, type[BaseModel]] = {}
    to_do: list[type[BaseModel]] = [District]
    while to_do:
        model = to_do.pop(0)
        if title_of(model) not in found:
            found[title_of(model)] = model
            # Kinds ship with the product; no folder declares one.
            to_do += [m for field in model.model_fields.values() for m in models_in(field.annotation) if m is not Kind]
    return found


def title_of(model: type[BaseModel]) -> str:
    """What a table of a declaration is called: the words of its class."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()


def models_in(annotation: object) -> list[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in typing.get_args(annotation) for model in models_in(inner)]
