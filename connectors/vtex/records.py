"""What VTEX tells, as records of ours: orders, what was given back of them, and who bought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought, as far as one order tells.

    `key` is stable and the same for all orders of a buyer that VTEX itself knows to be one: the id of their
    profile, else of their own e-mail, else of the order's alias. `email` is their own, never an alias.
    """

    key: str
    profile: str | None
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for one package. `id` is unique in the account."""

    id: str
    at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it was when it was asked for. `status` is VTEX's; `changed_at` tells which is newer."""

    id: str
    status: str
    created_at: datetime
    changed_at: datetime
    invoiced_at: datetime | None
    amount: Decimal
    currency: str
    items: int
    buyer: Buyer | None
    refunds: tuple[Refund, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A buyer in Master Data's CL: `id` is what orders name in `userProfileId`, `email` their own."""

    id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    created_at: datetime | None


class UnreadableError(ValueError):
    """A record lacks what cannot be guessed. The message names the field, and no value of it."""
