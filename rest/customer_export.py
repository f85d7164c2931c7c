"""All that is held on a customer, as a file."""

from fastapi import APIRouter
from starlette.responses import Response

from resolvers.privacy.document import export
from resolvers.writes.people import CustomerReference
from rest.download import Download
from rest.errors import Problem
from rest.values import Context, CustomerPath, TenantQuery

router = APIRouter(prefix="/api/v2/cdp/customers", tags=["Customers"])

_EXAMPLE = {
    "exported_at": "2026-01-15T10:30:00+00:00",
    "tenant_id": 56,
    "customer": {"id": 12345, "external_id": "C-12345", "email": "customer@example.com"},
    "consents": [],
    "orders": [],
    "refunds": [],
    "events": [],
    "scores": [],
    "segments": [],
    "segment_changes": [],
    "fetched_orders": [],
    "profiles": [],
    "idempotency_keys": [],
}


@router.get(
    "/{customerId}/export",
    operation_id="exportCustomer",
    summary="Export a customer's data",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}},
        },
        429: {"model": Problem, "description": "Too many files are under way; see Retry-After"},
        504: {"model": Problem, "description": "The database takes too long"},
    },
)
async def export_customer(ctx: Context, customer: CustomerPath, tenant: TenantQuery) -> Download:
    """All that is held on a customer, streamed; needs the scope admin, and is logged."""
    return await Download.of(await export(ctx, tenant, CustomerReference(customer)))
