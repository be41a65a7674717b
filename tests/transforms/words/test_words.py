"""Every vocabulary: words in both languages for every member, each said once, none that nobody uses.

What is looked at is found, not listed: a new vocabulary, registry or constant in ``transforms/words`` is held to the same rules.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

import pytest

from tests.helpers.source import HOUSE, ROOT, at, dotted, modules, tell, tree
from transforms.alerts.types import TYPES
from transforms.scoring.features import Part
from transforms.words import CONTRIBUTIONS, DUTY_LEVELS, MEANINGS, Category, Level, Vocabulary, Words
from transforms.words.feeds import FEEDS
from transforms.words.reasons import REASONS

ROOM = "transforms.words"
TEMPLATES = sorted(f for package in HOUSE for f in (ROOT / package).rglob("*.j2"))
HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")


def vocabularies() -> list[type[Vocabulary]]:
    for file in modules("transforms"):
        importlib.import_module(dotted(file))
    return sorted((v for v in Vocabulary.__subclasses__() if v.__module__.startswith("transforms.")), key=lambda v: v.__name__)


def wordings() -> Iterator[tuple[str, Words]]:
    """Everything that the room calls by a name: what it is, and its words."""
    for vocabulary in vocabularies():
        yield from ((f"{vocabulary.__name__}.{member.name}", member.words) for member in vocabulary)
    for feed in FEEDS.values():
        yield f"feed {feed.code}", feed.words
        yield from ((f"series {s.code}", s.words) for s in feed.series)
        yield from ((f"kind {k.code}", k.words) for k in feed.kinds)
    for kind in TYPES.values():
        yield f"alert {kind.code}", kind.words
    yield from ((f"reason {code}", reason.words) for code, reason in REASONS.items())


def wrong(words: Words) -> str | None:
    """What is wrong with how something is called."""
    first = words.en.split()[0].strip(",")
    if not HAN.search(words.zh):
        return "has no Chinese"
    if not LATIN.search(words.en) or HAN.search(words.en):
        return "has no English, or Chinese in it"
    if not first[0].islower() and not first.isupper():
        return "begins with a capital; it stands in sentences, and a page that begins a line with it takes `capital`"
    return None


def test_every_member_of_every_vocabulary_has_words_in_both_languages() -> None:
    called = list(wordings())
    assert len(called) > 200
    tell([f"{name}: {words} {said}" for name, words in called if (said := wrong(words))])


@pytest.mark.parametrize("words", [Words("red", "red"), Words("红", "红"), Words("红", "r 红"), Words("红", "Red"), Words("红", "1")])
def test_a_wrong_word_is_found(words: Words) -> None:
    assert wrong(words)
    assert not wrong(Words("红", "red"))
    assert not wrong(Words("收缩", "KDE, 365 days"))


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda v: v.__name__)
def test_no_two_members_of_a_vocabulary_read_alike(vocabulary: type[Vocabulary]) -> None:
    assert len({m.words.zh for m in vocabulary}) == len({m.words.en for m in vocabulary}) == len(vocabulary)
    assert all(vocabulary(m.value) is m for m in vocabulary)


def test_what_is_said_beside_the_names_is_said_of_every_member() -> None:
    assert MEANINGS.keys() == set(Category)
    assert DUTY_LEVELS.keys() == set(Level)
    # Those that come from forecasts; the open stock is none.
    assert {p.value for p in Part} == set(CONTRIBUTIONS) - {"open_stock"}


def test_a_closed_list_of_codes_is_a_vocabulary() -> None:
    known = {
        "Vocabulary": "the type itself",
        "Part": "a part of the vocabulary of contributions",
        "Fault": "a kind of error, whose words are its remedies",
        "Standing": "how two stores stand to each other, which verdicts say in sentences",
        "Time": "whose clock a writer goes by, which nobody is shown",
        "Need": "what a check of the doctor needs, named within its sentences",
        **dict.fromkeys(("CapStatus", "CapKind", "CapSeverity"), "codes of the CAP standard, which are English words"),
        "Leaves": "whether a message leaves, which its delivery counts in words of its own",
        "Tier": "who may read a view, which the names of views, folders and options say",
        "Product": "what is made beside a night, named within sentences by its path",
    }
    plain = [
        at(file, node.lineno, f"{node.name} has no words: make it a Vocabulary, in {ROOM}")
        for file in modules(*HOUSE)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef)
        and any("Enum" in ast.unparse(base) for base in node.bases)
        and not node.name.startswith("_")
        and node.name not in known
    ]
    tell(plain)


def test_a_vocabulary_stands_in_the_room_of_words() -> None:
    assert {v.__module__ for v in vocabularies() if not v.__module__.startswith(f"{ROOM}.")} == set()


def defined() -> Iterator[tuple[str, str, int]]:
    """Module, name and line of everything that a file of the room defines for others."""
    for file in modules("transforms"):
        if not dotted(file).startswith(f"{ROOM}."):
            continue
        for node in tree(file).body:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            names = [t.id for t in targets if isinstance(t, ast.Name)]
            names += [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
            yield from ((dotted(file), name, node.lineno) for name in names if not name.startswith("__"))


def named_by(module: str) -> set[str]:
    """Every name that a module uses, wherever it stands."""
    file = next(f for f in modules(*HOUSE) if dotted(f) == module)
    used: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.add(node.id)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and module != ROOM:
            used |= {alias.name for alias in node.names}
    return used


def unused(names: list[tuple[str, str, int]], used: dict[str, set[str]], templates: str) -> list[str]:
    """Of what the room defines, what neither another file nor its own nor a template names."""
    return [
        f"{module}:{line}: nobody uses {name}"
        for module, name, line in names
        if not any(name in found for found in used.values()) and not re.search(rf"\b{name}\b", templates)
    ]


def test_every_word_is_used() -> None:
    used = {dotted(f): named_by(dotted(f)) for f in modules(*HOUSE)}
    tell(unused(list(defined()), used, "\n".join(f.read_text("utf-8") for f in TEMPLATES)))


def test_a_word_that_nobody_uses_is_found() -> None:
    names = [("transforms.words.x", "ORPHAN", 3), ("transforms.words.x", "DRAWN", 4), ("transforms.words.x", "KNOWN", 5)]
    assert unused(names, {"infra.y": {"KNOWN"}}, "{{ t(DRAWN) }}") == ["transforms.words.x:3: nobody uses ORPHAN"]


PAIR = re.compile(r'\(\s*"([^"]*[\u4e00-\u9fff][^"]*)",\s*"([^"]+)"')


def said_elsewhere() -> Iterator[tuple[str, str, str]]:
    """Where, Chinese and English of every pair that is written out in a file outside the room."""
    for file in [*modules(*HOUSE), *TEMPLATES]:
        if not file.is_relative_to(ROOT / "transforms" / "words") and not file.is_relative_to(ROOT / "transforms" / "alerts" / "types"):
            text = file.read_text("utf-8")
            for hit in PAIR.finditer(text):
                yield at(file, text.count("\n", 0, hit.start()) + 1, "")[:-2], hit[1], hit[2]


def repeated(pairs: list[tuple[str, str, str]], names: dict[tuple[str, str], str]) -> list[str]:
    """Of pairs written out somewhere, those that a vocabulary already says."""
    return [f"{where}: {zh} {en} are the words of {names[zh, en.lower()]}" for where, zh, en in pairs if (zh, en.lower()) in names]


def test_no_member_is_worded_twice() -> None:
    pairs = list(said_elsewhere())
    assert len(pairs) > 100
    tell(repeated(pairs, {(words.zh, words.en.lower()): name for name, words in wordings()}))


def test_a_second_wording_is_found() -> None:
    assert PAIR.findall('{{ t("红", "Red") }}') == [("红", "Red")]
    assert repeated([("here", "红", "Red"), ("here", "绿", "Green")], {("红", "red"): "Level.RED"}) == [
        "here: 红 Red are the words of Level.RED"
    ]


def test_a_member_without_words_is_no_member() -> None:
    with pytest.raises(TypeError, match="Colour has a member 'green' without words"):

        class Colour(Vocabulary):
            GREEN = "green"
