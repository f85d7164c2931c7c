"""VTEX: the accounts of shops there, and how they are asked."""

from connectors.vtex.account import (
    ENVIRONMENTS,
    LONGEST_NAME,
    NAME,
    USUAL_ENVIRONMENT,
    Account,
    check_environment,
    check_name,
)
from connectors.vtex.client import Vtex
from connectors.vtex.inspection import Inspection, inspect
from connectors.vtex.orders import Window, get_order, list_orders
from connectors.vtex.patience import Patience
from connectors.vtex.profiles import find_profiles, scroll_profiles
from connectors.vtex.records import Buyer, Order, Profile, Refund, UnreadableError
from connectors.vtex.revenue import Revenue

__all__ = [
    "ENVIRONMENTS",
    "LONGEST_NAME",
    "NAME",
    "USUAL_ENVIRONMENT",
    "Account",
    "Buyer",
    "Inspection",
    "Order",
    "Patience",
    "Profile",
    "Refund",
    "Revenue",
    "UnreadableError",
    "Vtex",
    "Window",
    "check_environment",
    "check_name",
    "find_profiles",
    "get_order",
    "inspect",
    "list_orders",
    "scroll_profiles",
]
