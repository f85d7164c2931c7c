"""The values of a tenant's settings: its own where it has chosen one, the default elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from resolvers import tenants
from resolvers.context import READ, Ctx
from resolvers.settings.definition import SETTINGS, Setting
from resolvers.settings.segment_map import SegmentMap, map_version

KEY = "scoring"
"""Where `tenant.settings` holds the tenant's own values, by the setting's key."""


class Value(NamedTuple):
    """A setting, the value that holds, its default, and whether the value is the tenant's own."""

    setting: Setting
    value: Any
    default: Any
    own: bool


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """What holds for a tenant. The names are the settings' keys with _ for the dot."""

    clv_months: int
    clv_annual_rate: float
    tiers_high: float
    tiers_medium: float
    churn_horizon_days: int | None
    """None: measured from the data."""
    segment_map: SegmentMap | None
    """None: the built-in one."""
    staleness_hours: int
    revenue_statuses: dict[str, bool] | None
    """Where the tenant says otherwise than the built-in table. None: nowhere."""
    own: frozenset[str]
    """Keys of the settings that the tenant has chosen itself."""
    default_staleness_hours: int

    def __iter__(self) -> Iterator[Value]:
        """All settings in their order."""
        for each in SETTINGS:
            default = self.default_staleness_hours if each.key == "staleness_hours" else each.default
            yield Value(each, getattr(self, each.key.replace(".", "_")), default, each.key in self.own)

    @property
    def segment_map_version(self) -> int:
        """The version of the map, as a run stores it."""
        return map_version(self.segment_map)

    @property
    def defaults(self) -> "ScoringSettings":
        """What would hold if the tenant had chosen nothing."""
        return of_stored({}, self.default_staleness_hours)

    def as_json(self) -> dict[str, Any]:
        """What scores depend on, as a run stores it: a segment map by its version."""
        found = {each.setting.key: each.value for each in self if each.setting.changes_scores}
        return found | {"segment_map": self.segment_map_version}


def of_stored(stored: Mapping[str, Any], stale_after_hours: int) -> ScoringSettings:
    """The settings that `tenant.settings` stands for; `stale_after_hours` is the installation's default."""
    chosen = stored.get(KEY, {})
    defaults = {each.key: each.default for each in SETTINGS} | {"staleness_hours": stale_after_hours}
    own = frozenset(defaults.keys() & chosen.keys())
    values = {key.replace(".", "_"): chosen.get(key, default) for key, default in defaults.items()}
    return ScoringSettings(**values, own=own, default_staleness_hours=stale_after_hours)


async def read_settings(ctx: Ctx, tenant: int) -> ScoringSettings:
    """The tenant's settings. Raises NotFoundError for an unknown tenant."""
    ctx.allow(tenant, READ)
    row = await tenants.get(ctx, tenant)
    return of_stored(row.settings, ctx.stale_after_hours)
