"""Whether credentials get in, and what they may do there: VTEX itself is asked, and nothing is kept."""

import asyncio
from dataclasses import dataclass
from typing import Any

from connectors.vtex.account import Account
from connectors.vtex.client import Query, Vtex
from connectors.vtex.errors import MalformedError, MissingError, RefusedError
from kit.errors import InvalidInputError

SAVE_ACCOUNT = "Save account (License Manager)"
LIST_ORDERS = "List Orders (OMS)"
WITHIN = 20.0
"""Seconds that all questions of one inspection may take together."""

_ACCOUNT = "/api/vlm/account"
_STORES = "/api/vlm/account/stores"
_ORDERS = "/api/oms/pvt/orders"
_ONE_ORDER: Query = {"orderBy": "creationDate,desc", "page": 1, "per_page": 1}
_MOST_HOSTS = 200
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Inspection:
    """An account that the credentials get into.

    `is_active` is None where they may not read the account; `missing` names the permissions of VTEX that they
    lack and that an integration can do without.
    """

    account_name: str
    is_active: bool | None
    hosts: tuple[str, ...]
    missing: tuple[str, ...]


async def inspect(vtex: Vtex, account: Account, *, within: float = WITHIN) -> Inspection:
    """Ask VTEX for the account and for its newest order.

    Raises InvalidInputError where the credentials are wrong or lack what an integration needs, or there is no
    such account, and PeerFailedError or PeerTimedOutError where VTEX does not answer.
    """
    until = asyncio.get_running_loop().time() + within
    found = await _probe(vtex, account, _ACCOUNT, until)
    orders = await _probe(vtex, account, _ORDERS, until, _ONE_ORDER)
    if isinstance(orders, RefusedError):
        raise _refused(orders, found)
    if isinstance(orders, MissingError):
        if isinstance(found, MissingError):
            raise InvalidInputError("account_name", f"VTEX knows no account '{account.name}'.")
        raise orders
    if not isinstance(orders, dict):
        raise MalformedError(f"VTEX answered {_ORDERS} for {account.name} with something else than a list.")
    if isinstance(found, dict):
        hosts = _texts(found.get("hosts"))
        return Inspection(
            account_name=_text(found.get("accountName")) or account.name,
            is_active=found["isActive"] if isinstance(found.get("isActive"), bool) else None,
            hosts=hosts or (vtex.host(account),),
            missing=(),
        )
    stores = await _probe(vtex, account, _STORES, until)
    hosts = _hosts(stores) if isinstance(stores, list) else ()
    return Inspection(account.name, None, hosts or (vtex.host(account),), (SAVE_ACCOUNT,))


async def _probe(
    vtex: Vtex, account: Account, path: str, until: float, query: Query | None = None
) -> Any | RefusedError | MissingError:
    """What VTEX answers, or that it refuses, or has no such thing."""
    try:
        return await vtex.get(account, path, query, until=until, attempts=_ATTEMPTS)
    except (RefusedError, MissingError) as error:
        return error


def _refused(orders: RefusedError, found: Any) -> InvalidInputError:
    """What a key that may not list orders lacks: all of it, or this permission."""
    if isinstance(found, dict):
        return InvalidInputError(
            "app_key",
            f"VTEX knows the key, but the key lacks a permission: {LIST_ORDERS}. A role such as "
            "'OMS - Full access' has it.",
        )
    if orders.status == 401:
        return InvalidInputError("app_token", "VTEX does not accept this key and token (401).")
    return InvalidInputError(
        "app_token",
        f"VTEX refuses this key and token ({orders.status}): one of them is wrong, or the key lacks the "
        f"permissions {LIST_ORDERS} and {SAVE_ACCOUNT}.",
    )


def _hosts(stores: list[Any]) -> tuple[str, ...]:
    """The hosts of all stores, each once."""
    named = [each for store in stores if isinstance(store, dict) for each in _texts(store.get("hosts"))]
    return tuple(dict.fromkeys(named))[:_MOST_HOSTS]


def _texts(value: Any) -> tuple[str, ...]:
    found = [_text(each) for each in value] if isinstance(value, list) else []
    return tuple(each for each in found if each)[:_MOST_HOSTS]


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 255 and value.isprintable() else ""
