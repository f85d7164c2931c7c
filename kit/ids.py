"""Global ids of the graph: opaque text that holds a type, a tenant and a number."""

from collections.abc import Iterable

from kit import opaque
from kit.errors import InvalidInputError


def encode(kind: str, *numbers: int) -> str:
    """The global id of an object: its type's name and the numbers that make its key."""
    return opaque.encode(kind, *numbers)


def encode_all(kind: str, tenant: int, numbers: Iterable[int]) -> list[str]:
    """The global ids of a tenant's objects of one type, as `encode` makes them one by one."""
    return opaque.encode_all(kind, tenant, numbers)


def encode_event(tenant: int, microseconds: int, message_id: str) -> str:
    """The global id of an event, whose key is an instant (microseconds since 1970) and a text."""
    return opaque.seal("Event", tenant, microseconds, message_id)


def decode_event(text: str) -> tuple[int, int, str] | None:
    """Tenant, instant and message id of an event's global id; None for text that is none."""
    match opaque.unseal(text):
        case ("Event", (int(tenant), int(microseconds), str(message_id))):
            return tenant, microseconds, message_id
    return None


def decode(text: str, *, field: str = "id") -> tuple[str, tuple[int, ...]]:
    """Type and key of a global id. Raises InvalidInputError for text that is none."""
    found = opaque.decode(text)
    if found is None:
        raise InvalidInputError(field, f"'{text[:60]}' is not an id of this API; pass one it gave you.")
    return found


def number(text: str, kind: str, *, parts: int = 1, field: str = "id") -> tuple[int, ...]:
    """The key of a global id that must be of one type. Raises InvalidInputError for another type's."""
    found, numbers = decode(text, field=field)
    if found != kind or len(numbers) != parts:
        raise InvalidInputError(field, f"'{text[:60]}' is the id of a {found}, not of a {kind}.")
    return numbers
