"""The record of a run, read without an event loop."""

from kit.db import Statement, connect_for_work
from resolvers.runs import RunRow

_RUN = Statement(
    f"SELECT {', '.join(RunRow._fields)} FROM score_run "  # noqa: S608
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s",
    scoped=True,
    defaults={},
)


def read_run(url: str, tenant: int, run_id: int) -> RunRow:
    """The run as it is stored."""
    with connect_for_work(url) as work, work.transaction(tenant):
        (row,) = work.run(_RUN, {"id": run_id})
    return RunRow(*row)
