"""Texts of others before people: shown for what they are, and obeyed by nothing."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from markupsafe import Markup

from tests.helpers.identities import SORTS, of_every_sort
from transforms.words.harmless import harmless, harmless_json, harmless_within, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("渭滨区 Weibin é 12", "渭滨区 Weibin é 12"),
        ("a\u3000b\xa0c", "a\u3000b\xa0c"),
        ("[red]bold[/red]", "[red]bold[/red]"),
        ("\x1b[31mred\x1b[0m\x07", "\\x1b[31mred\\x1b[0m\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("cod\u202egnp.exe", "cod\\u202egnp.exe"),
        ("a\u200bb\u2066c\ufeff", "a\\u200bb\\u2066c\\ufeff"),
        ("a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd"),
        (os.fsdecode("警情.csv".encode("gbk")), "\\xbe\\xaf\\xc7\\xe9.csv"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_odd_is_shown(text: str, shown: str) -> None:
    assert harmless(text) == shown
    shown.encode()


def test_lines_may_stay_and_nothing_else() -> None:
    assert harmless("a\n\tb\r\x1b", lines=True) == "a\n\tb\\x0d\\x1b"


def test_every_control_and_mark_of_format_that_there_is_is_shown() -> None:
    odd = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    # Marks of number in Arabic and of hieroglyphs turn nothing and hide nothing.
    left = {0x890, 0x891, 0x8E2, *range(0x13430, 0x13440)}
    assert {hex(ord(c)) for c in odd if harmless(c) == c} - {hex(c) for c in left} == set()


def test_json_reads_back_as_it_was() -> None:
    told = {"name": "\x1b[31m\u202e警情\U000e0041\x9b", "half": "\ud83d"}
    text = harmless_json(json.dumps(told, ensure_ascii=False))
    assert json.loads(text) == told
    assert "警情" in text
    assert not {"\x1b", "\u202e", "\x9b", "\U000e0041", "\ud83d"} & {*text}


def test_whatever_is_within_is_harmless_and_keeps_its_class() -> None:
    assert harmless_within({"a\x1b": ["\u202e", 3, None]}) == {"a\\x1b": ["\\u202e", 3, None]}
    made = harmless_within(Markup("<b>\u202e</b>"))
    assert (made, type(made)) == (Markup("<b>\\u202e</b>"), Markup)


@pytest.mark.parametrize("code", ["mayor", "department:works", "3f2a91bc@x", "E012N034", "2025-13-01", "sirens", "type=surg"])
def test_a_code_that_is_mistyped_is_repeated(code: str) -> None:
    assert quoted(code) == repr(code)


def test_whatever_may_be_somebodys_is_not() -> None:
    """Of sorts that look like a code there are few: a tax code, an account, addresses of a network."""
    repeated = [sort for sort, text in zip(SORTS, of_every_sort(7), strict=True) if quoted(text) != "what was written"]
    assert len(repeated) < 5
    assert not any("name" in sort and "WeChat" not in sort and "Telegram" not in sort for sort in repeated)
    assert not any("mobile" in sort or "resident" in sort or "bank" in sort for sort in repeated)
