"""What changes something: one field an action, named by its noun first."""

import strawberry

from schema.backtest_request import BacktestRequestPayload, backtest_request
from schema.settings_update import ScoringSettingsUpdatePayload, scoring_settings_update


@strawberry.type(description="What changes something. Each field is one action; it tells why it was refused.")
class Mutation:
    backtest_request: BacktestRequestPayload = strawberry.field(
        resolver=backtest_request,
        description="Test how well a tenant's last days would have been foretold. A worker does it; the same "
        "one that waits already is joined.",
    )
    scoring_settings_update: ScoringSettingsUpdatePayload = strawberry.field(
        resolver=scoring_settings_update,
        description="Change what a tenant has chosen about its scoring. A change of what scores depend on "
        "makes the standing scores stale.",
    )
