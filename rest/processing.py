"""Processing: run the analyses of a tenant, and tell how it stands."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from resolvers import runs, status
from resolvers.context import Ctx
from resolvers.processing.request import ANALYSES, LATEST, NOW, Request
from resolvers.requests import request_processing
from resolvers.runs import RunRow
from rest.values import Context, TenantPath, instant, told_as

router = APIRouter(prefix="/api/v2/cdp/process", tags=["CDP Processing"])

EXAMPLE: JsonDict = {"analyses": ["rfm", "clv", "churn"], "force": False}
_NAMED: JsonDict = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": [*ANALYSES]}}


class ProcessRequest(BaseModel):
    """What to process; an empty body means all three analyses."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [EXAMPLE]})

    analyses: list[str] | None = Field(
        default=None,
        description="Any of rfm, clv and churn; default: all",
        json_schema_extra={"anyOf": [_NAMED, {"type": "null"}]},
    )
    force: bool = Field(default=False, description="Compute anew even if the scores are fresh")
    as_of: str | None = Field(
        default=None,
        description="As of when: now, latest (the day after the last order) or a day such as 2011-12-10; "
        "default: as the scores that stand, or now",
    )


class SegmentShare(BaseModel):
    segment: str
    count: int
    percentage: float


class TierShare(BaseModel):
    tier: str
    count: int
    percentage: float


class RiskShare(BaseModel):
    risk_level: str
    count: int
    percentage: float


class RfmResult(BaseModel):
    total_processed: int
    segments: list[SegmentShare]
    processing_time: float = Field(description="Seconds of the run")


class ClvResult(BaseModel):
    total_processed: int
    tiers: list[TierShare]
    processing_time: float = Field(description="Seconds of the run")


class ChurnResult(BaseModel):
    total_processed: int
    risk_levels: list[RiskShare]
    processing_time: float = Field(description="Seconds of the run")


class Results(BaseModel):
    """One entry for each analysis asked for."""

    rfm: RfmResult | None = None
    clv: ClvResult | None = None
    churn: ChurnResult | None = None


class ProcessResponse(BaseModel):
    success: bool
    message: str
    tenant_id: int
    results: Results


class Accepted(BaseModel):
    """The run goes on; its state stands at the status path, which `Location` names."""

    success: bool
    message: str
    tenant_id: int
    run_id: int


class StatusResponse(BaseModel):
    status: str = Field(description="processed, processing, failed or never_processed")
    last_processed: str | None
    hours_since_last_sync: int | None
    is_stale: bool
    records_processed: str
    progress: float | None = Field(description="Share of the last run done, 0 to 1")
    run_id: int | None
    error: str | None


@router.post(
    "/{tenantId}",
    operation_id="processTenant",
    summary="Process a tenant's data",
    response_model=ProcessResponse,
    response_model_exclude_none=True,
    responses={202: {"model": Accepted, "description": "The run goes on; ask the status path"}},
)
async def process(
    ctx: Context,
    tenant: TenantPath,
    response: Response,
    body: ProcessRequest | None = None,
    prefer: Annotated[
        str | None, Header(alias="Prefer", description="respond-async answers 202 at once")
    ] = None,
) -> Any:
    """Compute RFM, CLV and churn. Answers when the run is done, or 202 when that takes long."""
    body = body or ProcessRequest()
    with told_as(analyses="analyses", as_of="as_of"):
        request = Request.of(body.analyses, body.as_of or NOW, force=body.force)
    wait = "respond-async" not in (prefer or "")
    found = await request_processing(ctx, tenant, request, wait=wait, as_asked=body.as_of is not None)
    if found.run.status in ("queued", "running"):
        return _accepted(tenant, found.run)
    message = "CDP results are up to date" if found.fresh else "CDP processing completed successfully"
    if found.run.as_of_requested not in (NOW, LATEST):
        message += f" as of {found.run.as_of_requested}"
    results = await _results(ctx, tenant, request.analyses)
    return ProcessResponse(success=True, message=message, tenant_id=tenant, results=results)


@router.get(
    "/status/{tenantId}",
    operation_id="getProcessingStatus",
    summary="How a tenant's processing stands",
    response_model=StatusResponse,
)
async def get_status(ctx: Context, tenant: TenantPath) -> StatusResponse:
    """The state of the last run and the age of the scores."""
    found = await status.of_tenant(ctx, tenant)
    last = found.last
    return StatusResponse(
        status=found.status,
        last_processed=instant(last.finished_at) if last else None,
        hours_since_last_sync=found.hours_since_last,
        is_stale=found.is_stale,
        records_processed=str(last.total_processed if last else 0),
        progress=found.run.progress if found.run else None,
        run_id=found.run.id if found.run else None,
        error=found.run.error if found.run else None,
    )


def _accepted(tenant: int, run: RunRow) -> Response:
    content = Accepted(
        success=True, message="CDP processing goes on", tenant_id=tenant, run_id=run.id
    ).model_dump_json()
    where = f"/api/v2/cdp/process/status/{tenant}"
    return Response(content, 202, {"Location": where}, media_type="application/json")


async def _results(ctx: Ctx, tenant: int, analyses: tuple[str, ...]) -> Results:
    results = Results()
    for name in analyses:
        run = await runs.current_of(ctx, tenant, name)
        if run is None:
            continue
        if name == "rfm":
            results.rfm = _rfm(run)
        elif name == "clv":
            results.clv = _clv(run)
        else:
            results.churn = _churn(run)
    return results


def _rfm(run: RunRow) -> RfmResult:
    found = run.rfm or {}
    shares = [
        SegmentShare(segment=row["segment"], count=row["customer_count"], percentage=row["percentage"])
        for row in found["distribution"]
    ]
    total = found["overview"]["total_customers"]
    return RfmResult(total_processed=total, segments=shares, processing_time=run.seconds)


def _clv(run: RunRow) -> ClvResult:
    found = run.clv or {}
    shares = [
        TierShare(tier=row["class"], count=row["count"], percentage=row["percentage"])
        for row in found["distribution"]
    ]
    total = found["overview"]["total_customers"]
    return ClvResult(total_processed=total, tiers=shares, processing_time=run.seconds)


def _churn(run: RunRow) -> ChurnResult:
    found = run.churn or {}
    shares = [
        RiskShare(risk_level=row["class"], count=row["count"], percentage=row["percentage"])
        for row in found["distribution"]
    ]
    total = found["overview"]["total_customers"]
    return ChurnResult(total_processed=total, risk_levels=shares, processing_time=run.seconds)
