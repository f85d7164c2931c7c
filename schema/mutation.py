"""What changes something: one field an action, named by its noun first."""

import strawberry

from schema import segment_mutations as segments
from schema.backtest_request import BacktestRequestPayload, backtest_request
from schema.segment_mutations import SegmentDeletePayload, SegmentMembersPayload, SegmentPayload
from schema.settings_update import ScoringSettingsUpdatePayload, scoring_settings_update


@strawberry.type(description="What changes something. Each field is one action; it tells why it was refused.")
class Mutation:
    backtest_request: BacktestRequestPayload = strawberry.field(
        resolver=backtest_request,
        description="Test how well a tenant's last days would have been foretold. A worker does it; the same "
        "one that waits already is joined.",
    )
    segment_create: SegmentPayload = strawberry.field(
        resolver=segments.segment_create,
        description="Make a segment; a dynamic one has its members at once.",
    )
    segment_update: SegmentPayload = strawberry.field(
        resolver=segments.segment_update,
        description="Change a segment; with other criteria its members are worked out anew.",
    )
    segment_delete: SegmentDeletePayload = strawberry.field(
        resolver=segments.segment_delete, description="Remove a segment. Its customers stay."
    )
    segment_refresh: SegmentPayload = strawberry.field(
        resolver=segments.segment_refresh,
        description="Work out the members of a dynamic segment anew, as is done after each run.",
    )
    segment_members_add: SegmentMembersPayload = strawberry.field(
        resolver=segments.segment_members_add, description="Put customers into a static segment."
    )
    segment_members_remove: SegmentMembersPayload = strawberry.field(
        resolver=segments.segment_members_remove, description="Take customers out of a static segment."
    )
    scoring_settings_update: ScoringSettingsUpdatePayload = strawberry.field(
        resolver=scoring_settings_update,
        description="Change what a tenant has chosen about its scoring. A change of what scores depend on "
        "makes the standing scores stale.",
    )
