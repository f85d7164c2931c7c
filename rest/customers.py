"""Customers: the 360° profile."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from resolvers import profiles
from resolvers.customers import CustomerRow
from resolvers.scores import ScoreRow
from rest.caching import unless_known
from rest.kept import Kept
from rest.values import Context, CustomerPath, TenantQuery, amount, second, written

router = APIRouter(prefix="/api/v2/cdp/customers", tags=["Customers"])


class CustomerData(BaseModel):
    id: int
    email: str | None
    first_name: str | None
    last_name: str | None
    created_at: str | None


class ProfileRfm(BaseModel):
    segment: str
    recency_days: int
    frequency: int
    monetary: float
    rfm_score: str


class ProfileClv(BaseModel):
    historical_value: float
    predicted_value: float
    clv_tier: str


class ProfileChurn(BaseModel):
    risk: str
    probability: float | None


class ProfileData(BaseModel):
    """An analysis that has no score for the customer is null."""

    customer: CustomerData
    rfm: ProfileRfm | None
    clv: ProfileClv | None
    churn: ProfileChurn | None


class ProfileResponse(BaseModel):
    success: bool
    data: ProfileData


@router.get(
    "/{customerId}/profile",
    operation_id="getCustomerProfile",
    summary="A customer's 360° profile",
    response_model=ProfileResponse,
)
async def profile(request: Request, ctx: Context, customer: CustomerPath, tenant: TenantQuery) -> Response:
    """The customer and what the last runs found about them."""
    found = await profiles.of_customer(ctx, tenant, customer)
    unless_known(request, found.run, found.customer)
    key = ("profile", found.run, found.customer)
    kept: Kept | None = ctx.db.memory.get(key)
    if kept is None:
        kept = Kept(_written(found.customer, found.score))
        ctx.db.memory.keep(key, kept)
    return kept


def _written(person: CustomerRow, score: ScoreRow | None) -> bytes:
    data = {
        "customer": {
            "id": person.id,
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "created_at": second(person.created_at),
        },
        "rfm": _rfm(score),
        "clv": _clv(score),
        "churn": _churn(score),
    }
    return written({"success": True, "data": data})


def _rfm(score: ScoreRow | None) -> dict[str, Any] | None:
    if score is None or score.segment is None:
        return None
    return {
        "segment": score.segment,
        "recency_days": score.recency_days,
        "frequency": score.frequency,
        "monetary": amount(score.monetary),
        "rfm_score": score.rfm_score,
    }


def _clv(score: ScoreRow | None) -> dict[str, Any] | None:
    if score is None or score.clv_tier is None:
        return None
    return {
        "historical_value": amount(score.historical_value),
        "predicted_value": amount(score.predicted_value),
        "clv_tier": score.clv_tier,
    }


def _churn(score: ScoreRow | None) -> dict[str, Any] | None:
    if score is None or score.churn_risk is None:
        return None
    return {"risk": score.churn_risk, "probability": score.churn_probability}
