"""The types that a tenant's events may have, and whether their properties hold to them."""

from collections.abc import Mapping
from typing import Any

from kit.db import Statement, Work
from resolvers.event_types.built_in import BUILT_IN, misfit
from resolvers.event_types.json_schema import compiled
from resolvers.event_types.name import is_name
from resolvers.writes.outcome import Problem

_FIND = Statement(
    "SELECT name, CASE WHEN %(names)s::text[] IS NULL OR name = ANY (%(names)s) THEN json_schema::text END "
    "FROM event_type WHERE tenant_id = %(tenant_id)s AND is_active ORDER BY name",
    True,
    {},
)


class Types:
    """The built-in types, and those of a tenant's own that events may name."""

    def __init__(self, own: Mapping[str, str | None]) -> None:
        self._own = own

    @classmethod
    def of(cls, work: Work, names: set[str] | None = None) -> "Types":
        """The tenant's types, read where one of the names is not built in; without names all of them."""
        asked = None if names is None else [each for each in names if each not in BUILT_IN]
        if asked is not None and not asked:
            return cls({})
        wanted = None if asked is None else [each for each in asked if is_name(each)]
        return cls(dict(work.run(_FIND, {"names": wanted})))

    def problem(self, name: str, properties: Mapping[str, Any]) -> Problem | None:
        """What is wrong with a type, or with properties as those of an event of the tenant's own type."""
        if name in BUILT_IN:
            return None
        if name not in self._own:
            accepted = ", ".join([*BUILT_IN, *self._own])
            told = f"'{name[:64]}' is not a type of this tenant's events; accepted are {accepted}."
            return Problem("type", told)
        schema = self._own[name]
        violation = None if schema is None else compiled(schema).violation(properties)
        return None if violation is None else Problem("properties", violation.message, path=violation.path)


def built_in_problem(name: str, properties: Mapping[str, Any]) -> Problem | None:
    """What is wrong with properties as those of an event of a built-in type; of others nothing is known."""
    if not properties or name not in BUILT_IN or (wrong := misfit(name, properties)) is None:
        return None
    key, accepted = wrong
    return Problem("properties", f"{key} of {name} must be {accepted}.", path=(key,))
