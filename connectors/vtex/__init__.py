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
from connectors.vtex.patience import Patience

__all__ = [
    "ENVIRONMENTS",
    "LONGEST_NAME",
    "NAME",
    "USUAL_ENVIRONMENT",
    "Account",
    "Inspection",
    "Patience",
    "Vtex",
    "check_environment",
    "check_name",
    "inspect",
]
