"""The record of a backtest, read without an event loop."""

from kit.db import Statement, connect_for_work
from resolvers.backtests import BacktestRow

_BACKTEST = Statement(
    f"SELECT {', '.join(BacktestRow._fields)} FROM backtest "  # noqa: S608
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s",
    scoped=True,
    defaults={},
)


def read_backtest(url: str, tenant: int, backtest: int) -> BacktestRow:
    """The backtest as it is stored."""
    with connect_for_work(url) as work, work.transaction(tenant):
        (row,) = work.run(_BACKTEST, {"id": backtest})
    return BacktestRow(*row)
