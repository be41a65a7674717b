"""Which addresses may be asked: none that leads back to this machine or to what only its neighbours see, unless the source says so.

Belongs here: that. Does not: asking (``client``).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from infra.sources.table import UnusableFile

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# There the machines of clouds are told their keys; these two are neither loopback nor link-local.
_OF_CLOUDS: Final = frozenset({ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("fd00:ec2::254")})
_THIS_NETWORK: Final = ipaddress.ip_network("0.0.0.0/8")
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")


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
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        # A socket of this machine has a path, or nothing.
        raise _near(host) from None
    for one in {number, *_within(number)}:
        if one.is_loopback or one.is_link_local or one.is_unspecified or one.is_multicast or one in _OF_CLOUDS or one in _THIS_NETWORK:
            raise _near(host)


def _within(number: _Address) -> list[_Address]:
    """The addresses of the older sort that one of the newer carries in itself, and to which some machine on the way hands it on."""
    if isinstance(number, ipaddress.IPv4Address):
        return []
    carried = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in _TRANSLATED or number in _COMPATIBLE:
        carried.append(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]


def _near(host: str) -> UnusableFile:
    said = f"{host} leads to this machine or to its own network; where that is meant, say allow_local = true"
    return UnusableFile("source_unreachable", said)
