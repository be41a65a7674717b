"""Which addresses may be asked: none that leads back to this machine or to what only its neighbours see, unless the source says so.

Belongs here: that. Does not: asking (``client``).
"""

from __future__ import annotations

import ipaddress
import socket

from infra.sources.table import UnusableFile


def require_far(host: str, port: int, *, allow_local: bool) -> None:
    """Pass a host all of whose addresses lie elsewhere.

    Raises:
        UnusableFile: it has no address, or one that is loopback, link-local or nobody's.
    """
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise UnusableFile("source_unreachable", f"no machine bears the name {host}") from None
    if not allow_local:
        for address in found:
            require_far_address(host, address)


def require_far_address(host: str, address: str) -> None:
    """Pass one address of a host. Raises ``UnusableFile``."""
    number = ipaddress.ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    if number.is_loopback or number.is_link_local or number.is_unspecified or number.is_multicast:
        said = f"{host} leads to this machine or to its own network; where that is meant, say allow_local = true"
        raise UnusableFile("source_unreachable", said)
