"""The names of types of events."""

import re

_NAME = re.compile("[a-z][a-z0-9_.]{0,63}")
FORM = "small letters, digits, _ and ., 64 at most, a letter first"


def is_name(text: str) -> bool:
    """Whether a type of events can be called so."""
    return _NAME.fullmatch(text) is not None
