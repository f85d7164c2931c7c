"""The Content-Type of a body: what it is, and in which characters."""

import re
from functools import lru_cache
from typing import NamedTuple

_FORM = re.compile(r"\s*(?P<kind>[^;\s]+)\s*(?:;(?P<rest>.*))?", re.DOTALL)
_CHARSET = re.compile(r"(?:^|;)\s*charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)
_LONGEST = 200
_UTF_8 = frozenset({"utf-8", "utf8"})


class MediaType(NamedTuple):
    """`kind` in lower case, such as application/json; `rest` are its parameters as they were given."""

    kind: str
    rest: str

    @property
    def is_utf_8(self) -> bool:
        """Whether it is said to be in UTF-8, or not said in what."""
        found = _CHARSET.search(self.rest)
        return found is None or found[1].lower() in _UTF_8


def media_type_of(header: str) -> MediaType:
    """Read a header's value; one that is none has an empty `kind`."""
    return _remembered(header) if len(header) <= _LONGEST else _read(header)


def _read(header: str) -> MediaType:
    found = _FORM.fullmatch(header)
    return MediaType(found["kind"].lower(), found["rest"] or "") if found else MediaType("", "")


_remembered = lru_cache(256)(_read)
