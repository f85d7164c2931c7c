"""Whom a record names: customers by number, by the shop's id or by e-mail, all of a list in one statement."""

from collections.abc import Sequence
from typing import NamedTuple

from kit.db import Statement, Work
from resolvers.writes.checks import Check

_FIND = Statement(
    "SELECT id, external_id, email_norm FROM customer WHERE tenant_id = %(tenant_id)s "
    "AND (id = ANY (%(ids)s) OR external_id = ANY (%(external_ids)s) OR email_norm = ANY (%(emails)s)) "
    "ORDER BY id DESC",
    True,
    {},
)


class CustomerReference(NamedTuple):
    """A customer by exactly one of these."""

    database_id: int | None = None
    external_id: str | None = None
    email: str | None = None


class Person(NamedTuple):
    """A customer that is there."""

    id: int
    external_id: str


class People:
    """The customers that the references of a list name."""

    def __init__(self, work: Work, references: Sequence[CustomerReference | None]) -> None:
        named = [each for each in references if each is not None]
        values = {
            "ids": [each.database_id for each in named if each.database_id is not None],
            "external_ids": [_safe(each.external_id) for each in named if each.external_id is not None],
            "emails": [_safe(each.email).lower() for each in named if each.email is not None],
        }
        found = work.run(_FIND, values) if named else []
        self._by_id = {row[0]: Person(row[0], row[1]) for row in found}
        self._by_external_id = {row[1]: Person(row[0], row[1]) for row in found}
        self._by_email = {row[2]: Person(row[0], row[1]) for row in found}

    def find(self, reference: CustomerReference) -> Person | None:
        """The customer; of several with the same e-mail the first that came in."""
        if reference.database_id is not None:
            return self._by_id.get(reference.database_id)
        if reference.external_id is not None:
            return self._by_external_id.get(reference.external_id.strip())
        return self._by_email.get((reference.email or "").strip().lower())


def check_reference(check: Check, field: str, reference: CustomerReference | None) -> None:
    """A reference must say exactly one thing."""
    if reference is None:
        return
    if sum(each is not None for each in reference) != 1:
        told = "A customer is named by exactly one of their number, the shop's own id and e-mail."
        check.wrong(field, f"{told} The others must be left out.")
    elif reference.external_id is not None:
        check.identifier(f"{field}.external_id", reference.external_id)
    elif reference.email is not None:
        check.email(f"{field}.email", reference.email)


def _safe(text: str) -> str:
    """Text that may be asked for; what cannot be stored is nobody's."""
    return text.strip().replace("\0", "\ufffd").encode("utf-8", "replace").decode()
