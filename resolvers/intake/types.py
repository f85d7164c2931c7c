"""The types that the events of a batch name, and whether their properties hold to them."""

from collections.abc import Iterable

from kit.db import Statement, Work
from resolvers.event_types.built_in import BUILT_IN
from resolvers.event_types.json_schema import compiled
from resolvers.event_types.name import is_name
from resolvers.intake.event import Checked
from resolvers.writes.outcome import Problem

_FIND = Statement(
    "SELECT name, CASE WHEN name = ANY (%(names)s) THEN json_schema::text END FROM event_type "
    "WHERE tenant_id = %(tenant_id)s AND is_active ORDER BY name",
    True,
    {},
)


class Types:
    """The types of a tenant: the built-in ones, and its own where any of the events may be of one."""

    def __init__(self, work: Work, events: Iterable[Checked]) -> None:
        names = {each.event_type for each in events if each.event_type not in BUILT_IN}
        wanted = [each for each in names if is_name(each)]
        self._own: dict[str, str | None] = dict(work.run(_FIND, {"names": wanted})) if names else {}

    def problem(self, event: Checked) -> Problem | None:
        """What is wrong with an event's type, or with its properties as events of the tenant's own type."""
        name = event.event_type
        if name in BUILT_IN:
            return None
        if name not in self._own:
            accepted = ", ".join([*BUILT_IN, *self._own])
            return Problem(
                "type", f"'{name[:64]}' is not a type of this tenant's events; accepted are {accepted}."
            )
        schema = self._own[name]
        violation = None if schema is None else compiled(schema).violation(event.properties)
        return None if violation is None else Problem("properties", violation.message, path=violation.path)
