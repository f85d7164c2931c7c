"""Text that callers keep and give back but do not read: a kind and numbers, as ids and cursors hold them."""

import base64
import binascii

import orjson

MOST = 2**63 - 1


def encode(kind: str, *numbers: int) -> str:
    """The text that stands for a kind and its numbers; safe in addresses."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *numbers])).decode().rstrip("=")


def decode(text: str) -> tuple[str, tuple[int, ...]] | None:
    """Kind and numbers, at least one, each from 0 to what a bigint holds. None for text not made here."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, *numbers = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    fits = all(type(each) is int and 0 <= each <= MOST for each in numbers)
    return (kind, tuple(numbers)) if isinstance(kind, str) and numbers and fits else None
