"""Analytics: RFM, lifetime value and churn over a tenant's customers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from models.score import RISKS, SEGMENTS, TIERS
from resolvers import analytics, runs, versions
from resolvers.analytics import Scored, class_named
from rest.caching import unless_known
from rest.values import Context, Limit, TenantQuery, amount, instant, money

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
    churn_rate: float | None
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
    segment: Annotated[str | None, Query(description="Only this segment")] = None,
    limit: Limit = 100,
) -> RfmResponse:
    """Recency, frequency and monetary value: figures, distribution and the first customers by segment."""
    names = list(SEGMENTS) if segment is None else [class_named("rfm", segment)]
    unless_known(request, (await versions.of_tenant(ctx, tenant)).run)
    run = await runs.current_of(ctx, tenant, "rfm")
    members = await analytics.members(ctx, tenant, "rfm", names, limit)
    found = (run.rfm if run else None) or {}
    overview = found.get("overview", {})
    return RfmResponse(
        success=True,
        message="RFM analysis retrieved successfully",
        data=RfmData(
            overview=RfmOverview(
                total_customers=overview.get("total_customers", 0),
                avg_recency=round(overview.get("avg_recency") or 0.0, 2),
                avg_frequency=round(overview.get("avg_frequency") or 0.0, 2),
                avg_monetary=money(overview.get("avg_monetary")),
                total_revenue=money(overview.get("total_revenue")),
                last_calculation=instant(run.finished_at) if run else None,
            ),
            distribution=[
                SegmentFigures(
                    segment=row["segment"],
                    customer_count=row["customer_count"],
                    percentage=row["percentage"],
                    avg_recency=round(row["avg_recency"] or 0.0, 2),
                    avg_frequency=round(row["avg_frequency"] or 0.0, 2),
                    avg_monetary=money(row["avg_monetary"]),
                )
                for row in found.get("distribution", [])
                if row["segment"] in names
            ],
            segments={name: [str(each) for each in ids] for name, ids in members.items()},
        ),
    )


@router.get("/clv", operation_id="getClvAnalytics", summary="Lifetime value", response_model=ClvResponse)
async def clv(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    tier: Annotated[str | None, Query(description="high, medium or low")] = None,
    limit: Limit = 100,
) -> ClvResponse:
    """Predicted value of the customers: figures, tiers and the most valuable ones."""
    tier = None if tier is None else class_named("clv", tier)
    unless_known(request, await versions.of_tenant(ctx, tenant))
    run = await runs.current_of(ctx, tenant, "clv")
    rows = await analytics.top_customers(ctx, tenant, tier=tier, limit=limit)
    overview = ((run.clv if run else None) or {}).get("overview", {})
    counts = {name: overview.get(name, 0) for name in TIERS}
    return ClvResponse(
        success=True,
        data=ClvData(
            overview=ClvOverview(
                total_customers=overview.get("total_customers", 0),
                avg_clv=money(overview.get("avg_predicted_value")),
                total_clv=money(overview.get("total_predicted_value")),
                distribution=TierCounts(**counts),
            ),
            top_customers=[_top(row) for row in rows],
        ),
    )


def _top(row: Scored) -> TopCustomer:
    return TopCustomer(
        customer_id=row.customer.id,
        email=row.customer.email,
        historical_value=amount(row.score.historical_value),
        predicted_value=amount(row.score.predicted_value),
        total_orders=row.score.frequency,
        clv_tier=row.score.clv_tier,
    )


@router.get("/churn", operation_id="getChurnAnalytics", summary="Churn risk", response_model=ChurnResponse)
async def churn(
    request: Request,
    ctx: Context,
    tenant: TenantQuery,
    risk_level: Annotated[str | None, Query(description="active, at_risk, churning or churned")] = None,
    limit: Limit = 100,
) -> ChurnResponse:
    """Risk of losing customers: figures, classes and the most valuable customers of a class."""
    risk = None if risk_level is None else class_named("churn", risk_level)
    version = await versions.of_tenant(ctx, tenant)
    unless_known(request, version)
    run = await runs.current_of(ctx, tenant, "churn")
    rows = await analytics.customers_at_risk(ctx, tenant, risk=risk, limit=limit)
    overview = ((run.churn if run else None) or {}).get("overview", {})
    counts = {name: overview.get(name, 0) for name in RISKS}
    return ChurnResponse(
        success=True,
        data=ChurnData(
            overview=ChurnOverview(
                total_customers=overview.get("total_customers", 0),
                churn_rate=overview.get("churn_rate"),
                at_risk_count=overview.get("at_risk_count", 0),
                distribution=RiskCounts(**counts),
            ),
            at_risk_customers=[
                CustomerAtRisk(
                    customer_id=row.customer.id,
                    last_order_date=row.score.last_order_on.isoformat() if row.score.last_order_on else None,
                    days_since_last_order=analytics.days_since(
                        version.tenant, run.as_of, row.score.last_order_on
                    )
                    if run
                    else None,
                    churn_probability=row.score.churn_probability,
                    churn_risk=row.score.churn_risk,
                )
                for row in rows
            ],
        ),
    )
