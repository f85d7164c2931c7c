"""Which clauses of criteria hold of customers, and the customers' own values, as the database finds them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, false, func, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from kit.db import TENANT, prepare
from kit.errors import InvalidInputError
from resolvers.context import Ctx
from resolvers.criteria import FROM, Comparison, Compiling, Field, Tally, joined
from resolvers.criteria.tree import Clause
from resolvers.standing import CUSTOMERS

_MOST_CLAUSES, _MOST_FIELDS = 5000, 1000
_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))


class Truth(NamedTuple):
    """Whether a clause holds of a customer; `value` is the customer's own of its `field`, as text."""

    path: str
    sentence: str
    field: str | None
    value: str | None
    holds: bool


async def truths(
    ctx: Ctx, tenant: int, stated: Mapping[int, Sequence[Clause]], customers: Sequence[int]
) -> dict[tuple[int, int], list[Truth]]:
    """By the key of the clauses and the customer, each clause. Whom the tenant does not have is left out.

    One statement for all. Raises InvalidInputError for too many clauses, TimedOutError where the database
    would take too long.
    """
    compiling = Compiling(_IDS)
    held = [array([_known(compiling.clause(each)) for each in told]) for told in stated.values()]
    subjects = [_Subject.of(each, compiling) for told in stated.values() for each in told]
    fields = {each.key: each.field.column for each in subjects if each is not None}
    if len(subjects) > _MOST_CLAUSES or len(fields) > _MOST_FIELDS:
        raise InvalidInputError("why", "These customers' segments have too many clauses; ask for fewer rows.")
    statement = prepare(
        select(
            CUSTOMERS.c.id, *(column.label(f"field_{at}") for at, column in enumerate(fields.values())), *held
        )
        .select_from(joined(FROM[True], compiling.tallies))
        .where(CUSTOMERS.c.tenant_id == TENANT, CUSTOMERS.c.id == _IDS)
    )
    within = ctx.query_timeout_seconds
    rows = await ctx.reader.fetch(statement, _row, tenant=tenant, within=within, ids=list(customers))
    found = {}
    for customer, *rest in rows:
        values = dict(zip(fields, rest[: len(fields)], strict=True))
        told = iter(subjects)
        for (key, parts), holds in zip(stated.items(), rest[len(fields) :], strict=True):
            each = zip(parts, told, holds, strict=False)
            found[key, customer] = [_truth(part, subject, values, true) for part, subject, true in each]
    return found


class _Subject(NamedTuple):
    """The field that a clause is about, by a key that is the same for the same field."""

    key: Hashable
    name: str
    field: Field

    @classmethod
    def of(cls, clause: Clause, compiling: Compiling) -> "_Subject | None":
        if isinstance(clause, Comparison):
            return cls((clause.field.name, clause.field.kind), clause.field.name, clause.field)
        if isinstance(clause, Tally):
            comparison, field = compiling.tallied(clause)[0]
            return cls(id(clause), f"{clause.of}: {comparison.field.name}", field)
        return None


def _known(clause: Any) -> Any:
    return func.coalesce(clause, false())


def _row(*columns: Any) -> tuple[Any, ...]:
    return columns


def _truth(clause: Clause, subject: _Subject | None, values: dict[Hashable, Any], holds: bool) -> Truth:
    if subject is None:
        return Truth(clause.path, clause.sentence(), None, None, holds)
    value = values[subject.key]
    shown = None if value is None else subject.field.shown(value)
    return Truth(clause.path, clause.sentence(), subject.name, shown, holds)
