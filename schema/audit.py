"""The log of changes, for administrators."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry
from strawberry.scalars import JSON

from kit.errors import InvalidInputError
from kit.page import Page
from kit.text import storable
from resolvers.audit import entries
from resolvers.audit.entries import AuditFilter, AuditRow
from schema.batching import held
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import AuditFace, AuditMode, members_of
from schema.moments import aware
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows

if TYPE_CHECKING:
    from schema.root import Viewer
    from schema.tenant import Tenant


@strawberry.type(
    description="One change: who did what to which object, when and from where. Secrets are masked, and "
    "lists of records are told by counts."
)
class AuditEntry:
    row: strawberry.Private[AuditRow]
    occurred_at: datetime = held("occurred_at", description="When it was done.")
    actor: str = held(
        "actor",
        description="Who did it: the subject of their token, `key:` and the id of their API key, `cli:` and "
        "the user who ran a command, or open.",
    )
    mode: AuditMode = held("mode", make=members_of(AuditMode), description="How they proved it.")
    api_key_id: str | None = held("api_key_id", description="The id of their API key. Null without one.")
    face: AuditFace = held("face", make=members_of(AuditFace), description="What they used.")
    address: str | None = held(
        "address", description="The client's address, behind trusted proxies. Null for a command."
    )
    request_id: str | None = held(
        "request_id", description="The request's X-Request-Id, which the log has. Null for a command."
    )
    action: str = held("action", description="What was done, such as integrationUpdate or ordersImport.")
    object_type: str | None = held("object_type", description="What it was done to, such as Integration.")
    object_id: str | None = held(
        "object_id", description="Its number, or its name where it has none. Null for a list of records."
    )
    before: JSON | None = held("before", description="What is another now, as it was. Null for a new one.")
    after: JSON | None = held("after", description="What is another now, as it is. Null for a removed one.")
    counts: JSON | None = held("counts", description="How many records had which outcome. Null for one.")


@strawberry.type(description="An entry in a page.")
class AuditEntryEdge:
    cursor: str = strawberry.field(description="Where the entry stands in the log.")
    node: AuditEntry = strawberry.field(description="The entry.")


@strawberry.type(description="A page of the log of changes, newest first.")
class AuditEntryConnection(Connection):
    edges: list[AuditEntryEdge] = edges_of("The entries with their cursors.")
    nodes: list[AuditEntry] = nodes_of("The entries.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Entries of the whole list; counted only if asked for.")

    edge_class = AuditEntryEdge

    @classmethod
    def of(cls, page: Page[AuditRow]) -> "AuditEntryConnection":
        return cls(page=page, make=lambda row: AuditEntry(row=row))


@strawberry.input(description="Which entries: those that meet all that is given.")
class AuditFilterInput:
    actor: str | None = strawberry.field(default=None, description="Of one actor.")
    action: str | None = strawberry.field(default=None, description="Of one action.")
    object_id: str | None = strawberry.field(
        default=None, description="About the objects of one number or name."
    )
    since: datetime | None = strawberry.field(default=None, description="From an instant on.")
    until: datetime | None = strawberry.field(default=None, description="Before an instant.")


Filter: TypeAlias = Annotated[AuditFilterInput | None, strawberry.argument(description="Which entries.")]


async def audit_of_tenant(
    root: "Tenant",
    info: Info,
    filter: Filter = None,  # noqa: A002
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> AuditEntryConnection | None:
    """The field: a page of the tenant's log."""
    window = asked_of_rows(info, first, after, last, before)
    return AuditEntryConnection.of(await entries.page(info.context, root.row.id, _wanted(filter), **window))


async def audit_of_none(
    root: "Viewer",
    info: Info,
    filter: Filter = None,  # noqa: A002
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> AuditEntryConnection | None:
    """The field: a page of what is of no one tenant."""
    window = asked_of_rows(info, first, after, last, before)
    return AuditEntryConnection.of(await entries.page_of_none(info.context, _wanted(filter), **window))


def _wanted(given: AuditFilterInput | None) -> AuditFilter:
    if given is None:
        return entries.ALL
    for name in ("actor", "action", "object_id"):
        if not storable(getattr(given, name) or ""):
            raise InvalidInputError(name, f"{name} holds what no text of the log can.")
    since, until = aware(given.since, "since"), aware(given.until, "until")
    return AuditFilter(given.actor, given.action, given.object_id, since, until)
