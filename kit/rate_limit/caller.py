"""Whom a request is counted for."""

import ipaddress
from functools import lru_cache

from kit.http import Scope

UNKNOWN = "unknown"
_LONGEST = 64
_SITE = 64
"""Bits of an IPv6 address that name its site: whoever has one address has all of its network's."""


def caller_of(scope: Scope) -> str:
    """The address that a connection came from, or that a trusted proxy told of it."""
    client = scope.get("client")
    return _named(client[0]) if client else UNKNOWN


@lru_cache(maxsize=4096)
def _named(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST] or UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _SITE), strict=False))
