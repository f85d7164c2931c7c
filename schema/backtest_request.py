"""Ask for a backtest."""

import strawberry

from kit import ids
from resolvers import backtests, tenants
from resolvers.backtesting.request import USUAL_HOLDOUT, BacktestRequest
from schema.arguments import Input
from schema.backtest import Backtest
from schema.context import Info
from schema.tenant import KIND as TENANT
from schema.user_errors import UserError, answers


@strawberry.input(description="Which backtest to make.")
class BacktestRequestInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    holdout_days: int = strawberry.field(
        default=USUAL_HOLDOUT, description="How many days to hold out, 1 to 3,650."
    )
    as_of: str = strawberry.field(
        default="latest",
        description="The end of the days held out: latest (the day after the last order), now or a day such "
        "as 2011-12-10.",
    )


@strawberry.type(description="The backtest asked for, or why it was refused.")
class BacktestRequestPayload:
    backtest: Backtest | None = strawberry.field(
        default=None, description="It waits for a worker; look again by its id."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was not."
    )


@answers(BacktestRequestPayload)
async def backtest_request(info: Info, input: Input[BacktestRequestInput]) -> BacktestRequestPayload:  # noqa: A002
    """Leave a backtest for a worker."""
    (number,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    request = BacktestRequest.of(input.holdout_days, input.as_of)
    row = await backtests.request_backtest(info.context, number, request)
    tenant = await tenants.get(info.context, number)
    return BacktestRequestPayload(backtest=Backtest.of(tenant, row))
