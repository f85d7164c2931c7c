"""An event from a caller, and what can be told of it without the database."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from kit.page import microseconds
from resolvers.event_types.built_in import BUILT_IN, PURCHASE, misfit
from resolvers.event_types.types import built_in_problem
from resolvers.writes.checks import LONGEST_ID, Check, is_address
from resolvers.writes.json_object import LARGEST, is_plain, sealed
from resolvers.writes.keys import Key
from resolvers.writes.outcome import Problem
from resolvers.writes.people import CustomerReference, check_reference

_ROW = 200
"""Bytes that an event takes beside its properties, about."""
_DAY = 86_400_000_000
_LAST = microseconds(datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that was done. Without an instant it was done now; without a message id it gets one."""

    event_type: str
    customer: CustomerReference | None = None
    properties: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    message_id: str | None = None


class Checked(NamedTuple):
    """An event with its message id, its properties as they are stored, and what is wrong with it.

    `moment` is in microseconds since 1970.
    """

    event_type: str
    customer: CustomerReference | None
    moment: int
    message_id: str
    properties: dict[str, Any]
    stored: bytes
    problems: Sequence[Problem]

    @property
    def makes_order(self) -> bool:
        """Whether it adds an order, or brings one up to date."""
        given = self.properties
        return (
            self.event_type == PURCHASE
            and not self.problems
            and given.get("order_id") is not None
            and given.get("amount") is not None
        )


@dataclass(frozen=True, slots=True)
class Submission:
    """Events of a tenant that are answered together, with an idempotency key or without."""

    tenant: int
    events: Sequence[Checked]
    key: Key | None = None
    entangled: bool = field(init=False)
    """Whether saving it may have to wait for what others do: a key or an order may be in use."""

    def __post_init__(self) -> None:
        orders = (each for each in self.events if each.event_type == PURCHASE)
        entangled = self.key is not None or any(each.makes_order for each in orders)
        object.__setattr__(self, "entangled", entangled)

    @property
    def size(self) -> int:
        """Bytes that it takes until it is saved, about."""
        return sum(len(each.stored) for each in self.events) + _ROW * len(self.events)


def check_event(record: EventRecord, check: Check | None = None) -> Checked:
    """Check an event; `check` may hold what was found wrong with it before.

    The type is looked at where the tenant's types are known, and so are the properties of its own types.
    """
    check = check or Check()
    check_reference(check, "customer", record.customer)
    message_id = record.message_id
    if message_id is not None and record.occurred_at is None and not check.problems:
        check.wrong("occurred_at", "It is required with a message id: a retry would not be known otherwise.")
    occurred_at = check.past("occurred_at", record.occurred_at or datetime.now(UTC))
    message_id = uuid.uuid4().hex if message_id is None else check.identifier("message_id", message_id)
    properties = record.properties
    stored: bytes | None = b"{}"
    if properties is not None:
        stored = sealed(check, "properties", properties)
    held = properties if stored and properties else {}
    if wrong := built_in_problem(record.event_type, held):
        check.problems.append(wrong)
    return Checked(
        record.event_type,
        record.customer,
        0 if check.problems else microseconds(occurred_at),
        message_id,
        held,
        stored or b"{}",
        check.problems,
    )


def plain_event(
    event_type: str,
    customer: CustomerReference | None,
    properties: object,
    occurred_at: datetime | None,
    message_id: str | None,
    *,
    strict: bool,
) -> Checked | None:
    """The event that `check_event` makes where it is as most are; None where that must look closer.

    It takes a third of the time, and never takes what `check_event` would not. `strict`: the properties were
    read by `kit.strict_json`, so what they hold can be stored.
    """
    now = time.time_ns() // 1_000
    moment = now
    if occurred_at is not None:
        if occurred_at.tzinfo is None:
            return None
        moment = microseconds(occurred_at)
        if not 0 <= moment < _LAST or moment > now + _DAY:
            return None
    if message_id is None:
        message_id = uuid.uuid4().hex
    elif occurred_at is None or not _is_plain_name(message_id):
        return None
    if customer is not None and not _is_plain_reference(customer):
        return None
    if properties is None:
        return Checked(event_type, customer, moment, message_id.strip(), {}, b"{}", ())
    if type(properties) is not dict or (stored := _plainly_stored(properties, strict)) is None:
        return None
    if event_type in BUILT_IN and misfit(event_type, properties):
        return None
    return Checked(event_type, customer, moment, message_id.strip(), properties, stored, ())


def _is_plain_name(text: str) -> bool:
    return len(text) <= LONGEST_ID and text.isprintable() and text != "" and not text.isspace()


def _is_plain_reference(customer: CustomerReference) -> bool:
    number, external_id, email = customer
    if number is not None:
        return external_id is None and email is None
    if email is None:
        return external_id is not None and _is_plain_name(external_id)
    return external_id is None and email.isprintable() and is_address(email)


def _plainly_stored(properties: dict[str, Any], strict: bool) -> bytes | None:
    try:
        stored = orjson.dumps(properties)
    except orjson.JSONEncodeError:
        return None
    return stored if len(stored) <= LARGEST and (strict or is_plain(stored)) else None
