"""Calls to other systems: names must lead to public addresses, however they resolve.

A name that somebody else controls may resolve to this machine, to a neighbour, or to the cloud's own metadata
service, and to something else the next time. So the address that is checked is the one that is connected to.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
import structlog

log = structlog.get_logger()

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class Reach:
    """Whom we may connect to: public addresses, and the peers that are named.

    `peers` are hosts, addresses or networks on a private network. The host of `written`, an address that is
    part of the settings, is one too where it is a literal address or localhost: no name leads elsewhere then.
    """

    def __init__(self, peers: Iterable[str] = (), written: str = "") -> None:
        self._networks: list[_Network] = []
        self._names: set[str] = set()
        host = (urlsplit(written).hostname or "") if written else ""
        for each in [*peers, *([host] if _is_literal(host) else [])]:
            try:
                self._networks.append(ipaddress.ip_network(each, strict=False))
            except ValueError:
                self._names.add(each.lower().rstrip("."))

    def allows(self, host: str, address: str) -> bool:
        """Whether an address that a host resolved to may be connected to."""
        if host.lower().rstrip(".") in self._names:
            return True
        found = _plain(ipaddress.ip_address(address.partition("%")[0]))
        return is_public(found) or any(found in each for each in self._networks)


def is_public(address: _Address) -> bool:
    """Whether an address is one of the internet's, and of a single machine."""
    return address.is_global and not address.is_multicast


def _plain(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 one stands for, if any."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def client(reach: Reach, **options: Any) -> httpx.AsyncClient:
    """A client that connects to nobody else than `reach` allows, and follows no redirects.

    Where the environment names a proxy (HTTPS_PROXY), the proxy connects, and is to be told whom to refuse.
    """
    made = httpx.AsyncClient(follow_redirects=False, verify=_trusted(), **options)
    pool = made._transport._pool  # type: ignore[attr-defined]
    pool._network_backend = _Guarded(pool._network_backend, reach)
    return made


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are trusted: read once, which takes longer than a call."""
    return httpx.create_ssl_context()


class _Guarded(httpcore.AsyncNetworkBackend):
    """Resolves names itself, and connects to an address that it has looked at."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, reach: Reach) -> None:
        self._backend = backend
        self._reach = reach

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port, timeout):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(self, *arguments: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("sockets of this machine are not asked")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def _addresses(self, host: str, port: int, seconds: float | None) -> Collection[str]:
        try:
            async with asyncio.timeout(seconds):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved ({error.strerror})") from None
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        refused = [each for each in addresses if not self._reach.allows(host, each)]
        if refused:
            log.warning("not connected: a private address", host=host, address=refused[0])
            raise httpcore.ConnectError(f"{host} leads to an address that is not public")
        return addresses
