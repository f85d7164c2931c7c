"""One of a tenant's objects, which is named by one of its ids."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import strawberry

from kit.errors import InvalidInputError
from resolvers.context import Ctx
from resolvers.tenants import TenantRow
from schema.arguments import DatabaseId, ExternalId, Id, number_of
from schema.batching import by_tenant, looked_up
from schema.context import Info
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.tenant import Tenant

R = TypeVar("R")
T = TypeVar("T")

Rows = Callable[[Ctx, int, Sequence[int | str]], Awaitable[list[R | None]]]
"""A tenant's rows by their numbers or the shop's own ids, in the order of those; None where there is none."""


class Wanted(NamedTuple):
    """An object of a tenant: its number, or the shop's own id of it. The number 0 is nobody's."""

    owner: TenantRow
    key: int | str

    @classmethod
    def of(
        cls,
        field: str,
        kind: str,
        owner: TenantRow,
        global_id: strawberry.ID | None,
        database_id: BigInt | None,
        external_id: str | None,
    ) -> "Wanted":
        """The one of exactly one of these ids.

        Raises InvalidInputError for none or more of them, and for the id of something else.
        """
        if (global_id, database_id, external_id).count(None) != 2:
            raise InvalidInputError(field, "Give exactly one of id, databaseId and externalId.")
        if external_id is not None:
            return cls(owner, external_id)
        return cls(owner, number_of(field, kind, owner.id, global_id, database_id))


def one_of_tenant(
    field: str,
    kind: str,
    rows_for: Callable[[Info], Rows[R]],
    make: Callable[[TenantRow, R], T],
    *,
    description: str,
) -> Any:
    """The field of one object of a tenant, by exactly one of its ids; null if there is none.

    `rows_for` tells how the rows are read for what the field is asked for (`schema.selection.columns_of`).
    """

    def wanted(
        root: "Tenant",
        id: Id = None,  # noqa: A002
        database_id: DatabaseId = None,
        external_id: ExternalId = None,
    ) -> Wanted:
        return Wanted.of(field, kind, root.row, id, database_id, external_id)

    async def found(them: list[Wanted], info: Info) -> list[T | None]:
        rows = rows_for(info)

        async def ask(tenant: int, mine: list[Wanted]) -> list[T | None]:
            found = await rows(info.context, tenant, [each.key for each in mine])
            return [
                row if row is None else object_of(make, each.owner, row)
                for each, row in zip(mine, found, strict=True)
            ]

        return await by_tenant(them, ask)

    return looked_up(wanted, found, description=description)


def object_of(make: Callable[[TenantRow, R], T], owner: TenantRow, row: R) -> T:
    """The object of a row; a bare one stays as it is, for a plan takes it apart itself."""
    return row if type(row) is tuple else make(owner, row)  # type: ignore[return-value]
