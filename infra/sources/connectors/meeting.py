"""A far side met for the first time: which protocol an address speaks, and what it says of itself.

Belongs here: that. Does not: what follows for a declaration (``flows.tell.connecting``), asking for reports (``live``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter, ValidationError

from infra.errors import SifangError
from infra.sources.connectors.contract import Described
from infra.sources.connectors.kinds import opened
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.secrets import masked
from infra.sources.table import UnusableFile
from infra.sources.unforeseen import refusing
from transforms.district.live import From, FromHttp, Paged

_FROM: Final[TypeAdapter[FromHttp | Paged]] = TypeAdapter(From)
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LOCAL: Final = re.compile(r"^[a-z0-9+]+://(?:[^/@]*@)?(?:localhost|127\.|\[::1\]|/)")
_REMEDY: Final = "Correct the address or the source, then ask again."


def declared_at(address: str) -> FromHttp | Paged:
    """What an address most likely is, by its form; of a database the table stands behind ``#``.

    Raises:
        SifangError: it is none.
    """
    told: dict[str, object] = {**_guessed(address), **({"allow_local": True} if _LOCAL.match(address) else {})}
    try:
        return _FROM.validate_python(told)
    except ValidationError as error:
        raise SifangError(f"This address cannot be asked: {error.errors()[0]['msg'].removeprefix('Value error, ')}.", _REMEDY) from None


def _guessed(address: str) -> Mapping[str, object]:
    bare = address.partition("?")[0].rstrip("/")
    if not address.startswith(("http://", "https://")):
        url, _, table = address.partition("#")
        return {"kind": "sql", "url": url, "table": table}
    if re.search(r"/(resource|d|id)/[a-z0-9]{4}-[a-z0-9]{4}(\.json)?$", bare):
        return {"kind": "socrata", "url": bare}
    if found := re.match(r"(.*/(?:FeatureServer|MapServer)/\d+)", bare):
        return {"kind": "arcgis", "url": found.group(1)}
    if found := re.match(r"(.*)/requests\.(?:json|xml)$", bare):
        return {"kind": "open311", "url": found.group(1), "first": "2020-01-01"}
    if found := re.match(rf"(.*?)/(?:api/3/action|dataset)/.*?resource(?:_id=|/)({_UUID})", address):
        return {"kind": "ckan", "url": found.group(1), "resource": found.group(2)}
    return {"kind": "http", "url": address}


def described(declared: Paged, occurred: str | None) -> Described:
    """What a far side has.

    Raises:
        SifangError: it does not say; the message is what a night would say too.
    """
    try:
        with refusing(), opened(declared, Quota(declared.requests_per_minute)) as connector:
            return connector.describe(occurred)
    except UnusableFile as refusal:
        raise SifangError(f"{masked(refusal.detail)}.".replace("..", "."), _REMEDY) from None
