"""Where a live source is asked: one declaration per protocol, told apart by ``kind``.

Belongs here: what stands behind "from" in a source, and every rule about it that needs no network. Does not: asking
(``infra.sources.connectors``), what the columns mean (``transforms.district.source``).

A secret never stands in a folder: wherever one is needed, the name of a variable of the environment stands, $SIFANG_SECRET_ and more.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, AnyUrl, Field, ValidationError, model_validator

from transforms.district.codes import Strict

SECRET: Final = re.compile(r"\$SIFANG_SECRET_[A-Z0-9_]+")
_NAMED: Final = re.compile(r"\$\{?\w+")
_TELLING: Final = re.compile(r"token|secret|passw|pwd|auth|cookie|signature|(?:^|[_-])(?:api|app)?_?-?key$", re.IGNORECASE)
_DATASET: Final = re.compile(r"/(?:resource|d|id)/(?P<id>[a-z0-9]{4}-[a-z0-9]{4})(?:\.json)?/?$")
_LAYER: Final = re.compile(r"/(?:FeatureServer|MapServer)/\d+/?$")
_SAID: Final = "write it as $SIFANG_SECRET_NAME, and set that variable where Sifang runs"


def _only_secrets(text: str) -> str:
    if odd := [name for name in _NAMED.findall(text) if not SECRET.fullmatch(name)]:
        raise ValueError(f"{odd[0]} is not expanded here: only variables named SIFANG_SECRET_… are")
    return text


def _parts(url: str) -> AnyUrl:
    try:
        return AnyUrl(url)
    except ValidationError:
        raise ValueError("this is no address; one begins with https://") from None


def _without_plain_secret(url: str) -> str:
    parts = _parts(_only_secrets(url))
    if parts.password and not SECRET.fullmatch(parts.password):
        raise ValueError(f"a password must not stand in a folder; {_SAID}")
    if plain := [name for name, value in parts.query_params() if _TELLING.search(name) and not SECRET.search(value)]:
        raise ValueError(f"the value of {plain[0]!r} looks like a secret, which must not stand in a folder; {_SAID}")
    return url


def _of_a_database(url: str) -> str:
    # As SQLAlchemy reads it: without a host it is a socket or a file, which no other kind of address allows.
    found = re.match(r"[a-z][a-z0-9_+]*://(?:[^/@:]*(?::(?P<password>[^@/]*))?@)?", _only_secrets(url))
    if found is None:
        raise ValueError(
            "write an address as SQLAlchemy takes it, such as postgresql+psycopg://reader:$SIFANG_SECRET_DB@db.example.org/cases"
        )
    if found["password"] and not SECRET.fullmatch(found["password"]):
        raise ValueError(f"a password must not stand in a folder; {_SAID}")
    if plain := re.search(r"[?&](?:password|passwd|pwd)=(?!\$SIFANG_SECRET_)", url):
        raise ValueError(f"a password must not stand in a folder (at {plain.start()}); {_SAID}")
    return url


def _on_the_web(url: str) -> str:
    parts = _parts(_without_plain_secret(url))
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{parts.scheme}:// is not asked; write an address that begins with https://")
    if parts.username or parts.password:
        raise ValueError('a user and a password do not stand in an address; send them as a header (kind = "http") or a token')
    return url


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        _only_secrets(value)
        if _TELLING.search(name) and not SECRET.search(value):
            raise ValueError(f"the value of the header {name!r} looks like a secret, which must not stand in a folder; {_SAID}")
    return headers


WebAddress = Annotated[str, AfterValidator(_on_the_web)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Secret = Annotated[str, Field(pattern=rf"^{SECRET.pattern}$")]
# A name that is put into a query as it stands.
Identifier = Annotated[str, Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)?$")]


class _Asked(Strict):
    """What every protocol takes: the address, how long to wait, how often to ask, and whether it may be this machine."""

    url: str
    allow_local: bool = False
    timeout_s: float = Field(60.0, gt=0, le=600)
    requests_per_minute: int | None = Field(None, ge=1)

    @property
    def shown(self) -> str:
        """Where it is asked, as it may be printed: without what may be a secret."""
        return re.sub(r"//[^/@]*@", "//", self.url).partition("?")[0]


class _Paged(_Asked):
    """What comes in pages, which may be many."""

    requests_per_day: int | None = Field(None, ge=1)
    max_rows: int = Field(20_000_000, ge=1)


class _Polled(_Paged):
    """What is asked again and again: ``overlap_hours`` is how far before the newest change that was seen it is asked once more."""

    overlap_hours: float = Field(24.0, ge=0)
    page_rows: int | None = Field(None, ge=1, le=50_000)


class FromHttp(_Asked):
    """One file on a web server, read again when its mark changes."""

    kind: Literal["http"]
    url: WebAddress
    headers: Headers = Field({})


class FromSocrata(_Polled):
    """A dataset of a Socrata portal (SODA 2)."""

    kind: Literal["socrata"]
    url: WebAddress
    where: str | None = None
    token: Secret | None = None

    @model_validator(mode="after")
    def _is_a_dataset(self) -> Self:
        if not _DATASET.search(self.shown):
            raise ValueError("url: write the address of a dataset, such as https://data.example.gov/resource/abcd-1234")
        return self

    @property
    def resource(self) -> str:
        """The address that answers with rows."""
        found = _DATASET.search(self.shown)
        assert found is not None
        return f"{self.shown[: found.start()]}/resource/{found['id']}.json"


class FromArcgis(_Polled):
    """A layer of an ArcGIS FeatureServer or MapServer."""

    kind: Literal["arcgis"]
    url: WebAddress
    where: str = "1=1"
    token: Secret | None = None

    @model_validator(mode="after")
    def _is_a_layer(self) -> Self:
        if not _LAYER.search(self.shown):
            raise ValueError("url: write the address of a layer, which ends in /FeatureServer/0 or /MapServer/0")
        return self


class FromOpen311(_Paged):
    """Requests of a GeoReport v2 service. It tells no changes, so the last ``window_days`` are asked every time."""

    kind: Literal["open311"]
    url: WebAddress
    first: dt.date
    window_days: int = Field(30, ge=1)
    page_rows: int = Field(1000, ge=1, le=1000)
    jurisdiction: str | None = None
    service_codes: list[str] = Field([])
    token: Secret | None = None


class FromCkan(_Paged):
    """A resource of a CKAN portal that lies in its DataStore. It tells no changes, so all of it is asked for every time."""

    kind: Literal["ckan"]
    url: WebAddress
    resource: str = Field(pattern=r"^[0-9a-f]{8}-[0-9a-f-]{27}$")
    page_rows: int = Field(10_000, ge=1, le=32_000)
    token: Secret | None = None


class FromSql(_Polled):
    """A table or a view of a database. ``watermark`` is its column of last changes; without one all of it is asked every time."""

    kind: Literal["sql"]
    url: Annotated[str, AfterValidator(_of_a_database)]
    table: Identifier
    watermark: Identifier | None = None


Paged = FromSocrata | FromOpen311 | FromArcgis | FromSql | FromCkan
From = Annotated[
    FromHttp | FromSocrata | FromOpen311 | FromArcgis | FromSql | FromCkan,
    Field(discriminator="kind"),
]
