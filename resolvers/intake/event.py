"""An event from a caller, and what can be told of it without the database."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from resolvers.event_types.built_in import PURCHASE
from resolvers.event_types.types import built_in_problem
from resolvers.writes.checks import Check
from resolvers.writes.json_object import sealed
from resolvers.writes.keys import Key
from resolvers.writes.outcome import Problem
from resolvers.writes.people import CustomerReference, check_reference

_ROW = 200
"""Bytes that an event takes beside its properties, about."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that was done. Without an instant it was done now; without a message id it gets one."""

    event_type: str
    customer: CustomerReference | None = None
    properties: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    message_id: str | None = None


class Checked(NamedTuple):
    """An event with its moment, its message id, its properties as they are stored, and what is wrong."""

    event_type: str
    customer: CustomerReference | None
    occurred_at: datetime
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
        entangled = self.key is not None or any(each.makes_order for each in self.events)
        object.__setattr__(self, "entangled", entangled)

    @property
    def size(self) -> int:
        """Bytes that it takes until it is saved, about."""
        return sum(len(each.stored) + _ROW for each in self.events)


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
        occurred_at,
        message_id,
        held,
        stored or b"{}",
        check.problems,
    )
