"""Where a webhook may go: to a public address over TLS, looked up anew and checked each time it is connected to."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from cases.errors import Malformed

LONGEST: Final = 500
Ip = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]
"""Host and port → addresses; raises OSError."""
TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Addresses that a gateway turns into the IPv4 address in their last 32 bits (RFC 6052)."""
SET_APART: Final = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    IPv4Network("192.88.99.0/24"),  # relays of a tunnel (RFC 7526)
    IPv6Network("fec0::/10"),  # site-local, as some networks still have them (RFC 3879)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
"""Addresses that are not of the open internet, though the standard library of some versions takes them for that."""
NO_TEXT: Final = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")


class Unreachable(Exception):
    """A notice cannot be sent to where it is to go; says why, without what anybody sent."""


def lookup(host: str, port: int) -> list[str]:
    """Ask the name servers of this machine."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The parts of a webhook's URL."""

    host: str
    port: int
    path: str
    is_tls: bool

    @classmethod
    def parse(cls, url: str, *, is_anywhere: bool = False) -> Endpoint:
        """Read a URL; raises Malformed for one that is none, carries a password, or is not https."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _wrong("is no URL") from None
        if len(url) > LONGEST or NO_TEXT.search(url) or not parts.hostname:
            raise _wrong(f"is a URL of at most {LONGEST} plain characters, with a host")
        if parts.scheme != "https" and not (is_anywhere and parts.scheme == "http"):
            raise _wrong("begins with https://")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise _wrong("has no user, no password and no #fragment; whoever receives checks the signature")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        is_tls = parts.scheme == "https"
        return cls(parts.hostname, port or (443 if is_tls else 80), path, is_tls)

    def addresses(self, *, is_anywhere: bool = False, resolve: Resolve = lookup) -> list[str]:
        """Look the host up; raises Unreachable where any address of it is not public."""
        try:
            named = resolve(self.host, self.port)
        except (OSError, UnicodeError):
            raise Unreachable("no such host") from None
        if not named or not (is_anywhere or all(is_public(ip_address(name)) for name in named)):
            raise Unreachable("the address is not public")
        return named


def is_public(address: Ip) -> bool:
    """Tell whether an address is one of the open internet, and so is every other that it stands for."""
    own = address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
    is_apart = any(address in network for network in SET_APART)
    return own and not is_apart and all(is_public(inner) for inner in _within(address))


def _within(address: Ip) -> Iterator[Ip]:
    """Give the addresses that an IPv6 address leads to by translation or through a tunnel."""
    if isinstance(address, IPv6Address):
        yield from (inner for inner in (address.ipv4_mapped, address.sixtofour) if inner is not None)
        yield from address.teredo or ()
        if address in TRANSLATED:
            yield IPv4Address(int(address) & 0xFFFFFFFF)


def _wrong(cure: str) -> Malformed:
    return Malformed("Notices cannot be sent to this URL", errors=[{"field": "url", "cure": cure}])
