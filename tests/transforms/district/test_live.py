from __future__ import annotations

import pytest
from pydantic import ValidationError

from transforms.district.source import Source

COLUMNS = {"occurred_at": "t", "lon": "x", "lat": "y"}


def source(live: dict[str, object] | None, **changes: object) -> Source:
    declared = {"code": "a", "feed": "stability", "key": ["k"], "columns": COLUMNS, "kind": "service_general", **changes}
    return Source.model_validate({**declared, **({"from": live} if live is not None else {})})


FINE: list[dict[str, object]] = [
    {"kind": "http", "url": "https://city.example/cases.csv?key=$SIFANG_SECRET_A", "headers": {"Authorization": "Bearer $SIFANG_SECRET_B"}},
    {"kind": "socrata", "url": "https://city.example/resource/abcd-1234", "token": "$SIFANG_SECRET_A"},
    {"kind": "socrata", "url": "https://city.example/Safety/Cases/abcd-1234".replace("/Safety/Cases", "/d")},
    {"kind": "open311", "url": "https://city.example/open311/v2", "first": "2026-01-01"},
    {"kind": "arcgis", "url": "https://city.example/arcgis/rest/services/a/FeatureServer/0"},
    {
        "kind": "sql",
        "url": "postgresql+psycopg://reader:$SIFANG_SECRET_A@db.example/cases",
        "table": "public.cases",
        "watermark": "changed",
    },
    {"kind": "ckan", "url": "https://city.example", "resource": "01234567-89ab-cdef-0123-456789abcdef"},
]


@pytest.mark.parametrize("live", FINE, ids=[str(f["kind"]) for f in FINE])
def test_what_is_declared_is_stored_and_read_back(live: dict[str, object]) -> None:
    declared = source(live)
    assert declared.live is not None
    assert Source.model_validate(declared.model_dump(mode="json")) == declared
    assert "?" not in declared.live.shown
    assert "SECRET" not in declared.live.shown


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ({"kind": "http", "url": "https://city.example/x?token=abc123"}, "looks like a secret"),
        ({"kind": "http", "url": "https://me:abc123@city.example/x"}, "a password must not stand"),
        ({"kind": "http", "url": "https://city.example/x", "headers": {"X-Api-Key": "abc123"}}, "looks like a secret"),
        ({"kind": "http", "url": "https://city.example/$HOME"}, "$HOME is not expanded here"),
        ({"kind": "http", "url": "https://city.example/$SIFANG_KEY"}, "$SIFANG_KEY is not expanded here"),
        ({"kind": "http", "url": "file:///etc/passwd"}, "file:// is not asked"),
        ({"kind": "http", "url": "ftp://city.example/x"}, "ftp:// is not asked"),
        ({"kind": "http", "url": "cases.csv"}, "this is no address"),
        ({"kind": "socrata", "url": "https://city.example/x"}, "the address of a dataset"),
        ({"kind": "socrata", "url": "https://city.example/resource/abcd-1234", "token": "abc123"}, "SIFANG_SECRET_"),
        ({"kind": "arcgis", "url": "https://city.example/arcgis/rest/services/a/FeatureServer"}, "the address of a layer"),
        ({"kind": "sql", "url": "postgresql://me:abc123@db/cases", "table": "cases"}, "a password must not stand"),
        ({"kind": "sql", "url": "mysql://db/cases?password=abc123", "table": "cases"}, "a password must not stand"),
        ({"kind": "sql", "url": "sqlite:///x.db", "table": "cases; drop table cases"}, "table"),
        ({"kind": "ckan", "url": "https://city.example", "resource": "x"}, "resource"),
        ({"kind": "soap", "url": "https://city.example"}, "kind"),
        ({"kind": "http", "url": "https://city.example", "page_rows": 3}, "page_rows"),
    ],
)
def test_what_is_wrong_is_named(live: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        source(live)
    assert said in str(error.value)


def test_a_source_comes_from_one_place() -> None:
    for live, files in ((None, []), (FINE[1], ["x.csv"])):
        with pytest.raises(ValidationError, match="'files', or 'from' a live source"):
            source(live, files=files)
