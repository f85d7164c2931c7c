"""Which of VTEX's statuses count as revenue: the built-in table, and what a tenant says instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_YES = (
    "payment-approved",
    "window-to-cancel",
    "authorize-fulfillment",
    "ready-for-handling",
    "start-handling",
    "handling",
    "ready-for-invoicing",
    "invoice",
    "invoiced",
)
_NO = ("null", "order-created", "on-order-completed", "payment-pending")
_CANCELLED = ("request-cancel", "cancellation-requested", "cancel", "canceled", "replaced")
_WAITING = "waiting-"

BUILT_IN: dict[str, bool] = dict.fromkeys(_YES, True) | dict.fromkeys((*_NO, *_CANCELLED), False)
"""Whether an order of a status is revenue. Those that begin with `waiting-` are none either."""


@dataclass(frozen=True, slots=True)
class Revenue:
    """The table that holds for a tenant: the built-in one with the tenant's `own` choices over it."""

    own: Mapping[str, bool] = field(default_factory=dict)

    def knows(self, status: str) -> bool:
        """Whether the table says anything of a status."""
        return status in self.own or status in BUILT_IN or status.startswith(_WAITING)

    def status(self, name: str) -> str:
        """`paid` for revenue, else `cancelled` or `pending`. One that is not known is pending: no revenue."""
        if self.own.get(name, BUILT_IN.get(name, False)):
            return "paid"
        return "cancelled" if name in _CANCELLED else "pending"
