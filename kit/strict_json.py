"""JSON as its standard has it, and as the database takes it: no NaN, no name twice, nothing too large."""

import json
import math
from typing import Any, ClassVar

import orjson

from kit.errors import InvalidInputError

DEEPEST = 100
LEAST, MOST = -(2**63), 2**63 - 1
_HOLDERS = (dict, list)
_LONGEST = 20
"""Characters that an integer of 64 bits may have."""
_LONG = b"0" * 19
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_BLANKS = b" \t\r\n"
_NOT_PLAIN = object()


class _Wrong:
    """Stands for a value that is not taken; `why` completes a sentence that begins with its name."""

    made: ClassVar[int] = 0

    def __init__(self, why: str) -> None:
        self.why = why
        _Wrong.made += 1


def parse(body: bytes, name: str = "body") -> Any:
    """Read a body. Raises InvalidInputError that names the place in it, and says what is accepted."""
    if (plain := _plain(body)) is not _NOT_PLAIN:
        return plain
    before = _Wrong.made
    try:
        found = _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise InvalidInputError(name, f"The {name} is not JSON in UTF-8") from None
    except json.JSONDecodeError as error:
        why = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos}"
        raise InvalidInputError(name, f"The {name} is not JSON: {why}") from None
    except RecursionError:
        raise _too_deep(name) from None
    if before == _Wrong.made and b"\\u" not in body and _names(found) is not None:
        return found
    if why_not := _why_not(found):
        raise InvalidInputError(name, f"The {name} {why_not}")
    _check(found, name)
    return found


def _plain(body: bytes) -> Any:
    """The value of a body as most are, read the fast way; _NOT_PLAIN for one that may hold what is not taken.

    The fast reader takes names twice, integers of more than 64 bits, the character NUL and any depth. Each
    name is followed by a colon, so where there are no more of them than the value has names, none is there
    twice.
    """
    text = body.translate(_DIGITS, _BLANKS)
    if _LONG in text or (b"\\" in text and b"\\u" in text):
        return _NOT_PLAIN
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _NOT_PLAIN
    return found if _names(found) == text.count(b'":') else _NOT_PLAIN


def _names(found: Any) -> int | None:
    """How many names a value has, at every level; None where it nests too deeply."""
    level: list[Any] = [found] if type(found) in _HOLDERS else []
    count = 0
    for _ in range(DEEPEST + 1):
        if not level:
            return count
        below = []
        for holder in level:
            within = holder
            if type(holder) is dict:
                count += len(holder)
                within = holder.values()
            for value in within:
                kind = type(value)
                if kind is dict or kind is list:
                    below.append(value)
        level = below
    return None


def _check(found: Any, name: str) -> None:
    """Look at every value, without calling down into them: they may nest as deep as the decoder goes."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), found)] if isinstance(found, dict | list) else []
    while waiting:
        path, holder = waiting.pop()
        if len(path) >= DEEPEST:
            raise _too_deep(name)
        pairs = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, value in pairs:
            if why := _why_not(value):
                place = ".".join(map(str, (*path, key)))
                raise InvalidInputError(place, f"{place} {why}")
            if isinstance(value, dict | list):
                waiting.append(((*path, key), value))


def _why_not(value: Any) -> str | None:
    if isinstance(value, _Wrong):
        return value.why
    if isinstance(value, str):
        return _why_no_text(value)
    if isinstance(value, dict):
        return next((f"has a name that {why}" for why in map(_why_no_text, value) if why), None)
    return None


def _why_no_text(value: str) -> str | None:
    if "\0" in value:
        return "holds the character NUL (\\u0000), which is not accepted"
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        return "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character"
    return None


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    return _Wrong(f"has {json.dumps(twice[:60])} twice; give it once")


def _integer(text: str) -> Any:
    if len(text) <= _LONGEST and LEAST <= (number := int(text)) <= MOST:
        return number
    return _Wrong(f"is an integer outside {LEAST} to {MOST}, which are accepted")


def _number(text: str) -> Any:
    number = float(text)
    return number if math.isfinite(number) else _Wrong("is a number too large; up to 1.7e308 is accepted")


def _too_deep(name: str) -> InvalidInputError:
    return InvalidInputError(name, f"The {name} nests deeper than the {DEEPEST} levels that are accepted")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_number,
    parse_constant=lambda text: _Wrong(f"is {text}, which JSON does not have; a number or null is accepted"),
)
