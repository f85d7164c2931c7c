"""The migration matrix: how customers moved between segments from one run to a later one."""

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from resolvers.segment_moves import Migration
from resolvers.tenants import TenantRow
from schema.enums import RfmSegment
from schema.run import KIND as RUN
from schema.run import ScoreRun


@strawberry.type(description="Customers who were in one segment by the earlier run and in one by the later.")
class SegmentMigrationCell:
    from_segment: RfmSegment | None = strawberry.field(
        description="The segment by the earlier run. Null: not scored then, since new or without a purchase."
    )
    to_segment: RfmSegment | None = strawberry.field(
        description="The segment by the later run. Null: not scored any more, say after a refund."
    )
    customer_count: int = strawberry.field(description="How many customers, at least one.")


@strawberry.type(description="How the customers moved between segments from one run to a later one.")
class SegmentMigration:
    earlier: ScoreRun = strawberry.field(name="from", description="The earlier run.")
    later: ScoreRun = strawberry.field(name="to", description="The later run.")
    cells: list[SegmentMigrationCell] = strawberry.field(
        description="From which segment how many customers went to which, in the order of the segments. "
        "Who stayed is in the cell of the same segment twice; cells without customers are left out."
    )
    stayed_count: int = strawberry.field(description="Customers in the same segment by both runs.")
    moved_count: int = strawberry.field(description="Customers in another segment by the later run.")
    entered_count: int = strawberry.field(description="Customers scored by the later run alone.")
    left_count: int = strawberry.field(description="Customers scored by the earlier run alone.")

    @classmethod
    def of(cls, found: Migration) -> "SegmentMigration":
        return cls(
            earlier=ScoreRun.of(found.earlier),
            later=ScoreRun.of(found.later),
            cells=[
                SegmentMigrationCell(
                    from_segment=_segment(each.from_segment),
                    to_segment=_segment(each.to_segment),
                    customer_count=each.customers,
                )
                for each in found.cells
            ],
            stayed_count=found.stayed,
            moved_count=found.moved,
            entered_count=found.entered,
            left_count=found.left,
        )


def run_number(tenant: TenantRow, text: strawberry.ID | None, field: str) -> int | None:
    """The number of a run of the tenant. Raises InvalidInputError for another's, and for no run's id."""
    if text is None:
        return None
    owner, number = ids.number(text, RUN, parts=2, field=field)
    if owner != tenant.id:
        raise InvalidInputError(field, f"'{text[:60]}' is a run of another tenant; give one of this tenant.")
    return number


def _segment(name: str | None) -> RfmSegment | None:
    return None if name is None else RfmSegment(name)
