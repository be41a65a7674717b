"""What looks the same folds alike; what does not, does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.words.folding import as_seen, fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Vehicle \t Theft\n", "vehicle theft"),
        ("Ｖｅｈｉｃｌｅ　Ｔｈｅｆｔ", "vehicle theft"),
        ("𝐯𝐞𝐡𝐢𝐜𝐥𝐞 🅃🅷ᴇꜰᴛ", "vehicle theft"),
        ("Vе\u200bhiс\u00adlе\ufeff The\u2060ft", "vehicle theft"),
        ("\u202etheft\u202c", "theft"),
        ("the\u0336ft\ufe0f \U000e0041", "theft"),
        ("ΤΗΕFΤ", "theft"),
        ("ТНЕFТ", "theft"),
        ("ᏢᎡOTEST", "protest"),
        ("消防車通道\u3000堵塞", "消防车通道 堵塞"),
        ("臺灣 線路 漢字 髮 發", "台湾 线路 汉字 发 发"),
        ("⽕災", "火灾"),
        ("ｶﾞｽ漏れ", "ガス漏れ"),
        ("Grève, MANIFESTAÇÃO, Ruído", "greve, manifestacao, ruido"),
        ("łódź Đà Nẵng Straße ISTANBUL İstanbul ıstanbul", "lodz da nang strasse istanbul istanbul istanbul"),
        ("नमस्ते 한국어 العربية ไฟไหม้", "नमस्ते 한국어 العربية ไฟไหม้"),
        ("a\x00b\x1bc", "a b c"),
        ("", ""),
    ],
)
def test_one_spelling(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("large", "small"), [("ВЕРА", "вера"), ("ΝΕΡΌ", "νερό"), ("ПОЖАР Ё", "пожар е"), ("ÀÉÎ", "aei"), ("ՀՐԴԵՀ", "հրդեհ")]
)
def test_case_decides_nothing_in_any_script(large: str, small: str) -> None:
    assert fold(large) == fold(small)


def test_what_differs_stays_apart() -> None:
    words = [
        "火灾",
        "水灾",
        "theft 1",
        "theft 10",
        "theft l",
        "ガス",
        "カス",
        "かす",
        "вор",
        "год",
        "a/b",
        "a-b",
        "a b",
        "上访",
        "线上访问",
    ]
    assert len({fold(w) for w in words}) == len(words)


def test_a_part_folds_as_it_does_within_the_whole() -> None:
    # A converter that looks at phrases would write the first character of 乾坤 otherwise than that of 乾.
    for whole in ("乾坤", "乾燥", "著作", "藉口", "瞭望", "於是"):
        assert fold(whole) == "".join(map(fold, whole))


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "seen"),
    [("Ｔheft  1", "Theft 1"), ("ТНЕFТ", "THEFT"), ("Ｖｏｌ À", "Vol A"), ("盜​竊", "盗窃"), ("ВЕРА", "BEPA"), ("вера", "bepa")],
)
def test_case_may_be_kept(written: str, seen: str) -> None:
    assert as_seen(written) == seen
    assert fold(seen) == fold(written)


@given(st.text(max_size=30))
def test_what_is_seen_alike_folds_alike(text: str) -> None:
    assert fold(as_seen(text)) == fold(text)
    assert as_seen(as_seen(text)) == as_seen(text)
