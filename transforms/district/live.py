"""Where a live source is asked: one declaration per protocol, told apart by ``kind``.

Belongs here: what stands behind "from" in a source. Does not: which addresses are taken (``transforms.district.addresses``), asking
(``infra.sources.connectors``), what the columns mean (``transforms.district.source``).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from transforms.district.addresses import SAID, DatabaseAddress, WebAddress, leads_elsewhere, looks_secret, only_secrets
from transforms.district.codes import Strict
from transforms.district.variables import SECRET, printed

_DATASET: Final = re.compile(r"/(?:resource|d|id)/(?P<id>[a-z0-9]{4}-[a-z0-9]{4})(?:\.json)?/?$")
_LAYER: Final = re.compile(r"/(?:FeatureServer|MapServer)/\d+/?$")


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if looks_secret(name, only_secrets(value)):
            raise ValueError(f"the value of the header {name!r} looks like a secret, which must not stand in a folder; {SAID}")
    return headers


def _formed(pattern: str, says: str) -> AfterValidator:
    # Checked by hand, since a pattern of its own tells whoever fills in a folder nothing.
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(says)
        return value

    return AfterValidator(check)


Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Secret = Annotated[str, _formed(SECRET.pattern, f"a secret must not stand in a folder; {SAID}")]
# A name that is put into a query as it stands.
_NAMED: Final = "a name is of letters, digits and _, such as calls or police.calls; in an address that of the table stands behind #"
Identifier = Annotated[str, _formed(r"[^\W\d]\w*(\.[^\W\d]\w*)?", _NAMED)]
_RESOURCE: Final = "an id has 36 digits and hyphens; the address of the resource on the portal ends with it"


class _Asked(Strict):
    """What every protocol takes: the address, how long to wait, how often to ask, and whether it may be this machine."""

    url: str
    allow_local: bool = False
    timeout_s: float = Field(60.0, gt=0, le=600)
    requests_per_minute: int | None = Field(None, ge=1)

    @property
    def shown(self) -> str:
        """Where it is asked, as it may be printed: without what may be a secret."""
        return printed(self.url)


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
    resource: Annotated[str, _formed(r"[0-9a-f]{8}-[0-9a-f-]{27}", _RESOURCE)]
    page_rows: int = Field(10_000, ge=1, le=32_000)
    token: Secret | None = None


class FromSql(_Polled):
    """A table or a view of a database. ``watermark`` is its column of last changes; without one all of it is asked every time."""

    kind: Literal["sql"]
    url: DatabaseAddress
    table: Identifier
    watermark: Identifier | None = None

    @model_validator(mode="after")
    def _leads_where_it_says(self) -> Self:
        if not self.allow_local and (name := leads_elsewhere(self.url)):
            raise ValueError(
                f"url: {name!r} after the question mark leads elsewhere than the address says; write it before, or allow_local = true"
            )
        return self


Paged = FromSocrata | FromOpen311 | FromArcgis | FromSql | FromCkan
From = Annotated[
    FromHttp | FromSocrata | FromOpen311 | FromArcgis | FromSql | FromCkan,
    Field(discriminator="kind"),
]
