"""Links: which order each refund undoes."""

from collections.abc import Sequence

from kit.db import Statement, Work
from resolvers.imports.statements import statement

_TOUCHED = Statement(
    "INSERT INTO import_order (id, external_id, customer_id, old_customer_id, placed_at, amount, currency, "
    "status) SELECT id, external_id, customer_id, customer_id, placed_at, amount, currency, status "
    "FROM customer_order WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s)",
    True,
    {},
)
_CUSTOMERS = Statement(
    "INSERT INTO import_touched (customer_id) SELECT unnest(%(customers)s::bigint[])", False, {}
)
_DROP = "DROP TABLE import_order, import_refund, import_touched, import_link"


def relink(work: Work, orders: Sequence[int]) -> None:
    """Link the refunds that orders of these numbers bear upon, which were written outside an import."""
    work.run(statement("link_tables"))
    work.run(_TOUCHED, {"ids": list(orders)})
    link_refunds(work)
    work.run(_DROP)


def relink_customers(work: Work, customers: Sequence[int]) -> None:
    """Link the refunds of customers whose orders and refunds became other ones."""
    if work.run(statement("link_any"))[0][0]:
        work.run(statement("link_tables"))
        work.run(_CUSTOMERS, {"customers": list(customers)})
        link_refunds(work)
        work.run(_DROP)


def link_refunds(work: Work) -> None:
    """Link the refunds that an import bears upon, and sum up what has been given back of each order.

    A refund goes to the order it names. One that names none goes to the latest earlier order of the same
    customer, amount and currency that no other refund took. Of every customer concerned all refunds are
    matched from scratch, so the outcome does not depend on what was imported first.
    """
    if not work.run(statement("link_any"))[0][0]:
        return
    work.run("ANALYZE import_order, import_refund")
    work.run(statement("link_touched"))
    work.run("ANALYZE import_touched")
    work.run(statement("link_reference"))
    work.run("ANALYZE import_link")
    work.run(statement("link_amount"))
    work.run(statement("link_store"))
    work.run(statement("link_total"))
