"""Imports: files of orders, customers, events and exchange rates into a tenant, a file a transaction."""

from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.options import ImportOptions, NewTenant, Progress, Step, silent
from resolvers.imports.orders import import_orders
from resolvers.imports.rates import import_rates
from resolvers.imports.report import ImportReport, Refunds

__all__ = [
    "ImportOptions",
    "ImportReport",
    "NewTenant",
    "Progress",
    "Refunds",
    "Step",
    "import_customers",
    "import_events",
    "import_orders",
    "import_rates",
    "silent",
]
