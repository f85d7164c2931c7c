"""What a tenant may choose about its scoring."""

import strawberry

from resolvers import settings
from resolvers.settings.segment_map import BUILT_IN
from schema.enums import RfmSegment
from schema.names import camel


@strawberry.type(description="How lifetime value is reckoned.")
class ClvSettings:
    months: int = strawberry.field(description="Months whose expected value counts, 1 to 120.")
    annual_rate: float = strawberry.field(description="Yearly discount rate, 0 to 10; 0.1 is 10 %.")


@strawberry.type(description="How customers are shared out over the tiers. Low is what is left.")
class TierSettings:
    high: float = strawberry.field(description="Share of customers in tier high, above 0.")
    medium: float = strawberry.field(description="Share in tier medium, above 0; with high below 1.")


@strawberry.type(description="When a customer counts as lost.")
class ChurnSettings:
    horizon_days: int | None = strawberry.field(
        description="Days within which an active customer orders again, 1 to 3,650. Null: as the shop's own "
        "gaps between purchases are."
    )


@strawberry.type(description="The cells of scores that make a segment.")
class SegmentCells:
    segment: RfmSegment = strawberry.field(description="The segment.")
    cells: list[str] = strawberry.field(
        description="Scores for recency, frequency and monetary value, such as 555."
    )


@strawberry.type(description="Whether orders of a status elsewhere count as revenue.")
class RevenueStatus:
    status: str = strawberry.field(description="VTEX's name of the status, such as payment-pending.")
    is_revenue: bool = strawberry.field(description="Whether its orders count.")


@strawberry.type(description="What scoring is done by: the tenant's own choice, or the default.")
class ScoringSettings:
    row: strawberry.Private[settings.ScoringSettings]
    clv: ClvSettings = strawberry.field(description="How lifetime value is reckoned.")
    tiers: TierSettings = strawberry.field(description="How customers are shared out over the tiers.")
    churn: ChurnSettings = strawberry.field(description="When a customer counts as lost.")
    segment_map: list[SegmentCells] = strawberry.field(
        description="The segment of each of the 125 cells of scores."
    )
    segment_map_version: int = strawberry.field(
        description="Number of the map, which a run stores; equal maps have equal numbers."
    )
    staleness_hours: int = strawberry.field(
        description="Age in hours from which scores as of now are called stale, 1 to 8,760."
    )
    revenue_statuses: list[RevenueStatus] = strawberry.field(
        description="Statuses of VTEX's orders of which the tenant says otherwise than the built-in table; "
        "a change holds from the next sync on."
    )
    own: list[str] = strawberry.field(
        description="Names of those that are the tenant's own choice, such as clv.annualRate."
    )

    @strawberry.field(description="What would hold if the tenant had chosen nothing.")
    def defaults(self) -> "ScoringSettings":
        return ScoringSettings.of(self.row.defaults)

    @classmethod
    def of(cls, row: settings.ScoringSettings) -> "ScoringSettings":
        return cls(
            row=row,
            clv=ClvSettings(months=row.clv_months, annual_rate=row.clv_annual_rate),
            tiers=TierSettings(high=row.tiers_high, medium=row.tiers_medium),
            churn=ChurnSettings(horizon_days=row.churn_horizon_days),
            segment_map=[
                SegmentCells(segment=RfmSegment(name), cells=cells)
                for name, cells in (row.segment_map or BUILT_IN).items()
            ],
            segment_map_version=row.segment_map_version,
            staleness_hours=row.staleness_hours,
            revenue_statuses=[
                RevenueStatus(status=name, is_revenue=counts)
                for name, counts in (row.revenue_statuses or {}).items()
            ],
            own=[camel(each.setting.key) for each in row if each.own],
        )
