"""A change: what was done to which object, and what of it is another than before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_TENANT = 0
"""Under which the log keeps what is of no one tenant. No tenant has this number."""

Json = Mapping[str, Any]


@dataclass(slots=True)
class Change:
    """One call of a use case that writes. What is known of it only afterwards is set until it is recorded.

    `action` is the graph's name of it, where it has one. `before` and `after` are the object, or what of it
    differs; `counts` are there instead where there are many objects. With `happened` off nothing is recorded.
    """

    action: str
    tenant: int
    kind: str | None = None
    number: int | str | None = None
    before: Json | None = None
    after: Json | None = None
    counts: Mapping[str, int] | None = None
    happened: bool = True

    def differs(self, before: Json, after: Json) -> None:
        """Keep of an object what is not as it was; it did not happen if that is nothing."""
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        self.before = {name: before.get(name) for name in names}
        self.after = {name: after.get(name) for name in names}
        self.happened = bool(names)
