"""RFM over all customers of a tenant."""

from typing import Annotated, Any

import strawberry

from resolvers import segment_moves
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.enums import RfmSegment
from schema.freshness import Scored
from schema.money import Money, money
from schema.segment_moves import SegmentMigration, run_number
from schema.share import share


@strawberry.type(description="Customers of one segment.")
class RfmSegmentFigures:
    segment: RfmSegment = strawberry.field(description="The segment.")
    customer_count: int = strawberry.field(description="How many customers it holds.")
    share: float = strawberry.field(description="Their share of all, 0 to 1; all segments sum to 1.")
    average_recency_days: float | None = strawberry.field(description="Mean days since the last purchase.")
    average_frequency: float | None = strawberry.field(description="Mean days with a purchase.")
    average_monetary: Money | None = strawberry.field(description="Mean net revenue.")

    @classmethod
    def of(cls, row: dict[str, Any], everyone: int, currency: str) -> "RfmSegmentFigures":
        return cls(
            segment=RfmSegment(row["segment"]),
            customer_count=row["customer_count"],
            share=share(row["customer_count"], everyone),
            average_recency_days=row["avg_recency"],
            average_frequency=row["avg_frequency"],
            average_monetary=money(row["avg_monetary"], currency),
        )


@strawberry.type(description="The values that earn a score of recency or frequency.")
class ScoreRange:
    score: int = strawberry.field(description="1 to 5.")
    low: int | None = strawberry.field(description="Lowest value with this score; null if nobody has it.")
    high: int | None = strawberry.field(description="Highest value with this score; null if nobody has it.")


@strawberry.type(description="The amounts that earn a monetary score.")
class MoneyRange:
    score: int = strawberry.field(description="1 to 5.")
    low: Money | None = strawberry.field(description="Lowest amount with this score; null if nobody has it.")
    high: Money | None = strawberry.field(description="Highest amount with this score.")

    @classmethod
    def of(cls, edge: dict[str, Any], currency: str) -> "MoneyRange":
        low, high = money(edge["low"], currency), money(edge["high"], currency)
        return cls(score=edge["score"], low=low, high=high)


@strawberry.type(description="Customers of one pair of recency and frequency score.")
class RfmGridCell:
    recency_score: int = strawberry.field(description="1 to 5; 5 bought last.")
    frequency_score: int = strawberry.field(description="1 to 5; 5 buys most often, 1 has bought once.")
    customer_count: int = strawberry.field(description="How many customers have both scores.")
    share: float = strawberry.field(description="Their share of all, 0 to 1; all 25 cells sum to 1.")
    revenue: Money | None = strawberry.field(description="Their net revenue.")
    average_monetary: Money | None = strawberry.field(description="Mean net revenue; null for no customers.")

    @classmethod
    def of(cls, cell: dict[str, Any], everyone: int, currency: str) -> "RfmGridCell":
        return cls(
            recency_score=cell["recency_score"],
            frequency_score=cell["frequency_score"],
            customer_count=cell["customer_count"],
            share=share(cell["customer_count"], everyone),
            revenue=money(cell["revenue"], currency),
            average_monetary=money(cell["avg_monetary"], currency),
        )


@strawberry.type(description="Figures over all scored customers.")
class RfmOverview:
    customer_count: int = strawberry.field(description="Customers with at least one purchase.")
    average_recency_days: float | None = strawberry.field(description="Mean days since the last purchase.")
    average_frequency: float | None = strawberry.field(description="Mean days with a purchase.")
    average_monetary: Money | None = strawberry.field(description="Mean net revenue.")
    total_revenue: Money | None = strawberry.field(description="Net revenue of these customers.")

    @classmethod
    def of(cls, found: dict[str, Any], currency: str) -> "RfmOverview":
        return cls(
            customer_count=found.get("total_customers", 0),
            average_recency_days=found.get("avg_recency"),
            average_frequency=found.get("avg_frequency"),
            average_monetary=money(found.get("avg_monetary"), currency),
            total_revenue=money(found.get("total_revenue"), currency),
        )


@strawberry.type(description="RFM over all customers. Before the first run counts are zero and figures null.")
class RfmAnalytics(Scored):
    overview: RfmOverview = strawberry.field(description="Figures over all scored customers.")
    distribution: list[RfmSegmentFigures] = strawberry.field(description="Figures by segment.")
    grid: list[RfmGridCell] = strawberry.field(
        description="All 25 pairs of recency and frequency score, by recency, then frequency, from 1 to 5. "
        "Empty before a run."
    )
    recency_edges: list[ScoreRange] = strawberry.field(description="Days behind each recency score.")
    frequency_edges: list[ScoreRange] = strawberry.field(description="Purchases behind each frequency score.")
    monetary_edges: list[MoneyRange] = strawberry.field(description="Amounts behind each monetary score.")

    @strawberry.field(
        description="How customers moved between segments from one run to a later one. By default to the run "
        "whose scores stand from the one that stood before it; null before there are two."
    )
    async def migration(
        self,
        info: Info,
        earlier: Annotated[
            strawberry.ID | None, strawberry.argument(name="from", description="The earlier run's id.")
        ] = None,
        later: Annotated[
            strawberry.ID | None, strawberry.argument(name="to", description="The later run's id.")
        ] = None,
    ) -> SegmentMigration | None:
        found = await segment_moves.migration(
            info.context,
            self.tenant.id,
            earlier=run_number(self.tenant, earlier, "from"),
            later=run_number(self.tenant, later, "to"),
        )
        return None if found is None else SegmentMigration.of(found)

    @classmethod
    def of(cls, tenant: TenantRow, run: RunRow | None) -> "RfmAnalytics":
        found = (run.rfm if run else None) or {}
        currency = tenant.currency
        overview = found.get("overview", {})
        everyone = overview.get("total_customers", 0)
        return cls(
            tenant=tenant,
            run_key=run.id if run else None,
            overview=RfmOverview.of(overview, currency),
            distribution=[
                RfmSegmentFigures.of(row, everyone, currency) for row in found.get("distribution", [])
            ],
            grid=[RfmGridCell.of(cell, everyone, currency) for cell in found.get("grid", [])],
            recency_edges=[ScoreRange(**edge) for edge in found.get("recency_edges", [])],
            frequency_edges=[ScoreRange(**edge) for edge in found.get("frequency_edges", [])],
            monetary_edges=[MoneyRange.of(edge, currency) for edge in found.get("monetary_edges", [])],
        )
