"""Which statuses of orders elsewhere are revenue, where a tenant says otherwise than the built-in table."""

from collections.abc import Mapping
from typing import Any

from connectors.vtex import Revenue

REVENUE = "revenue_statuses"
_MOST, _LONGEST = 100, 60
_WORDS = {"yes": True, "no": False}


def checked_statuses(value: Any) -> dict[str, bool]:
    """The table in order of its statuses. Raises ValueError for one that is not accepted."""
    if not isinstance(value, dict) or not 1 <= len(value) <= _MOST:
        raise ValueError
    for name, counts in value.items():
        if type(counts) is not bool:
            raise ValueError(f"'{name[:_LONGEST]}' must be yes or no")
        if not 0 < len(name) <= _LONGEST or not name.isprintable() or name != name.strip().lower():
            raise ValueError(f"'{name[:_LONGEST]}' is no status")
    return dict(sorted(value.items()))


def parsed_statuses(text: str) -> dict[str, bool]:
    """The table that a text such as `payment-pending:yes,invoice:no` stands for. Raises ValueError."""
    found: dict[str, bool] = {}
    for each in text.split(","):
        name, _, word = each.strip().rpartition(":")
        if word not in _WORDS or name in found:
            raise ValueError(f"'{each.strip()[:_LONGEST]}' is not STATUS:yes or STATUS:no, each once")
        found[name] = _WORDS[word]
    return found


def revenue_of(stored: Mapping[str, Any]) -> Revenue:
    """The table that `tenant.settings` stands for."""
    scoring = stored.get("scoring")
    return Revenue((scoring or {}).get(REVENUE) or {})
