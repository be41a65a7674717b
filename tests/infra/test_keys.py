from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import keys
from infra.errors import SifangError
from infra.settings import Settings
from tests.helpers.homes import settle
from tests.helpers.keys import KEY, OTHER_KEY

NAME = "SIFANG_KEY"


def refused(text: str | None) -> str:
    with pytest.raises(SifangError) as caught:
        keys.read(text, NAME)
    said = str(caught.value)
    assert not text or text not in said
    return said


@given(st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(secret: bytes) -> None:
    text = keys.written(secret)
    assert keys.read(text, NAME) == keys.read(f" {text}\n", NAME) == secret
    assert text.startswith(keys.PREFIX)


def test_no_two_that_are_made_are_the_same() -> None:
    assert len({keys.made() for _ in range(20)}) == 20
    assert all(len(keys.read(keys.made(), NAME)) == 32 for _ in range(20))


@given(st.integers(len(keys.PREFIX), len(KEY) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_wrong_character_is_noticed(place: int, character: str) -> None:
    text = KEY[:place] + character + KEY[place + 1 :]
    if text != KEY:
        assert "a wrong character" in refused(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "is not set"),
        ("", "is not set"),
        ("0f" * 32, "is no key that `sifang key new` makes"),
        ("a password that somebody thought of", "is no key that `sifang key new` makes"),
        (KEY[:-1], "was cut"),
        (KEY + KEY, "was cut or joined"),
        (KEY[:-1] + "!", "a wrong character"),
        (keys.DEMO_KEY, "is no key that `sifang key new` makes"),
    ],
)
def test_nothing_else_is_a_key(text: str | None, says: str) -> None:
    assert says in refused(text)


def test_fingerprints_tell_keys_apart() -> None:
    assert keys.fingerprint(keys.read(KEY, NAME)) != keys.fingerprint(keys.read(OTHER_KEY, NAME))


def test_the_demos_key_is_one_in_its_own_home_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv(NAME, keys.DEMO_KEY)
    with pytest.raises(SifangError, match="is no home that `sifang demo` made"):
        Settings().hash_key()
    Settings().simulated.parent.mkdir()
    Settings().simulated.write_text("{}")
    assert Settings().hash_key() == keys.of_the_demo()


def test_a_home_of_an_older_demo_is_told_from_one_of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv(NAME, keys.DEMO_KEY)
    for folder in ("inbox/weibin", "lake/weibin"):
        (Settings().home / folder).mkdir(parents=True)
    with pytest.raises(SifangError, match=r"made by `sifang demo` of an older version.*Start anew with `sifang demo`"):
        Settings().hash_key()
