"""The record of a backtest, read without an event loop."""

from resolvers.backtests import BacktestRow
from resolvers.record import read_record


def read_backtest(url: str, tenant: int, backtest: int) -> BacktestRow:
    """The backtest as it is stored."""
    return read_record(url, "backtest", BacktestRow._fields, BacktestRow, (tenant, backtest))
