"""Rows of imports that name merged customers: they are of who has what was theirs."""

from kit.db import Statement, Work
from resolvers.merging.statements import statement

_ANY = Statement(
    "SELECT EXISTS (SELECT FROM customer_merge WHERE tenant_id = %(tenant_id)s AND undone_at IS NULL)",
    True,
    {},
)


def follow_people(work: Work) -> None:
    """Have rows of customers be of the survivors: they fill in what these lack, and change nothing else."""
    _follow(work, statement("staged_people"))


def follow_orders(work: Work) -> None:
    """Have orders and refunds be of the survivors."""
    _follow(work, statement("staged_orders"))


def _follow(work: Work, statement: Statement) -> None:
    if work.run(_ANY)[0][0]:
        work.run(statement)
