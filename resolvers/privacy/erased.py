"""Who was erased: known again by keyed digests of external ids, e-mails and numbers of orders.

A digest is HMAC-SHA256 of the kind, a colon and the identifier, worked out by the database, where imports
have their rows: sha256(outer || sha256(inner || text)), with the two padded keys of RFC 2104.
"""

from collections.abc import Sequence
from typing import Any, Literal

from kit.db import Statement, Work

Kind = Literal["customer", "email", "order", "profile"]

REASON = "erased"
"""What a record of an erased customer is rejected with."""
CODE = "ERASED"
TOLD = "The customer was erased, and is not taken in again: erased."
_BLOCK = 64
_KEY = Statement("SELECT key FROM erasure_key WHERE tenant_id = %(tenant_id)s", True, {})


def digest(kind: Kind, value: str) -> str:
    """The SQL of the digest of a text, which is an expression."""
    known = f"lower(btrim({value}))" if kind == "email" else value
    inner = f"sha256(%(inner)s::bytea || convert_to('{kind}:' || {known}, 'UTF8'))"
    return f"sha256(%(outer)s::bytea || {inner})"


def is_erased(kind: Kind, value: str) -> str:
    """The SQL of whether an identifier was erased."""
    return (
        "EXISTS (SELECT FROM erased_identifier WHERE tenant_id = %(tenant_id)s "
        f"AND digest = {digest(kind, value)})"
    )


def pads(key: bytes) -> dict[str, bytes]:
    """The parameters of a digest."""
    padded = key.ljust(_BLOCK, b"\0")
    return {"inner": bytes(each ^ 0x36 for each in padded), "outer": bytes(each ^ 0x5C for each in padded)}


def _of(kind: Kind) -> Statement:
    text = f"SELECT value FROM unnest(%(values)s::text[]) AS value WHERE {is_erased(kind, 'value')}"  # noqa: S608
    return Statement(text, True, {})


_AMONG: dict[Kind, Statement] = {kind: _of(kind) for kind in ("customer", "email", "order", "profile")}


class Erased:
    """What is known of the erased customers of the tenant in scope. Nothing is asked where there are none."""

    def __init__(self, work: Work) -> None:
        self._work = work
        rows = work.run(_KEY)
        self.pads: dict[str, Any] | None = pads(bytes(rows[0][0])) if rows else None

    def among(self, kind: Kind, values: Sequence[str]) -> set[str]:
        """Those of the identifiers that were erased."""
        if self.pads is None or not values:
            return set()
        return {value for (value,) in self._work.run(_AMONG[kind], {**self.pads, "values": [*values]})}

    def lines(self, statement: Statement) -> list[int]:
        """What a statement on the rows of an import returns of those that are of erased customers."""
        return [] if self.pads is None else [line for (line,) in self._work.run(statement, self.pads)]

    def change(self, statement: Statement) -> None:
        """Run a statement on such rows."""
        if self.pads is not None:
            self._work.run(statement, self.pads)
