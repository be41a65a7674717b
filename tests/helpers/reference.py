"""The parts of reference pages that follow from the code, as lines of Markdown.

Belongs here: what each part has to say. Does not: asking the code (``tests.helpers.vocabulary``), comparing and writing pages
(``tests.test_reference``).

A part stands between ``<!-- NAME: ... -->`` and ``<!-- end of NAME -->``. Where a person says what a thing means, that cell is kept from
the page, by what the cells before it name; a thing that nobody has described yet is given ``…``, which no page may keep.
"""

from __future__ import annotations

import ast
import datetime as dt
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tests.helpers import vocabulary
from tests.helpers.source import ROOT, tree
from transforms.district.declaration import Series
from transforms.district.standard import OF_A_SERIES
from transforms.words.feeds import FEEDS
from transforms.words.feeds.feed import StandardKind
from transforms.words.refusals import CLOCKS_ONLY, SUBJECTS
from transforms.words.registry import Registry

UNTOLD = "…"
# What a district holds and no folder says: it ships with the product.
SHIPPED = ("kinds",)
# Options that nearly every verb has.
EVERYWHERE = ("--district", "--json")


@dataclass(frozen=True)
class Part:
    """A part of a page that is written by its test; ``lines`` is given what stands there now."""

    page: str
    name: str
    lines: Callable[[Sequence[str]], list[str]]

    @property
    def begins(self) -> str:
        """The line before it."""
        return f"<!-- {self.name}: written by tests/test_reference.py -->"

    @property
    def ends(self) -> str:
        """The line after it."""
        return f"<!-- end of {self.name} -->"


def parts() -> list[Part]:
    """Every part of every page."""
    return [
        Part("flows/cli/README.md", "commands", lambda _: commands()),
        Part("flows/cli/README.md", "faults", lambda _: faults()),
        Part("infra/README.md", "settings", lambda _: settings()),
        Part("infra/sources/README.md", "endings", lambda _: endings()),
        Part("infra/sources/README.md", "limits", lambda _: limits()),
        Part("infra/warehouse/README.md", "tables", tables),
        *(Part("infra/views/README.md", f"columns of {view}", columns_of(view)) for view in vocabulary.views()),
        Part("transforms/words/README.md", "reasons", lambda _: reasons()),
        Part("transforms/words/README.md", "reasons for no score", lambda _: no_scores()),
        *(Part("transforms/words/README.md", f"kinds of {code}", kinds_of(code)) for code in FEEDS),
        Part("transforms/words/README.md", "series", lambda _: series()),
        Part("transforms/words/README.md", "refused phrases", lambda _: refused_phrases()),
        *(Part("transforms/district/README.md", f"keys of {name}", keys_of(model)) for name, model in vocabulary.declarations().items()),
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of Markdown."""
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows)]


def cells(line: str) -> list[str]:
    """The cells of one line of a table; a bar behind a backslash is no border."""
    return [c.strip().replace("\0", r"\|") for c in line.replace(r"\|", "\0").strip().strip("|").split("|")]


def told(before: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose last column is a person's, kept by the first."""
    kept = {cells(line)[0]: cells(line)[-1] for line in before if line.startswith("|")}
    return table(head, [(*row, kept.get(row[0], UNTOLD)) for row in rows])


def commands() -> list[str]:
    """Every verb with its arguments and options; those that nearly all have are explained once."""
    lines: list[str] = []
    for words, verb in vocabulary.verbs().items():
        arguments = [_argument(p) for p in verb.params if p.param_type_name == "argument"]
        shared = [f"`{p.opts[0]}`" for p in verb.params if p.opts[0] in EVERYWHERE]
        takes_also = f" Takes {', '.join(shared)}." if shared else ""
        lines += [f"### `{' '.join(['sifang', words, *arguments])}`", "", f"{verb.help}{takes_also}", ""]
        own = [_option(p) for p in verb.params if p.opts[0] not in EVERYWHERE and (p.help or p.param_type_name == "option")]
        lines += [*table(("option", "default", "is"), own), ""] if own else []
    return lines[:-1]


def _argument(parameter: vocabulary.Option) -> str:
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.required else f"[{name}]"


def _option(parameter: vocabulary.Option) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`", "required" if parameter.required else "", parameter.help or ""
    given = "" if parameter.is_flag else f" {parameter.metavar or _kind(parameter)}"
    default = "required" if parameter.required else "" if parameter.default in (None, False) else f"`{parameter.default}`"
    return f"`{parameter.opts[0]}{given}`", default, parameter.help or ""


def _kind(parameter: vocabulary.Option) -> str:
    kind = parameter.type_descriptor.annotation
    return {"int": "N", "float": "X", "Path": "PATH"}.get(getattr(kind, "__name__", ""), "TEXT")


def faults() -> list[str]:
    """What is planted into a home, and must be named by the doctor."""
    from tests.helpers.planted import FAULTS

    rows = [(name, "a note" if f.ok is None else "a fault", "`--deep`" if f.deep else "") for name, f in FAULTS.items()]
    return table(("what is wrong", "told as", "needs"), rows)


def settings() -> list[str]:
    """Every setting, with what its own docstring in the code says of it."""
    from infra.settings import Settings

    said = docstrings_of_fields("infra/settings.py", "Settings")
    rows = [
        (f"`SIFANG_{name.upper()}`", "none" if field.default is None else f"`{field.default}`", said[name])
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "default", "is"), rows)


def docstrings_of_fields(file: str, owner: str) -> dict[str, str]:
    """The text under each field of a class."""
    body = next(n for n in tree(ROOT / file).body if isinstance(n, ast.ClassDef) and n.name == owner).body
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def endings() -> list[str]:
    """Which ending stands for which format."""
    from infra.sources.formats import ENDINGS, READERS

    by_format = {name: [e for e, f in ENDINGS.items() if f == name] for name in READERS}
    return table(("format", "endings"), [(f"`{name}`", ", ".join(f"`{e}`" for e in found)) for name, found in by_format.items()])


def limits() -> list[str]:
    """What one file may cost."""
    from infra.sources.limits import LIMITS, MAX_JSON_BYTES

    said = {
        "bytes, unpacked": f"{LIMITS.bytes >> 20:,} MiB",
        "bytes of a JSON document": f"{MAX_JSON_BYTES >> 20} MiB",
        f"bytes against those packed, above {LIMITS.any_ratio_bytes >> 20} MiB": f"{LIMITS.ratio} times",
        "files in an archive": f"{LIMITS.members:,}",
        "rows": f"{LIMITS.rows:,}",
        "cells, rows times wanted columns": f"{LIMITS.cells:,}",
        "values of a table, as text": f"{LIMITS.bytes >> 20:,} MiB",
        "memory of its reader": f"{LIMITS.memory_bytes >> 20:,} MiB",
        "time of its reader": f"{LIMITS.seconds:g} s",
    }
    return table(("of one file", "at most"), list(said.items()))


def tables(before: Sequence[str]) -> list[str]:
    """Every table with its key and its other columns; what it holds is said by a person."""
    from infra.warehouse.tables import metadata

    rows = []
    for name, stored in sorted(metadata.tables.items()):
        key = [c.name for c in stored.primary_key.columns]
        rest = [c.name for c in stored.columns if c.name not in key]
        rows.append((f"`{name}`", ", ".join(f"`{c}`" for c in key), ", ".join(f"`{c}`" for c in rest)))
    return told(before, ("table", "key", "columns", "holds"), rows)


def columns_of(view: str) -> Callable[[Sequence[str]], list[str]]:
    """The columns of a view; what each is is said by a person."""
    rows = [(f"`{name}`", kind) for name, kind in vocabulary.views()[view].items()]
    return lambda before: told(before, ("column", "type", "is"), rows)


def reasons() -> list[str]:
    """Every reason code of a row or a batch, by what it does."""
    from transforms.words.reasons import REASONS

    return table(("code", "does", "中文", "English"), [(f"`{r.code}`", r.tier.value, r.words.zh, r.words.en) for r in REASONS.values()])


def no_scores() -> list[str]:
    """Every reason for a cell without a score."""
    from transforms.words.reasons import NotScored

    return table(("code", "中文", "English"), [(f"`{n.value}`", n.words.zh, n.words.en) for n in NotScored])


def kinds_of(feed: str) -> Callable[[Sequence[str]], list[str]]:
    """The kinds of a feed: what each is forecast with, and what it is marked as."""
    rows = [
        (f"`{k.code}`", k.words.zh, k.words.en, f"`{k.series}`" if k.series else "", str(k.severity_1_4), ", ".join(marks(k)))
        for k in FEEDS[feed].kinds
    ]
    return lambda _: table(("kind", "中文", "English", "series", "severity", "marked"), rows)


def marks(kind: StandardKind) -> list[str]:
    """What a kind is besides its series."""
    said = {"standing": kind.standing, "officer-initiated": kind.officer_initiated, "**sensitive**": kind.sensitive}
    return [
        *(word for word, holds in said.items() if holds),
        *(["clocks alone"] if kind.code == CLOCKS_ONLY else []),
        *(["catch-all"] if kind.is_catch_all else []),
    ]


def series() -> list[str]:
    """Every series with the harm of one event and the reason for it."""
    rows = [
        (f"`{s.code}`", f"`{feed.category}`", s.words.zh, s.words.en, f"{s.weight:g}", s.reason)
        for feed in FEEDS.values()
        for s in feed.series
    ]
    return table(("series", "category", "中文", "English", "weight", "because"), rows)


def refused_phrases() -> list[str]:
    """Every refused subject with the phrases of its first two languages, how many languages it has, and the harmless ones that hold one."""
    lines = []
    for subject in SUBJECTS:
        others = ", ".join(language for language in subject.phrases if language not in ("zh", "en"))
        lines += [
            f"- **{subject.words.zh} {subject.words.en}** (`{subject.code}`; also {others}): {len(subject.harmless)} harmless phrases pass"
        ]
    return lines


def keys_of(model: type[BaseModel]) -> Callable[[Sequence[str]], list[str]]:
    """The keys of one table of a ``district.toml``: what each takes and what it is when left out; what it means is said by a person."""
    fields = {n: f for n, f in model.model_fields.items() if n not in SHIPPED and (model is not Series or n in OF_A_SERIES)}
    rows = [(f"`{f.alias or name}`", takes(f.annotation, f.metadata), default_of(f)) for name, f in fields.items()]
    return lambda before: told(before, ("key", "takes", "default", "means"), rows)


def default_of(field: FieldInfo) -> str:
    """What a key is where nobody gives it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return ""
    if isinstance(default, BaseModel | list | tuple | dict):
        return f"`{toml(default)}`" if default and isinstance(default, list) else ""
    return f"`{toml(default)}`"


def toml(value: object) -> str:
    """A value as it is written in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dt.time):
        return f"{value:%H:%M:%S}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def takes(annotation: object, metadata: Sequence[object] = ()) -> str:
    """What may stand at a key, in words."""
    for registry in (getattr(getattr(m, "func", None), "__self__", None) for m in metadata):
        if isinstance(registry, Registry):
            return ", ".join(f"`{toml(code)}`" for code in registry)
    origin, inner = typing.get_origin(annotation), [a for a in typing.get_args(annotation) if a is not type(None)]
    if origin is typing.Annotated:
        return takes(inner[0], inner[1:])
    if origin is typing.Literal:
        return ", ".join(f"`{toml(v.value if isinstance(v, StrEnum) else v)}`".replace("|", r"\|").replace("\t", r"\t") for v in inner)
    if origin is list or (origin is tuple and inner[-1] is Ellipsis):
        return f"list: {takes(inner[0])}"
    if origin is tuple:
        return "[longitude, latitude]"
    if origin is dict:
        return f"table: {takes(inner[0])} = {takes(inner[1])}"
    if inner:
        return " or ".join(dict.fromkeys(takes(a, metadata) for a in inner))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{vocabulary.title_of(annotation)}](#{vocabulary.title_of(annotation).replace(' ', '-')})"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{toml(m.value)}`" for m in annotation)
    plain = {str: "text", bool: "true, false", int: "whole number", float: "number", dt.date: "date", dt.time: "time"}
    return plain[annotation] + bounds(metadata)  # type: ignore[index]


def bounds(metadata: Sequence[object]) -> str:
    """Between which numbers a number lies."""
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    every = [m for one in metadata for m in (one, *getattr(one, "metadata", []))]
    said = [f"{sign} {getattr(m, name):g}" for m in every for name, sign in signs.items() if getattr(m, name, None) is not None]
    return f" {' and '.join(dict.fromkeys(said))}" if said else ""
