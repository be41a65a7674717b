from __future__ import annotations

import json
import pickle
from dataclasses import dataclass

import polars as pl
import pytest

from transforms.words import Level, Words
from transforms.words.registry import Registry


def test_words_stand_in_a_sentence_and_begin_a_line() -> None:
    assert Words("黄", "yellow").capital == Words("黄", "Yellow")
    assert Words("收缩 EWMA", "shrunk EWMA").capital.en == "Shrunk EWMA"
    assert Level.RED.words.joined == "红 red"


def test_a_part_stands_in_each_language_as_it_is_said_there() -> None:
    assert Words("升至{level}级", "reached {level}").filled(level=Level.RED.words) == Words("升至红级", "reached red")
    assert Words("{days} 天", "{days} days").filled(days=7) == Words("7 天", "7 days")


def test_a_member_is_its_code_wherever_it_goes() -> None:
    assert (Level("red"), f"{Level.RED}", json.dumps({"level": Level.RED})) == (Level.RED, "red", '{"level": "red"}')
    assert pickle.loads(pickle.dumps(Level.RED)) is Level.RED
    frame = pl.DataFrame({"level": ["blue", "red"]})
    assert frame.filter(pl.col("level") == Level.RED)["level"].to_list() == ["red"]


@dataclass(frozen=True)
class Thing:
    code: str


def test_a_registry_finds_by_code_in_the_order_of_entering_and_refuses_a_second() -> None:
    things = Registry("thing", Thing("b"), Thing("a"))
    assert (list(things), len(things), things["a"], things.get("c")) == (["b", "a"], 2, Thing("a"), None)
    assert things.known("a") == "a"
    with pytest.raises(ValueError, match="there is no thing 'c'; write one of: b, a"):
        things.known("c")
    with pytest.raises(ValueError, match="there is a thing 'a' already"):
        things.enter(Thing("a"))


def test_what_is_included_is_gone_afterwards_whatever_happens() -> None:
    things = Registry("thing", Thing("a"))

    def fail() -> None:
        with things.including(Thing("b")):
            assert list(things) == ["a", "b"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(ValueError, match="already"), things.including(Thing("c"), Thing("a")):
        pass
    assert list(things) == ["a"]
