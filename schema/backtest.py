"""Backtests: how well the last days would have been foretold, and asking for one."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from kit import ids
from resolvers import backtests
from resolvers.backtests import BacktestRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.enums import (
    BacktestLimit,
    BacktestMeasure,
    ChurnRisk,
    ForecasterRole,
    ForecastModel,
    RunStatus,
)
from schema.model_candidate import ModelCandidate
from schema.money import Money, money
from schema.node import Node
from schema.owner import tenant_of
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.tenant import Tenant

KIND = "Backtest"


@strawberry.type(description="A tenth of the customers, by foretold chance of an order.")
class CalibrationDecile:
    customer_count: int = strawberry.field(description="How many customers.")
    predicted: float = strawberry.field(description="Mean foretold chance of an order, 0 to 1.")
    observed: float = strawberry.field(description="Share that ordered, 0 to 1.")


@strawberry.type(description="What became of the customers of a risk class.")
class RealisedRisk:
    risk: ChurnRisk = strawberry.field(description="The class they would have been called.")
    customer_count: int = strawberry.field(description="How many customers.")
    returned_count: int = strawberry.field(description="How many of them ordered within `riskDays`.")
    rate: float | None = strawberry.field(description="Their share, 0 to 1. Null of nobody.")


@strawberry.type(description="One forecaster against what happened. Null where a figure is not defined.")
class BacktestScore:
    name: ForecastModel = strawberry.field(description="A purchase model, or a rule of thumb.")
    role: ForecasterRole = strawberry.field(description="Whether a run would use it.")
    flags: list[str] = strawberry.field(description="What to know of the fit.")
    expected_orders: float = strawberry.field(description="Foretold days with an order, of all customers.")
    orders_bias: float | None = strawberry.field(description="Foretold over actual orders, minus 1.")
    revenue: Money | None = strawberry.field(description="Foretold revenue.")
    revenue_bias: float | None = strawberry.field(description="Foretold over actual revenue, minus 1.")
    rmse: float | None = strawberry.field(description="Root mean squared error of a customer's orders.")
    mae: float | None = strawberry.field(description="Mean absolute error of a customer's orders.")
    log_loss: float | None = strawberry.field(description="Of the chance of an order; lower is better.")
    brier: float | None = strawberry.field(description="Brier score of the same; lower is better.")
    auc: float | None = strawberry.field(description="How well that chance ranks customers, .5 to 1.")
    top_decile_share: float | None = strawberry.field(
        description="Share of the revenue that the tenth of customers of the highest foretold value brought."
    )
    calibration: list[CalibrationDecile] = strawberry.field(description="By rising foretold chance.")
    gains: list[float] = strawberry.field(
        description="Share of the revenue brought by the best 0, 5, ..., 100 % of customers."
    )
    risk_classes: list[RealisedRisk] = strawberry.field(description="What became of each risk class.")

    @classmethod
    def of(cls, found: dict[str, Any], currency: str) -> "BacktestScore":
        return cls(
            name=ForecastModel(found["name"]),
            role=ForecasterRole(found["role"]),
            flags=found["flags"],
            expected_orders=found["transactions"],
            orders_bias=found["transactions_bias"],
            revenue=money(found["value"], currency),
            revenue_bias=found["value_bias"],
            calibration=[
                CalibrationDecile(
                    customer_count=each["customers"], predicted=each["predicted"], observed=each["observed"]
                )
                for each in found["deciles"]
            ],
            gains=found["gains"],
            risk_classes=[
                RealisedRisk(
                    risk=ChurnRisk(each["risk"]),
                    customer_count=each["customers"],
                    returned_count=each["returned"],
                    rate=each["rate"],
                )
                for each in found["risk_classes"]
            ],
            **{name: found[name] for name in _MEASURES},
        )


_MEASURES = ("rmse", "mae", "log_loss", "brier", "auc", "top_decile_share")


@strawberry.type(description="Repeat orders up to the end of a week, all customers together.")
class BacktestWeek:
    day: date = strawberry.field(description="The day at whose start the week has ended.")
    actual: int = strawberry.field(description="Orders so far; the customers' first ones do not count.")
    model: float | None = strawberry.field(description="What the model makes of when customers came.")
    forecast: float | None = strawberry.field(description="Actual until the window, foretold within it.")


@strawberry.type(description="Who was best on a measure.")
class BacktestWin:
    measure: BacktestMeasure = strawberry.field(description="The measure.")
    name: ForecastModel = strawberry.field(description="The best forecaster.")
    role: ForecasterRole = strawberry.field(description="Whether a run would use it.")
    value: float = strawberry.field(description="What it reached.")
    model_value: float = strawberry.field(description="What the run's model reached.")


@strawberry.type(
    description="A test of the forecasts: the last days are held out, foretold from the days before, and "
    "compared, beside other models and rules of thumb."
)
class Backtest(Node):
    owner: strawberry.Private[TenantRow]
    database_id: BigInt = strawberry.field(description="The backtest's number.")
    status: RunStatus = strawberry.field(description="How far it is.")
    holdout_days: int = strawberry.field(description="How many days are held out.")
    as_of: datetime | None = strawberry.field(description="The end of the days held out.")
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")
    error: str | None = strawberry.field(description="Why it failed.")
    is_stale: bool = strawberry.field(description="Whether the data have changed since.")
    reason: BacktestLimit | None = strawberry.field(description="What limits it; null where nothing does.")
    sentences: list[str] = strawberry.field(description="The result in words.")
    customer_count: int = strawberry.field(description="Customers known when the window began.")
    order_count: int | None = strawberry.field(description="Their days with an order within it.")
    returned_count: int | None = strawberry.field(description="How many of them ordered.")
    revenue: Money | None = strawberry.field(description="Their net revenue within it.")
    risk_days: int | None = strawberry.field(description="Days that count for the risk classes.")
    model: ForecastModel | None = strawberry.field(description="The purchase model a run would have used.")
    model_reason: str | None = strawberry.field(description="Why that one.")
    flags: list[str] = strawberry.field(description="What to know of its fit.")
    candidates: list[ModelCandidate] = strawberry.field(description="The table it was chosen from.")
    scores: list[BacktestScore] = strawberry.field(description="The run's model first, then the others.")
    wins: list[BacktestWin] = strawberry.field(description="Who was best, by measure.")
    weeks: list[BacktestWeek] = strawberry.field(description="Orders by week, actual and foretold.")
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose backtest this is."
    )

    @classmethod
    def of(cls, tenant: TenantRow, row: BacktestRow) -> "Backtest":
        found: dict[str, Any] = row.result or {}
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.tenant_id, row.id)),
            owner=tenant,
            database_id=BigInt(row.id),
            status=RunStatus(row.status),
            holdout_days=row.holdout_days,
            as_of=row.as_of,
            requested_at=row.requested_at,
            finished_at=row.finished_at,
            error=row.error,
            is_stale=row.data_version != tenant.data_version,
            reason=None if found.get("reason") is None else BacktestLimit(found["reason"]),
            model=None if found.get("model") is None else ForecastModel(found["model"]),
            sentences=found.get("sentences", []),
            customer_count=found.get("customers", 0),
            order_count=found.get("transactions"),
            returned_count=found.get("returned"),
            revenue=money(found.get("revenue"), tenant.currency),
            flags=found.get("flags", []),
            candidates=[ModelCandidate.of(each) for each in found.get("candidates", [])],
            scores=[BacktestScore.of(each, tenant.currency) for each in found.get("scores", [])],
            wins=[
                BacktestWin(
                    measure=BacktestMeasure(each["measure"]),
                    name=ForecastModel(each["name"]),
                    role=ForecasterRole(each["role"]),
                    value=each["value"],
                    model_value=each["model_value"],
                )
                for each in found.get("wins", [])
            ],
            weeks=[
                BacktestWeek(**{**each, "day": date.fromisoformat(each["day"])})
                for each in found.get("weeks", [])
            ],
            **{name: found.get(name) for name in _PLAIN},
        )


_PLAIN = ("risk_days", "model_reason")


async def last_backtest(info: Info, tenant: TenantRow, holdout_days: int) -> Backtest | None:
    """The last backtest of a tenant that held so many days out."""
    row = await backtests.last(info.context, tenant.id, holdout_days, name="holdoutDays")
    return None if row is None else Backtest.of(tenant, row)


async def find_backtest(info: Info, tenant: TenantRow, number: int) -> Backtest | None:
    """One backtest of a tenant by its number."""
    row = await backtests.of_id(info.context, tenant.id, number)
    return None if row is None else Backtest.of(tenant, row)
