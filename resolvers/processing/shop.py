"""What scoring has to know of a tenant before it reads its orders."""

from dataclasses import dataclass
from datetime import datetime

from kit.db import Statement, Work
from kit.errors import NotFoundError
from kit.money import MINOR_DIGITS, USUAL_DIGITS

_TENANT = "SELECT currency, time_zone FROM tenant WHERE id = %(id)s"
_LAST_ORDER = Statement(
    "SELECT max(placed_at) FROM customer_order "
    "WHERE tenant_id = %(tenant_id)s AND status = 'paid' AND placed_at <= now()",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant, and how its money and days are counted."""

    tenant: int
    currency: str
    time_zone: str

    @property
    def scale(self) -> int:
        """Minor units in one unit of the currency; all money of a run is counted in them."""
        return int(10 ** MINOR_DIGITS.get(self.currency, USUAL_DIGITS))


def find_shop(work: Work, tenant: int) -> Shop:
    """Raises NotFoundError for an unknown tenant."""
    rows = work.run(_TENANT, {"id": tenant})
    if not rows:
        raise NotFoundError.of("Tenant", tenant)
    return Shop(tenant, *rows[0])


def last_order(work: Work, shop: Shop) -> datetime | None:
    """When the last order that counts was placed."""
    with work.transaction(shop.tenant):
        found: datetime | None = work.run(_LAST_ORDER)[0][0]
    return found
