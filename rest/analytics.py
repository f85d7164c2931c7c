"""Analytics: RFM, lifetime value and churn over a tenant's customers."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from models.score import RISKS, SEGMENTS, TIERS
from resolvers import reports, versions
from resolvers.analytics import class_named
from resolvers.context import Ctx
from resolvers.reports import CustomerReport, SegmentReport
from rest.caching import unless_known
from rest.kept import Kept
from rest.values import Context, Limit, TenantQuery, amount, instant, money, written

router = APIRouter(prefix="/api/v2/cdp/analytics", tags=["Analytics"])


class RfmOverview(BaseModel):
    total_customers: int
    avg_recency: float
    avg_frequency: float
    avg_monetary: float
    total_revenue: float
    last_calculation: str | None = Field(description="When the run ended; null before the first")


class SegmentFigures(BaseModel):
    segment: str
    customer_count: int
    percentage: float
    avg_recency: float
    avg_frequency: float
    avg_monetary: float


class RfmData(BaseModel):
    overview: RfmOverview
    distribution: list[SegmentFigures]
    segments: dict[str, list[str]] = Field(description="Customers of each segment, highest revenue first")


class RfmResponse(BaseModel):
    success: bool
    message: str
    data: RfmData


class TierCounts(BaseModel):
    high: int
    medium: int
    low: int


class ClvOverview(BaseModel):
    total_customers: int
    avg_clv: float
    total_clv: float
    distribution: TierCounts


class TopCustomer(BaseModel):
    customer_id: int
    email: str | None
    historical_value: float | None
    predicted_value: float | None
    total_orders: int | None
    clv_tier: str | None


class ClvData(BaseModel):
    overview: ClvOverview
    top_customers: list[TopCustomer]


class ClvResponse(BaseModel):
    success: bool
    data: ClvData


class RiskCounts(BaseModel):
    active: int
    at_risk: int
    churning: int
    churned: int


class ChurnOverview(BaseModel):
    total_customers: int
    churn_rate: float
    at_risk_count: int
    distribution: RiskCounts


class CustomerAtRisk(BaseModel):
    customer_id: int
    last_order_date: str | None
    days_since_last_order: int | None
    churn_probability: float | None
    churn_risk: str | None


class ChurnData(BaseModel):
    overview: ChurnOverview
    at_risk_customers: list[CustomerAtRisk]


class ChurnResponse(BaseModel):
    success: bool
    data: ChurnData


@router.get("/rfm", operation_id="getRfmAnalytics", summary="RFM analysis", response_model=RfmResponse)
async def rfm(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    segment: Annotated[
        str | None, Query(description="Only this segment", json_schema_extra={"enum": [*SEGMENTS]})
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Recency, frequency and monetary value: figures, distribution and the first customers by segment."""
    segment = None if segment is None else class_named("rfm", segment)

    async def made() -> dict[str, Any]:
        return _rfm(await reports.rfm(ctx, tenant, segment=segment, limit=limit))

    return await _standing(request, ctx, tenant, ("rfm", segment, limit), made)


@router.get("/clv", operation_id="getClvAnalytics", summary="Lifetime value", response_model=ClvResponse)
async def clv(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    tier: Annotated[
        str | None, Query(description="high, medium or low", json_schema_extra={"enum": [*TIERS]})
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Predicted value of the customers: figures, tiers and the most valuable ones."""
    tier = None if tier is None else class_named("clv", tier)

    async def made() -> dict[str, Any]:
        return _clv(await reports.clv(ctx, tenant, tier=tier, limit=limit))

    return await _standing(request, ctx, tenant, ("clv", tier, limit), made)


@router.get("/churn", operation_id="getChurnAnalytics", summary="Churn risk", response_model=ChurnResponse)
async def churn(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    risk_level: Annotated[
        str | None,
        Query(description="active, at_risk, churning or churned", json_schema_extra={"enum": [*RISKS]}),
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Risk of losing customers: figures, classes and the most valuable customers of a class."""
    risk = None if risk_level is None else class_named("churn", risk_level)

    async def made() -> dict[str, Any]:
        return _churn(await reports.churn(ctx, tenant, risk=risk, limit=limit))

    return await _standing(request, ctx, tenant, ("churn", risk, limit), made)


async def _standing(
    request: Request,
    ctx: Ctx,
    tenant: int,
    asked: tuple[Any, ...],
    made: Callable[[], Awaitable[dict[str, Any]]],
) -> Response:
    """The answer that was given before if it still stands, or else another one."""
    version = await versions.of_tenant(ctx, tenant)
    depends = version.scores if asked[0] == "rfm" else version.data
    unless_known(request, *depends)
    key = (*depends, *asked)
    kept: Kept | None = ctx.db.memory.get(key)
    if kept is None:
        kept = Kept(written(await made()))
        ctx.db.memory.keep(key, kept)
    return kept


def _rfm(report: SegmentReport) -> dict[str, Any]:
    overview = report.figures.get("overview", {})
    return {
        "success": True,
        "message": "RFM analysis retrieved successfully",
        "data": {
            "overview": {
                "total_customers": overview.get("total_customers", 0),
                "avg_recency": _mean(overview.get("avg_recency")),
                "avg_frequency": _mean(overview.get("avg_frequency")),
                "avg_monetary": money(overview.get("avg_monetary")),
                "total_revenue": money(overview.get("total_revenue")),
                "last_calculation": instant(report.finished_at) if report.figures else None,
            },
            "distribution": [
                {
                    "segment": row["segment"],
                    "customer_count": row["customer_count"],
                    "percentage": row["percentage"],
                    "avg_recency": _mean(row["avg_recency"]),
                    "avg_frequency": _mean(row["avg_frequency"]),
                    "avg_monetary": money(row["avg_monetary"]),
                }
                for row in report.figures.get("distribution", [])
                if row["segment"] in report.segments
            ],
            "segments": {name: [str(each) for each in ids] for name, ids in report.segments.items()},
        },
    }


def _mean(value: float | None) -> float:
    return round(value or 0.0, 2)


def _clv(report: CustomerReport) -> dict[str, Any]:
    overview = report.figures.get("overview", {})
    return {
        "success": True,
        "data": {
            "overview": {
                "total_customers": overview.get("total_customers", 0),
                "avg_clv": money(overview.get("avg_predicted_value")),
                "total_clv": money(overview.get("total_predicted_value")),
                "distribution": {name: overview.get(name, 0) for name in TIERS},
            },
            "top_customers": [
                {
                    "customer_id": row.customer_id,
                    "email": row.email,
                    "historical_value": amount(row.historical_value),
                    "predicted_value": amount(row.predicted_value),
                    "total_orders": row.total_orders,
                    "clv_tier": row.clv_tier,
                }
                for row in report.customers
            ],
        },
    }


def _churn(report: CustomerReport) -> dict[str, Any]:
    overview = report.figures.get("overview", {})
    return {
        "success": True,
        "data": {
            "overview": {
                "total_customers": overview.get("total_customers", 0),
                "churn_rate": overview.get("churn_rate") or 0.0,
                "at_risk_count": overview.get("at_risk_count", 0),
                "distribution": {name: overview.get(name, 0) for name in RISKS},
            },
            "at_risk_customers": [
                {
                    "customer_id": row.customer_id,
                    "last_order_date": row.last_order_on,
                    "days_since_last_order": report.days_since(row.last_order_on),
                    "churn_probability": row.churn_probability,
                    "churn_risk": row.churn_risk,
                }
                for row in report.customers
            ],
        },
    }
