"""Customers: the 360° profile."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from resolvers import profiles, versions
from resolvers.context import Ctx
from resolvers.customers import CustomerRow
from resolvers.scores import ScoreRow
from rest.caching import unless_known
from rest.kept import Kept
from rest.values import Context, CustomerPath, TenantQuery, amount, second, written

router = APIRouter(prefix="/api/v2/cdp/customers", tags=["Customers"])

_AROUND = 2_000
"""Bytes that a kept answer takes beside its body, about."""


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
    known = await _known(ctx, tenant, customer)
    unless_known(request, known.state)
    return known.answer


@dataclass(frozen=True, slots=True)
class _Known:
    """A profile that was answered, the `version` of the data that it holds for, and its tag's `state`."""

    version: tuple[Hashable, ...]
    state: str
    answer: Kept

    def __len__(self) -> int:
        return len(self.answer) + _AROUND


async def _known(ctx: Ctx, tenant: int, customer: int) -> _Known:
    """The answer that was given before if it still stands, or else another one.

    Whether it stands, all who ask at the same time learn from one row.
    """
    key = ("profile", tenant, customer)
    known: _Known | None = ctx.db.memory.get(key)
    if known is None or known.version != (await versions.of_tenant(ctx, tenant)).data:
        found = await profiles.of_customer(ctx, tenant, customer)
        run, *_ = found.version
        answer = Kept(_written(found.customer, found.score))
        known = _Known(found.version, repr((run, found.customer)), answer)
        ctx.db.memory.keep(key, known)
    return known


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
