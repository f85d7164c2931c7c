"""Orders at VTEX: their ids by when they were created or invoiced, and each one in full."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.vtex.account import Account
from connectors.vtex.client import Vtex
from connectors.vtex.emails import own_address
from connectors.vtex.errors import MalformedError
from connectors.vtex.records import Buyer, Order, Refund, UnreadableError
from connectors.vtex.values import cents, currency, listing, mapping, maybe_moment, moment, text

ORDERS = "/api/oms/pvt/orders"
PAGE, PAGES = 100, 30
MOST = PAGE * PAGES
"""Orders that one filter can reach; a window that holds more must be halved."""
CREATED, INVOICED = "creationDate", "invoicedDate"
_CAUSES = 60


@dataclass(frozen=True, slots=True)
class Window:
    """From one instant to another, both included, of when orders were created or invoiced."""

    first: datetime
    last: datetime
    by: str = CREATED

    def halves(self) -> "tuple[Window, Window] | None":
        """Two windows that share an instant; None for one that is a millisecond long."""
        between = int((self.last - self.first).total_seconds() * 1000)
        if between <= 1:
            return None
        middle = _whole(self.first + (self.last - self.first) / 2)
        return Window(self.first, middle, self.by), Window(middle, self.last, self.by)

    def __str__(self) -> str:
        return f"{self.by}:[{_written(self.first)} TO {_written(self.last)}]"


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Ids of a page of a window's orders, and how many orders the window has."""

    total: int
    ids: tuple[str, ...]


async def list_orders(
    vtex: Vtex, account: Account, window: Window, page: int = 1, until: float | None = None
) -> OrderPage:
    """One page of the orders of a window, the first created first. Raises what `errors` draws.

    `until`: as of `Vtex.get`.
    """
    query: dict[str, str | int] = {
        "orderBy": "creationDate,asc",
        "page": page,
        "per_page": PAGE,
        f"f_{window.by}": str(window),
    }
    found = mapping(await vtex.get(account, ORDERS, query, until=until))
    total = mapping(found.get("paging")).get("total")
    ids = [mapping(each).get("orderId") for each in listing(found.get("list"))]
    if type(total) is not int or total < 0 or not all(isinstance(each, str) and each for each in ids):
        raise MalformedError(f"VTEX answered {ORDERS} for {account.name} with something else than a list.")
    return OrderPage(total, tuple(str(each) for each in ids))


async def get_order(vtex: Vtex, account: Account, number: str, until: float | None = None) -> Order:
    """One order in full. Raises what `errors` draws, and UnreadableError."""
    content = await vtex.get(account, f"{ORDERS}/{quote(number, safe='')}", until=until)
    if not isinstance(content, dict):
        raise MalformedError(f"VTEX answered an order of {account.name} with something else than an object.")
    return read_order(content, number)


def read_order(content: Any, number: str | None = None) -> Order:
    """The order of a detail. Raises UnreadableError for one that lacks what cannot be guessed."""
    found = mapping(content)
    own = text(found.get("orderId"))
    if own is None or (number is not None and own != number):
        raise UnreadableError("orderId is not the one that was asked for")
    created = moment(found.get("creationDate"), "creationDate")
    invoiced = maybe_moment(found.get("invoicedDate"))
    changed = maybe_moment(found.get("lastChange")) or invoiced or created
    amount = cents(found.get("value"), "value")
    if amount < 0:
        raise UnreadableError("value is below zero")
    return Order(
        id=own,
        status=_status(found.get("status")),
        created_at=created,
        changed_at=changed,
        invoiced_at=invoiced,
        amount=amount,
        currency=currency(mapping(found.get("storePreferencesData")).get("currencyCode")),
        items=_pieces(listing(found.get("items"))),
        buyer=_buyer(mapping(found.get("clientProfileData")), own),
        refunds=_refunds(own, found, changed),
    )


def _status(value: Any) -> str:
    if value is None:
        return "null"
    found = text(value)
    if found is None:
        raise UnreadableError("status is no text")
    return found[:_CAUSES].lower()


def _pieces(items: Sequence[Any]) -> int:
    counts = [mapping(each).get("quantity") for each in items]
    return min(sum(each for each in counts if type(each) is int and each > 0), 2**31 - 1)


def _buyer(found: dict[str, Any], order: str) -> Buyer | None:
    """Who bought; None where the order does not tell. What an alias is made of is not kept."""
    profile, address = text(found.get("userProfileId")), text(found.get("email"))
    own = own_address(address)
    if profile is not None:
        key = profile.lower()
    elif own is not None:
        key = key_of_email(own)
    elif address is not None:
        key = f"alias:{_digest(address.lower())}"
    else:
        return None
    return Buyer(
        key=key,
        profile=None if profile is None else profile.lower(),
        email=own,
        first_name=text(found.get("firstName")),
        last_name=text(found.get("lastName")),
        phone=text(found.get("phone")),
    )


def key_of_email(address: str) -> str:
    """The stable key of a buyer of whom nothing but their own e-mail is known."""
    return f"email:{_digest(address)}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def _refunds(order: str, found: dict[str, Any], changed: datetime) -> tuple[Refund, ...]:
    """What was given back, one for each package that says so."""
    packages = listing(mapping(found.get("packageAttachment")).get("packages"))
    refunds: dict[str, Refund] = {}
    for place, each in enumerate(map(mapping, packages), 1):
        refund = mapping(mapping(each.get("restitutions")).get("Refund"))
        if refund.get("value") is None:
            continue
        amount = cents(refund["value"], "restitutions.Refund.value")
        if amount < 0:
            raise UnreadableError("restitutions.Refund.value is below zero")
        if amount == 0:
            continue
        name = f"{order}/{text(each.get('invoiceNumber')) or place}"
        if name in refunds:
            name = f"{name}/{place}"
        refunds[name] = Refund(name, maybe_moment(each.get("issuanceDate")) or changed, amount)
    return tuple(refunds.values())


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
