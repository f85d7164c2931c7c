"""Change a tenant's settings: all of what is asked, or nothing."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from kit.db import Statement
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import WRITE, Ctx
from resolvers.settings.definition import check_together, named
from resolvers.settings.values import KEY, ScoringSettings, of_stored

_LOCK = Statement("SELECT settings FROM tenant WHERE id = %(id)s FOR UPDATE", scoped=False, defaults={})
_STORE = Statement(
    "UPDATE tenant SET settings = settings || %(changed)s, data_version = data_version + %(versions)s "
    "WHERE id = %(id)s",
    scoped=False,
    defaults={},
)


async def update_settings(ctx: Ctx, tenant: int, changes: Mapping[str, object]) -> ScoringSettings:
    """Set settings by their keys; None goes back to the default. Returns all that hold now.

    A change of what scores depend on raises the tenant's data version, as an import does, so that standing
    scores count as stale. Raises NotFoundError for an unknown tenant and InvalidInputError, whose field is
    the key, for an unknown setting or a value that is not accepted; then nothing has been changed.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    checked = {key: _checked(key, value) for key, value in changes.items()}
    done = Change("scoringSettingsUpdate", tenant, "Tenant", tenant)
    async with ctx.write(done) as transaction:
        stored = (await transaction.fetch(_LOCK, _object, id=tenant))[0]
        before = of_stored(stored, ctx.stale_after_hours)
        chosen = _merged(stored.get(KEY, {}), checked)
        after = of_stored({KEY: chosen}, ctx.stale_after_hours)
        done.differs(stored.get(KEY, {}), chosen)
        if done.happened:
            check_together({each.setting.key: each.value for each in after}, set(checked))
            changed = Jsonb({KEY: chosen})
            versions = int(_matters(before, after))
            await transaction.fetch(_STORE, int, id=tenant, changed=changed, versions=versions)
    return after


def _object(settings: dict[str, Any]) -> dict[str, Any]:
    return settings


def _checked(key: str, value: object) -> Any:
    setting = named(key)
    return None if value is None else setting.checked(value)


def _merged(chosen: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The tenant's own values with the changes; None takes one away."""
    return {key: value for key, value in (chosen | changes).items() if value is not None}


def _matters(before: ScoringSettings, after: ScoringSettings) -> bool:
    """Whether the same data would be scored otherwise."""
    return before.as_json() != after.as_json()
