"""The feed of an account's orders (Feed v3): how it is set, what it tells, and that it was heard.

VTEX has one configuration for each app key, and none until it is set; one without events for as long as they
are kept vanishes. What was read and is not committed comes again, and anything may come twice, in any order.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from connectors.vtex.account import Account
from connectors.vtex.client import Vtex
from connectors.vtex.errors import MalformedError, MissingError
from connectors.vtex.values import mapping, text

CONFIGURATION, FEED = "/api/orders/feed/config", "/api/orders/feed"
LOT = 10
"""Items that VTEX gives, and takes back, at most at once."""
HIDDEN = 300
"""Seconds after which an item that was read and not committed comes again."""
LONGEST_KEPT = 1_209_600
"""Seconds that VTEX keeps an item at most."""
EVERY_CHANGE: Mapping[str, Any] = {
    "type": "FromOrders",
    "expression": "value >= 0",
    "disableSingleFire": True,
}
"""The filter that lets each change of each order through, not of its status alone."""
_MARKS = 86_400
_LONGEST_HANDLE = 20_000

Configuration = Mapping[str, Any]
"""`filter` and `queue`, as VTEX takes them."""


class Item(NamedTuple):
    """That something changed of an order (None: it is not told of which); `handle` is what to commit."""

    order: str | None
    handle: str


def new_configuration() -> Configuration:
    """A configuration of our own: by how many seconds items are kept it can be told from any other."""
    kept = LONGEST_KEPT - 1 - secrets.randbelow(_MARKS)
    queue = {"visibilityTimeoutInSeconds": HIDDEN, "MessageRetentionPeriodInSeconds": kept}
    return {"filter": dict(EVERY_CHANGE), "queue": queue}


def is_same(found: Configuration, ours: Configuration) -> bool:
    """Whether what VTEX has is what was set. It tells names in another case, and more of them."""
    return all(
        _lowered(found.get(part)).get(name) == value
        for part in ("filter", "queue")
        for name, value in _lowered(ours.get(part)).items()
    )


async def read_configuration(
    vtex: Vtex, account: Account, until: float | None = None
) -> Configuration | None:
    """How the feed of the account's key is set; None where it is not. Raises what `errors` draws."""
    try:
        found = await vtex.get(account, CONFIGURATION, until=until)
    except MissingError:
        return None
    if not isinstance(found, dict):
        raise MalformedError(f"VTEX answered {CONFIGURATION} for {account.name} with something else.")
    return found


async def set_configuration(
    vtex: Vtex, account: Account, configuration: Configuration, until: float | None = None
) -> None:
    """Set the feed of the account's key, whatever it was. Raises what `errors` draws."""
    await vtex.ask(account, CONFIGURATION, method="POST", body=dict(configuration), until=until)


async def remove_configuration(vtex: Vtex, account: Account, until: float | None = None) -> None:
    """Take the feed of the account's key away, and all in it. Raises what `errors` draws."""
    await vtex.ask(account, CONFIGURATION, method="DELETE", until=until)


async def read_feed(vtex: Vtex, account: Account, until: float | None = None) -> list[Item]:
    """The next items, ten at most; none where there are none. Raises what `errors` draws.

    MissingError: the feed is not set.
    """
    found = await vtex.get(account, FEED, {"maxlot": LOT}, until=until)
    if not isinstance(found, list):
        raise MalformedError(f"VTEX answered {FEED} for {account.name} with something else than a list.")
    items = [Item(text(each.get("orderId")), _handle(each)) for each in map(mapping, found)]
    if not all(each.handle for each in items):
        raise MalformedError(f"VTEX answered {FEED} for {account.name} with an item without a handle.")
    return items


async def commit_items(
    vtex: Vtex, account: Account, handles: Sequence[str], until: float | None = None
) -> None:
    """Tell VTEX that items, ten at most, need not come again. Raises what `errors` draws."""
    await vtex.ask(account, FEED, method="POST", body={"handles": list(handles)}, until=until)


def _handle(item: Mapping[str, Any]) -> str:
    found = item.get("handle")
    return found if isinstance(found, str) and len(found) <= _LONGEST_HANDLE else ""


def _lowered(part: Any) -> dict[str, Any]:
    return {name.lower(): value for name, value in mapping(part).items()}
