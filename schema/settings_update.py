"""Change what a tenant has chosen about its scoring."""

from collections.abc import Callable
from typing import Any

import strawberry

from kit import ids
from resolvers import settings
from schema.arguments import Input
from schema.context import Info
from schema.enums import RfmSegment
from schema.settings import ScoringSettings
from schema.tenant import KIND as TENANT
from schema.user_errors import UserError, answers


@strawberry.input(description="How lifetime value is reckoned. Null goes back to the default.")
class ClvSettingsInput:
    months: int | None = strawberry.field(
        default=strawberry.UNSET, description="Months whose expected value counts, 1 to 120."
    )
    annual_rate: float | None = strawberry.field(
        default=strawberry.UNSET, description="Yearly discount rate, 0 to 10; 0.1 is 10 %."
    )


@strawberry.input(description="How customers are shared out over the tiers. Null goes back to the default.")
class TierSettingsInput:
    high: float | None = strawberry.field(
        default=strawberry.UNSET, description="Share of customers in tier high, above 0."
    )
    medium: float | None = strawberry.field(
        default=strawberry.UNSET, description="Share in tier medium, above 0; with high below 1."
    )


@strawberry.input(description="When a customer counts as lost.")
class ChurnSettingsInput:
    horizon_days: int | None = strawberry.field(
        default=strawberry.UNSET, description="Days, 1 to 3,650; null: as the shop's own gaps are."
    )


@strawberry.input(description="The cells of scores that make a segment.")
class SegmentCellsInput:
    segment: RfmSegment = strawberry.field(description="The segment.")
    cells: list[str] = strawberry.field(description="Scores such as 555.")


@strawberry.input(description="Whether orders of a status elsewhere count as revenue.")
class RevenueStatusInput:
    status: str = strawberry.field(description="VTEX's name of the status, such as payment-pending.")
    is_revenue: bool = strawberry.field(description="Whether its orders count.")


@strawberry.input(description="What to change. What is left out stays; null goes back to the default.")
class ScoringSettingsUpdateInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    clv: ClvSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="How lifetime value is reckoned."
    )
    tiers: TierSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="How customers are shared out over the tiers."
    )
    churn: ChurnSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="When a customer counts as lost."
    )
    segment_map: list[SegmentCellsInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The segment of each of the 125 cells of scores; each cell must be named once. "
        "Null: the built-in map.",
    )
    staleness_hours: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Age in hours from which scores as of now are called stale, 1 to 8,760.",
    )
    revenue_statuses: list[RevenueStatusInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Statuses of VTEX's orders of which the built-in table is wrong, at most 100. "
        "Null: none. Holds from the next sync on.",
    )


@strawberry.type(description="What became of a change of settings: all of it was done, or nothing.")
class ScoringSettingsUpdatePayload:
    scoring_settings: ScoringSettings | None = strawberry.field(
        default=None, description="All settings as they hold now. Null where the change was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why the change was refused."
    )


@answers(ScoringSettingsUpdatePayload)
async def scoring_settings_update(
    info: Info,
    input: Input[ScoringSettingsUpdateInput],  # noqa: A002
) -> ScoringSettingsUpdatePayload:
    """The mutation: decode the input, call the use case, tell a refusal."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    row = await settings.update_settings(info.context, tenant, _changes(input))
    return ScoringSettingsUpdatePayload(scoring_settings=ScoringSettings.of(row))


def _changes(given: ScoringSettingsUpdateInput) -> dict[str, Any]:
    """The settings named in the input, by their keys. A group that is null resets all that is in it."""
    found: dict[str, Any] = {}
    for setting in settings.SETTINGS:
        value: Any = given
        for name in setting.key.split("."):
            value = getattr(value, name) if value not in (None, strawberry.UNSET) else value
        if value is not strawberry.UNSET:
            decode = _DECODED.get(setting.key)
            found[setting.key] = value if decode is None or value is None else decode(value)
    return found


def _cells(given: list[SegmentCellsInput]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in given:
        found.setdefault(each.segment.value, []).extend(each.cells)
    return found


def _statuses(given: list[RevenueStatusInput]) -> dict[str, bool]:
    return {each.status: each.is_revenue for each in given}


_DECODED: dict[str, Callable[[Any], Any]] = {"segment_map": _cells, "revenue_statuses": _statuses}
