"""JSON objects from a caller: small enough, and nothing in them that cannot be stored."""

from typing import Any

import orjson

from resolvers.writes.checks import Check, storable_json

LARGEST = 32_768
_DEEPEST = 100


def check_object(check: Check, field: str, value: object) -> dict[str, Any] | None:
    """A JSON object of at most 32 KB and 100 levels, with nothing that cannot be stored."""
    if value is None or sealed(check, field, value) is None or not isinstance(value, dict):
        return None
    return value


def sealed(check: Check, field: str, value: object) -> bytes | None:
    """Such an object as the bytes of its JSON; None for what is none, or cannot be stored."""
    if not isinstance(value, dict):
        check.wrong(field, "A JSON object is accepted.")
        return None
    try:
        text = orjson.dumps(value)
        if len(text) <= LARGEST and (is_plain(text) or storable_json(value)):
            return text
    except orjson.JSONEncodeError:
        pass
    told = "of at most 32 KB and 100 levels, without NUL in its texts and with numbers of 64 bits"
    check.wrong(field, f"A JSON object {told}, is accepted.")
    return None


def is_plain(text: bytes) -> bool:
    """Whether JSON text that was written without fault holds nothing that might have to be refused.

    A number that is none is written as null.
    """
    if b"null" in text or b"\\u0000" in text:
        return False
    return text.count(b"{") + text.count(b"[") <= _DEEPEST
