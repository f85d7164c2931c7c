"""The record of a run, read without an event loop."""

from resolvers.record import read_record
from resolvers.runs import RunRow


def read_run(url: str, tenant: int, run_id: int) -> RunRow:
    """The run as it is stored."""
    return read_record(url, "score_run", RunRow._fields, RunRow, (tenant, run_id))
