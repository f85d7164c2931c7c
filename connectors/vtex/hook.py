"""The hook of an account's orders: how it is set, and what VTEX calls it with.

VTEX has one for each app key. It calls a new one with a ping that has to be answered within five seconds, and
takes away one that did not answer for three days.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.vtex.account import Account
from connectors.vtex.client import Vtex
from connectors.vtex.errors import MalformedError, MissingError
from connectors.vtex.feed import EVERY_CHANGE
from connectors.vtex.values import mapping
from kit.errors import InvalidInputError

HOOK = "/api/orders/hook/config"
SECRET_HEADER = "X-CDP-Hook-Secret"  # noqa: S105 - the name of it
_ORDER = re.compile(r"[A-Za-z0-9._\-]{1,100}")
_LONGEST_URL = 500


def check_base(url: str) -> str:
    """An address that VTEX can call, without a slash at its end. Raises InvalidInputError."""
    found = url.strip().rstrip("/")
    told = "accepted is an address such as https://cdp.example.com, without a query or a password."
    try:
        parts = urlsplit(found)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    clean = re.fullmatch(r"[!-~]+", found) and not re.search(r"[?#@\\]", found)
    if not good or not clean or len(found) > _LONGEST_URL:
        raise InvalidInputError("url", f"This is no url that VTEX calls; {told}")
    return found


async def read_url(vtex: Vtex, account: Account, until: float | None = None) -> str | None:
    """What the hook of the account's key calls; None where there is no hook. Raises what `errors` draws."""
    try:
        found = await vtex.get(account, HOOK, until=until)
    except MissingError:
        return None
    url = mapping(mapping(found).get("hook")).get("url")
    if not isinstance(url, str):
        raise MalformedError(f"VTEX answered {HOOK} for {account.name} with something else than a hook.")
    return url


async def set_hook(vtex: Vtex, account: Account, url: str, secret: str, until: float | None = None) -> None:
    """Have VTEX call an address, with a secret, whatever it called before. Raises what `errors` draws."""
    body = {"filter": dict(EVERY_CHANGE), "hook": {"url": url, "headers": sent_headers(secret)}}
    await vtex.ask(account, HOOK, method="POST", body=body, until=until)


def sent_headers(secret: str) -> dict[str, str]:
    """What VTEX is to send with each call. Its contract demands one of the name `key`, which nobody reads."""
    return {"key": "cdp", SECRET_HEADER: secret}


async def remove_hook(vtex: Vtex, account: Account, until: float | None = None) -> None:
    """Have VTEX call nothing any more. Raises what `errors` draws."""
    await vtex.ask(account, HOOK, method="DELETE", until=until)


def is_ping(body: Mapping[str, Any]) -> bool:
    """Whether VTEX only looks whether somebody is there."""
    return body.get("hookConfig") == "ping"


def order_of(body: Mapping[str, Any]) -> str:
    """The order that a call is about. Raises InvalidInputError."""
    found = body.get("OrderId")
    if not isinstance(found, str) or not _ORDER.fullmatch(found):
        raise InvalidInputError("OrderId", "OrderId is no id of an order at VTEX.")
    return found
