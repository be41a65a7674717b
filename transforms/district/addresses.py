"""Which addresses a district may declare.

Belongs here: the rules that need no network, for files and live sources alike. Does not: which variables they may name (``variables``),
where a name truly leads (``infra.sources.connectors.guard``).

A secret never stands in a folder: wherever one is needed, the name of a variable of the environment stands, $SIFANG_SECRET_ and more.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, AnyUrl, ValidationError

from transforms.district.variables import ANY, FOLDER, SECRET, printed

SAID: Final = "write it as $SIFANG_SECRET_NAME, and set that variable where Sifang runs"

_TELLING: Final = re.compile(r"token|secret|passw|pwd|auth|cookie|sig(?:nature)?$|(?:^|[_-])(?:api|app)?_?-?key$", re.IGNORECASE)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
# What a query of a database's address can name beside its host, so that the host says nothing.
_ELSEWHERE: Final = re.compile(
    r"[?&](host|hostaddr|port|service|servicefile|passfile|unix_sock(?:et)?|read_default_file|odbc_connect|dsn)=", re.IGNORECASE
)
_WEB: Final = frozenset({"http", "https"})
STORES: Final = frozenset({"s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl"})


def only_secrets(text: str) -> str:
    """Pass a text that names no variable but secrets. Raises ``ValueError``."""
    if odd := [name for name in ANY.findall(text) if not SECRET.fullmatch(name)]:
        raise ValueError(f"{odd[0]} is not expanded here: only variables named SIFANG_SECRET_… are")
    return text


def looks_secret(name: str, value: str) -> bool:
    """Whether what bears this name is a secret that stands there itself."""
    return bool(_TELLING.search(name)) and not SECRET.search(value)


def leads_elsewhere(url: str) -> str | None:
    """The name of what stands behind the question mark of a database's address and leads elsewhere than the address says."""
    found = _ELSEWHERE.search(url)
    return found[1] if found else None


def _parts(url: str) -> AnyUrl:
    try:
        return AnyUrl(url)
    except ValidationError:
        raise ValueError("this is no address; one begins with https://") from None


def _on_the_web(url: str) -> str:
    parts = _parts(only_secrets(url))
    if parts.password and not SECRET.fullmatch(parts.password):
        raise ValueError(f"a password must not stand in a folder; {SAID}")
    if plain := [name for name, value in parts.query_params() if looks_secret(name, value)]:
        raise ValueError(f"the value of {plain[0]!r} looks like a secret, which must not stand in a folder; {SAID}")
    if parts.scheme not in _WEB:
        raise ValueError(f"{parts.scheme}:// is not asked; write an address that begins with https://")
    if parts.username or parts.password:
        raise ValueError('a user and a password do not stand in an address; send them as a header (kind = "http") or a token')
    return url


def _of_a_database(url: str) -> str:
    # As SQLAlchemy reads it: without a host it is a socket or a file, which no other kind of address allows.
    found = re.match(r"[a-z][a-z0-9_+]*://(?:[^/@:]*(?::(?P<password>[^@/]*))?@)?", only_secrets(url))
    if found is None:
        raise ValueError(
            "write an address as SQLAlchemy takes it, such as postgresql+psycopg://reader:$SIFANG_SECRET_DB@db.example.org/cases"
        )
    if found["password"] and not SECRET.fullmatch(found["password"]):
        raise ValueError(f"a password must not stand in a folder; {SAID}")
    for name, value in re.findall(r"[?&]([^=&#]+)=([^&#]*)", url):
        if looks_secret(name, value):
            raise ValueError(f"a password must not stand in a folder, and {name!r} looks like one; {SAID}")
    return url


def _of_files(pattern: str) -> str:
    """A glob of files, or the address of some."""
    scheme = _SCHEME.match(pattern)
    if scheme is not None and scheme[1].lower() in _WEB:
        return _on_the_web(pattern)
    if scheme is not None and scheme[1].lower() not in STORES:
        raise ValueError(
            f"{scheme[1].lower()}:// is not read; write a path, https://, or a store's own address ({', '.join(sorted(STORES))})"
        )
    if "@" in pattern and scheme is not None and printed(pattern) != pattern.partition("?")[0]:
        raise ValueError("a user and a password do not stand in a store's address; its own variables hold them (AWS_…, GOOGLE_…, AZURE_…)")
    if odd := [name for name in ANY.findall(pattern) if not FOLDER.fullmatch(name)]:
        raise ValueError(f"{odd[0]} is not expanded here: only variables named SIFANG_INBOX… or SIFANG_…_DATA are")
    return pattern


WebAddress = Annotated[str, AfterValidator(_on_the_web)]
DatabaseAddress = Annotated[str, AfterValidator(_of_a_database)]
FilePattern = Annotated[str, AfterValidator(_of_files)]
