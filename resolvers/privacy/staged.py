"""Rows of imports that are of erased customers: left out, or kept without them."""

from connectors.files import Fault
from kit.db import Statement
from resolvers.imports.job import Job
from resolvers.privacy.erased import REASON, Erased, is_erased

_PEOPLE = Statement(
    "DELETE FROM import_row WHERE "  # noqa: S608
    f"{is_erased('customer', 'external_id')} OR (email IS NOT NULL AND {is_erased('email', 'email')}) "
    "RETURNING line",
    True,
    {},
)
_EVENTS = Statement(
    f"DELETE FROM import_row WHERE customer IS NOT NULL AND {is_erased('customer', 'customer')} "  # noqa: S608
    "RETURNING line",
    True,
    {},
)
_ORDERS = Statement(
    "UPDATE import_group SET problem = 'erased' "  # noqa: S608
    f"WHERE problem IS NULL AND {is_erased('order', 'external_id')}",
    True,
    {},
)
_ANONYMOUS = Statement(
    "UPDATE import_group SET customer = NULL "  # noqa: S608
    f"WHERE problem IS NULL AND customer IS NOT NULL AND {is_erased('customer', 'customer')}",
    True,
    {},
)


def leave_out_people(job: Job) -> None:
    """Reject the rows of erased customers, without writing down who they are."""
    _leave_out(job, _PEOPLE)


def leave_out_events(job: Job) -> None:
    """Reject the events of erased customers."""
    _leave_out(job, _EVENTS)


def leave_out_orders(job: Job) -> None:
    """Refuse orders that are there already without a person; new ones of erased customers are guests'."""
    erased = Erased(job.work)
    erased.change(_ORDERS)
    erased.change(_ANONYMOUS)


def _leave_out(job: Job, statement: Statement) -> None:
    lines = Erased(job.work).lines(statement)
    name = job.chosen.columns.get("customer_id", "customer_id")
    job.rejects.add(Fault(line, name, "", REASON) for line in sorted(lines))
