"""Scoring runs and how the processing stands."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.page import Page
from resolvers.run_list import RunHead
from resolvers.runs import RunRow
from resolvers.status import Status
from resolvers.tenants import TenantRow
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.enums import AnalysisKind, ForecastModel, ProcessingState, RunStatus, SpendModel
from schema.model_candidate import ModelCandidate, RejectedModel
from schema.node import Node
from schema.owner import tenant_by_number
from schema.page import PageInfo
from schema.run_data import RunData
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.tenant import Tenant

KIND = "ScoreRun"


@strawberry.type(description="The models of a run and why they were used.")
class RunModel:
    name: ForecastModel = strawberry.field(description="The purchase model.")
    reason: str = strawberry.field(description="Why this model, in a sentence.")
    parameters: JSON = strawberry.field(description="The fitted parameters by the papers' names.")
    flags: list[str] = strawberry.field(description="What to know of the models used, such as LOW_DATA.")
    rejected: list[RejectedModel] = strawberry.field(
        description="Purchase models that could not be used, with what was wrong with their fits."
    )
    spend_name: SpendModel | None = strawberry.field(description="The spend model; null where none was used.")
    spend_parameters: JSON = strawberry.field(description="The spend model's parameters.")
    standard_errors: JSON = strawberry.field(
        description="Of the purchase model's parameters; null if unknown."
    )
    candidates: list[ModelCandidate] = strawberry.field(
        description="The table the purchase model was chosen from; empty where none could be held out."
    )


@strawberry.type(description="One run of the analyses over a tenant's customers.")
class ScoreRun(Node):
    tenant_number: strawberry.Private[int]
    database_id: BigInt = strawberry.field(description="The run's number.")
    status: RunStatus = strawberry.field(description="How far it is.")
    analyses: list[AnalysisKind] = strawberry.field(description="What it computes.")
    as_of: datetime = strawberry.field(description="The instant the scores are as of.")
    data_through: datetime | None = strawberry.field(description="The instant of the last order it saw.")
    started_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")
    progress: float = strawberry.field(description="Share done, 0 to 1.")
    step: str = strawberry.field(description="What it is doing.")
    error: str | None = strawberry.field(description="Why it failed.")
    model: RunModel | None = strawberry.field(description="The models it used and why.")
    data: RunData | None = strawberry.field(
        description="What it was computed from, and what it left out; null before it has ended."
    )
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_by_number, description="The tenant whose run this is."
    )

    @classmethod
    def of(cls, row: RunRow | RunHead) -> "ScoreRun":
        report = row.report or {}
        found = report.get("model")
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.tenant_id, row.id)),
            tenant_number=row.tenant_id,
            database_id=BigInt(row.id),
            status=RunStatus(row.status),
            analyses=[AnalysisKind(each) for each in row.analyses],
            as_of=row.as_of,
            data_through=row.data_through,
            started_at=row.started_at,
            finished_at=row.finished_at,
            progress=row.progress,
            step=row.step,
            error=row.error,
            model=RunModel(
                name=ForecastModel(found["name"]),
                reason=found["reason"],
                parameters=cast("JSON", found["parameters"]),
                flags=row.flags,
                rejected=[
                    RejectedModel(name=ForecastModel(n), flags=f)
                    for n, f in found.get("rejected", {}).items()
                ],
                spend_name=None if found["spend_name"] is None else SpendModel(found["spend_name"]),
                spend_parameters=cast("JSON", found["spend_parameters"]),
                standard_errors=cast("JSON", found.get("standard_errors", {})),
                candidates=[ModelCandidate.of(each) for each in found.get("candidates", ())],
            )
            if found
            else None,
            data=RunData.of(report["data"]) if report else None,
        )


@strawberry.type(description="A run in a page.")
class ScoreRunEdge:
    cursor: str = strawberry.field(description="Where the run stands in the list.")
    node: ScoreRun = strawberry.field(description="The run.")


@strawberry.type(description="A page of runs.")
class ScoreRunConnection(Connection):
    edges: list[ScoreRunEdge] = edges_of("The runs with their cursors.")
    nodes: list[ScoreRun] = nodes_of("The runs.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Runs of the whole list; counted only if asked for.")

    edge_class = ScoreRunEdge

    @classmethod
    def of(cls, page: Page[RunHead]) -> "ScoreRunConnection":
        return cls(page=page, make=lambda row: ScoreRun.of(row))


@strawberry.type(description="How the processing of a tenant stands.")
class Processing:
    status: ProcessingState = strawberry.field(description="The state of the last run.")
    last_processed_at: datetime | None = strawberry.field(description="When the last successful run ended.")
    is_stale: bool = strawberry.field(description="Whether the scores no longer stand for the data.")
    records_processed: int = strawberry.field(description="Customers scored by the last successful run.")
    run: ScoreRun | None = strawberry.field(description="The last run, whatever became of it.")

    @classmethod
    def of(cls, tenant: TenantRow, status: Status) -> "Processing":
        last = status.last
        return cls(
            status=ProcessingState(status.status),
            last_processed_at=last.finished_at if last else None,
            is_stale=status.is_stale,
            records_processed=last.total_processed if last else 0,
            run=ScoreRun.of(status.run) if status.run else None,
        )
