"""Scopes, each of which holds those below it: who may write may read."""

from collections.abc import Iterable

from resolvers.context import ADMIN, READ, WRITE

SCOPES = (READ, WRITE, ADMIN)


def granted(named: Iterable[str]) -> frozenset[str]:
    """The scopes that come with those named; names of other systems' scopes count for nothing."""
    highest = max((SCOPES.index(each) for each in named if each in SCOPES), default=-1)
    return frozenset(SCOPES[: highest + 1])
