"""A rate: so many requests in so many seconds."""

from importlib import import_module
from typing import NamedTuple

OFF = "off"
MEMORY = "memory://"
"""Where requests are counted that no other process needs to know of."""
PERIOD = 15 * 60
"""Seconds of the documented rates."""


class Rate(NamedTuple):
    requests: int
    seconds: int


PRODUCTION = Rate(1_000, PERIOD)
DEVELOPMENT = Rate(10_000, PERIOD)


def rate_of(text: str) -> Rate | None:
    """The rate a text such as `1000/15minutes` names; None for `off`. Raises ValueError for others."""
    if text.strip().lower() == OFF:
        return None
    # Loaded only here: commands that serve nothing do without it.
    parse_many = import_module("limits").parse_many
    try:
        found = parse_many(text)
    except ValueError:
        found = []
    if len(found) != 1 or found[0].amount < 1 or found[0].get_expiry() < 1:
        raise ValueError("must be one rate such as 1000/15minutes or 20/second, or off")
    return Rate(found[0].amount, found[0].get_expiry())
