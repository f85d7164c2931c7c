"""Ask for a backtest."""

import strawberry

from kit import ids
from schema.backtest import Backtest, BacktestRequestInput, requested
from schema.context import Info
from schema.tenant import KIND as TENANT
from schema.user_errors import REFUSALS, UserError


@strawberry.type(description="The backtest asked for, or why it was refused.")
class BacktestRequestPayload:
    backtest: Backtest | None = strawberry.field(description="It waits for a worker; look again by its id.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


async def backtest_request(info: Info, input: BacktestRequestInput) -> BacktestRequestPayload:  # noqa: A002
    """Leave a backtest for a worker."""
    try:
        (number,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
        found = await requested(info, number, input)
    except REFUSALS as error:
        return BacktestRequestPayload(backtest=None, user_errors=[UserError.of(error)])
    return BacktestRequestPayload(backtest=found, user_errors=[])
