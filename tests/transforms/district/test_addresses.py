"""Which addresses a district may declare, and what of the environment they may name."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from transforms.district.addresses import FilePattern
from transforms.district.variables import FOLDER, printed

PATTERN: TypeAdapter[str] = TypeAdapter(FilePattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("in/*.csv", "/srv/in/**/a.csv", "$SIFANG_INBOX/*.csv", "${SIFANG_INBOX_OLD}/x", "$SIFANG_TEST_DATA/a.parquet", "C:\\in\\*.csv"),
        *("s3://bucket/in/*.csv", "gs://b/x", "az://b/x", "https://city.example/a.csv?token=$SIFANG_SECRET_CITY&from=2025"),
    ],
)
def test_paths_stores_and_the_web_are_taken(pattern: str) -> None:
    assert PATTERN.validate_python(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("$HOME/*.csv", "$HOME is not expanded here: only variables named SIFANG_INBOX"),
        ("$SIFANG_KEY/*.csv", "$SIFANG_KEY is not expanded"),
        ("${SIFANG_KEY}", "${SIFANG_KEY} is not expanded"),
        ("$SIFANG_MY_DATABASE/x", "$SIFANG_MY_DATABASE is not expanded"),
        ("$SIFANG_SECRET_CITY/x", "$SIFANG_SECRET_CITY is not expanded"),
        ("s3://bucket/$AWS_SECRET_ACCESS_KEY/x", "$AWS_SECRET_ACCESS_KEY is not expanded"),
        ("https://city.example/$SIFANG_KEY.csv", "only variables named SIFANG_SECRET_"),
        ("https://city.example/a.csv?password=hunter2", "looks like a secret"),
        ("https://city.example/a.csv?sig=hunter2", "looks like a secret"),
        ("https://me:hunter2@city.example/a.csv", "a password must not stand"),
        ("s3://me:hunter2@bucket/a.csv", "a user and a password do not stand"),
        ("file:///etc/passwd", "file:// is not read"),
        ("FILE:/etc/passwd", "file:// is not read"),
        ("memory:///x", "memory:// is not read"),
        ("ftp://city.example/a.csv", "ftp:// is not read"),
    ],
)
def test_anything_else_is_refused_in_words_that_repeat_no_secret(pattern: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PATTERN.validate_python(pattern)
    message = caught.value.errors()[0]["msg"]
    assert said in message
    assert "hunter2" not in message


def test_a_longer_name_is_another_variable() -> None:
    assert FOLDER.match("$SIFANG_INBOX_2")
    for name in ("$SIFANG_A_DATAX", "${SIFANG_A_DATA2}", "$SIFANG_KEY", "$SIFANG_DATA", "$XSIFANG_INBOX"):
        assert not FOLDER.match(name), name


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:p@ss@city.example/a?token=x#y", "https://city.example/a"),
        ("postgresql://u:p@h/db?password=x", "postgresql://h/db"),
        ("https://city.example/me@home", "https://city.example/me@home"),
    ],
)
def test_what_is_printed_of_an_address_holds_no_secret(url: str, shown: str) -> None:
    assert printed(url) == shown
