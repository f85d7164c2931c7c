"""Events as the v2 paths take them: a JSON object each."""

from datetime import datetime
from typing import Any, NoReturn

from kit.errors import InvalidInputError, NotFoundError
from resolvers.intake.event import Checked, EventRecord, check_event, plain_event
from resolvers.writes.checks import Check
from resolvers.writes.outcome import Problem
from resolvers.writes.people import CustomerReference
from rest.values import MOST, whole

_CUSTOMER = ("customer_id", "external_id", "email")
_NAMES = {
    "type": "event_type",
    "occurred_at": "timestamp",
    "customer.external_id": "external_id",
    "customer.email": "email",
}
_WHOLE = f"a whole number from 1 to {MOST}"
TOO_LONG = "A line of at most {most} KB is accepted."
_MOMENT = "It is no instant; one with its zone such as 2024-09-16T20:00:00Z is accepted."


def read_tenant(given: Any) -> int:
    """The tenant that a body names. Raises InvalidInputError where it names none."""
    if given is None:
        raise InvalidInputError("tenant_id", "tenant_id is required")
    number = _number(given)
    if number is None:
        raise InvalidInputError("tenant_id", f"tenant_id must be {_WHOLE}")
    return number


def _number(given: Any) -> int | None:
    """The number of a tenant or customer, however it is written; None for what is none."""
    number = whole(given)
    return number if type(number) is int and 1 <= number <= MOST else None


def read_event(given: Any, tenant: int | None = None) -> Checked:
    """An event with what is wrong with it; fields that are not known are passed over.

    Of a list's tenant it need not say whose it is, but must not say otherwise.
    """
    return plainly(given, tenant) or closely(given, tenant)


def plainly(given: Any, tenant: int | None) -> Checked | None:
    """The event where it is as most are and nothing is wrong; None where that takes a closer look."""
    if type(given) is not dict:
        return None
    read = given.get
    event_type, moment, message_id = read("event_type"), read("timestamp"), read("message_id")
    named = read("tenant_id")
    if type(event_type) is not str or (named is not None and (type(named) is not int or named != tenant)):
        return None
    if message_id is not None and type(message_id) is not str:
        return None
    customer = _plainly_named(read("customer_id"), read("external_id"), read("email"))
    if customer is None:
        return None
    try:
        occurred_at = None if moment is None else datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        return None
    return plain_event(event_type, customer, read("properties"), occurred_at, message_id, strict=True)


def _plainly_named(number: Any, external_id: Any, email: Any) -> CustomerReference | None:
    if number is None:
        named = external_id if email is None else email
        one = external_id is None or email is None
        return CustomerReference(None, external_id, email) if one and type(named) is str else None
    whole = type(number) is int and 1 <= number <= MOST
    return CustomerReference(number) if whole and external_id is None and email is None else None


def closely(given: Any, tenant: int | None) -> Checked:
    """The event with what is wrong with it."""
    if not isinstance(given, dict):
        return broken("An event is a JSON object.")
    check = Check()
    _require(check, given)
    named = given.get("tenant_id")
    if tenant is not None and named is not None and _number(named) != tenant:
        check.wrong("tenant_id", f"The list is of tenant {tenant}, the event of another.")
    record = EventRecord(
        event_type=_text(check, "type", given.get("event_type")) or "",
        customer=_customer(check, given),
        properties=given.get("properties"),
        occurred_at=_moment(check, given.get("timestamp")),
        message_id=_text(check, "message_id", given.get("message_id")),
    )
    return check_event(record, check)


def broken(message: str) -> Checked:
    """What stands for an event that cannot be read."""
    check = Check()
    check.wrong("event", message)
    return check_event(EventRecord(""), check)


def _require(check: Check, given: dict[str, Any]) -> None:
    if given.get("event_type") is None:
        check.wrong("type", "event_type is required")
    named = [name for name in _CUSTOMER if given.get(name) is not None]
    if not named:
        check.wrong("customer_id", "customer_id is required, or external_id or email in its place")
    elif len(named) > 1:
        check.wrong("customer_id", f"{' and '.join(named)} both name the customer; give one of them")


def _customer(check: Check, given: dict[str, Any]) -> CustomerReference | None:
    named = given.get("customer_id")
    number = _number(named)
    if named is not None and number is None:
        check.wrong("customer_id", f"customer_id must be {_WHOLE}")
        return None
    external_id = _text(check, "external_id", given.get("external_id"))
    email = _text(check, "email", given.get("email"))
    reference = CustomerReference(number, external_id, email)
    return None if check.problems else reference


def _text(check: Check, field: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    check.wrong(field, f"{_NAMES.get(field, field)} must be text")
    return None


def _moment(check: Check, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        check.wrong("occurred_at", _MOMENT)
        return None


def told(problem: Problem, given: Any = None) -> str:
    """A problem as a sentence that begins with the way to the value, by the names of the v2 paths.

    `given` is the event as it was sent, which says by what its customer is told.
    """
    name = _NAMES.get(problem.field, problem.field)
    if problem.code == "NOT_FOUND" and name == "customer" and isinstance(given, dict):
        name = next((each for each in _CUSTOMER if given.get(each) is not None), name)
    way = ".".join((name, *problem.path))
    return problem.message if problem.message.startswith(name) else f"{way}: {problem.message}"


def refuse(problems: Any, given: Any) -> NoReturn:
    """Raises the error of an event that was rejected, as it was sent."""
    first: Problem = problems[0]
    sentences = dict.fromkeys(told(each, given) for each in problems)
    if first.code == "NOT_FOUND":
        raise NotFoundError(next(iter(sentences)))
    raise InvalidInputError(first.field, "; ".join(sentences))
