"""Global ids of the graph: opaque text that holds a type, a tenant and a number."""

import base64
import binascii

import orjson

from kit.errors import InvalidInputError

MOST = 2**63 - 1


def encode(kind: str, *numbers: int) -> str:
    """The global id of an object: its type's name and the numbers that make its key."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *numbers])).decode().rstrip("=")


def decode(text: str, *, field: str = "id") -> tuple[str, tuple[int, ...]]:
    """Type and key of a global id. Raises InvalidInputError for text that is none."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, *numbers = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        kind, numbers = None, []
    fits = all(type(each) is int and 0 <= each <= MOST for each in numbers)
    if not isinstance(kind, str) or not numbers or not fits:
        raise InvalidInputError(field, f"'{text[:60]}' is not an id of this API; pass one it gave you.")
    return kind, tuple(numbers)


def number(text: str, kind: str, *, parts: int = 1, field: str = "id") -> tuple[int, ...]:
    """The key of a global id that must be of one type. Raises InvalidInputError for another type's."""
    found, numbers = decode(text, field=field)
    if found != kind or len(numbers) != parts:
        raise InvalidInputError(field, f"'{text[:60]}' is the id of a {found}, not of a {kind}.")
    return numbers
