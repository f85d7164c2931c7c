"""Whom what merged customers were known by leads to: asked only for names that nobody has any more."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kit.db import Statement, Work


class Survivor(NamedTuple):
    """The customer whom a name leads to. One who was erased since is still who has the number."""

    id: int
    external_id: str
    is_erased: bool


def _by(key: str, kind: str) -> Statement:
    return Statement(
        f"SELECT DISTINCT ON (merged.{key}) merged.{key}, survivor.id, survivor.external_id, "  # noqa: S608
        "survivor.erased_at IS NOT NULL FROM customer_merge AS merged JOIN customer AS survivor "
        "ON survivor.tenant_id = %(tenant_id)s AND survivor.id = merged.survivor_id "
        "WHERE merged.tenant_id = %(tenant_id)s AND merged.undone_at IS NULL "
        f"AND merged.{key} = ANY (%(keys)s::{kind}[]) ORDER BY merged.{key}, merged.id",
        True,
        {},
    )


_BY_NUMBER, _BY_EXTERNAL_ID, _BY_EMAIL = (
    _by("from_id", "bigint"),
    _by("external_id", "text"),
    _by("email_norm", "text"),
)


class Survivors:
    """Who has what merged customers of the tenant in scope had."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def by_number(self, numbers: Sequence[int]) -> dict[int, Survivor]:
        """By the merged customers' numbers."""
        return self._found(_BY_NUMBER, numbers)

    def by_external_id(self, names: Sequence[str]) -> dict[str, Survivor]:
        """By the external ids that they had."""
        return self._found(_BY_EXTERNAL_ID, names)

    def by_email(self, emails: Sequence[str]) -> dict[str, Survivor]:
        """By the e-mails that they had, trimmed and in lower case."""
        return self._found(_BY_EMAIL, emails)

    def _found(self, statement: Statement, keys: Sequence[Any]) -> dict[Any, Survivor]:
        if not keys:
            return {}
        return {key: Survivor(*rest) for key, *rest in self._work.run(statement, {"keys": [*keys]})}
