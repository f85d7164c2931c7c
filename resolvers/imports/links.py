"""Links: which order each refund undoes."""

from kit.db import Work
from resolvers.imports.statements import statement


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
