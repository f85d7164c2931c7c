"""Whom a record names: customers by number, by the shop's id or by e-mail, all of a list together."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from kit.db import Statement, Work
from kit.db.arrays import Int8
from resolvers.merging.survivors import Survivor, Survivors
from resolvers.privacy.erased import Erased
from resolvers.writes.checks import Check

K = TypeVar("K", int, str)

_BY_NUMBER = Statement(
    "SELECT id, external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = ANY (%(keys)b) "
    "AND erased_at IS NULL",
    True,
    {},
)
_ERASED = Statement(
    "SELECT id FROM customer WHERE tenant_id = %(tenant_id)s AND id = ANY (%(keys)s) "
    "AND erased_at IS NOT NULL",
    True,
    {},
)
_BY_EXTERNAL_ID = Statement(
    "SELECT external_id, id FROM customer WHERE tenant_id = %(tenant_id)s "
    "AND external_id = ANY (%(keys)b::text[]) AND erased_at IS NULL",
    True,
    {},
)
_BY_EMAIL = Statement(
    "SELECT email_norm, id, external_id FROM customer WHERE tenant_id = %(tenant_id)s "
    "AND email_norm IS NOT NULL AND email_norm = ANY (%(keys)b::text[]) ORDER BY id DESC",
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
    """The customers that the references of a list name: a statement for each way that they are named."""

    def __init__(self, work: Work, references: Sequence[CustomerReference | None]) -> None:
        numbers: set[int] = set()
        external_ids: set[str] = set()
        emails: set[str] = set()
        for each in references:
            if each is None:
                continue
            number, external_id, email = each
            if number is not None:
                numbers.add(number)
            elif external_id is not None:
                external_ids.add(_safe(external_id))
            elif email is not None:
                emails.add(_safe(email).lower())
        self._work, self._erased = work, cast("set[int | str] | None", None)
        self._named = numbers, external_ids, emails
        keys = Int8(np.fromiter(numbers, np.int64, len(numbers)))
        by_number = _found(work, _BY_NUMBER, keys, numbers)
        self._by_number = {number: Person(number, name) for number, name in by_number}
        by_name = _found(work, _BY_EXTERNAL_ID, [*external_ids], external_ids)
        self._by_external_id = {name: Person(number, name) for name, number in by_name}
        by_email = _found(work, _BY_EMAIL, [*emails], emails)
        self._by_email = {address: Person(number, name) for address, number, name in by_email}
        self._follow_merged()

    def number(self, reference: CustomerReference) -> int | None:
        """The customer's number; of several with the same e-mail that of the first that came in."""
        person = self.find(reference)
        return None if person is None else person.id

    def numbers(self, references: Sequence[CustomerReference | None]) -> list[int | None]:
        """The customers' numbers, in the references' order, as `number` tells them; None for no reference."""
        known = {number: person.id for number, person in self._by_number.items()}
        return [
            None
            if each is None
            else self.number(each)
            if each.database_id is None
            else known.get(each.database_id)
            for each in references
        ]

    def is_erased(self, reference: CustomerReference) -> bool:
        """Whether a reference that names nobody names a customer who was erased."""
        if self._erased is None:
            self._erased = self._missing()
        number, external_id, email = reference
        if number is not None:
            return number in self._erased
        return (
            f"@{_safe(email or '').lower()}" if external_id is None else _safe(external_id)
        ) in self._erased

    def _missing(self) -> set[int | str]:
        """Those of the names of nobody by which erased customers were known; of e-mails, with an @ before."""
        numbers, external_ids, emails = self._named
        missing = [each for each in numbers if each not in self._by_number]
        erased = Erased(self._work)
        names = erased.among("customer", [each for each in external_ids if each not in self._by_external_id])
        addresses = erased.among("email", [each for each in emails if each not in self._by_email])
        rows = self._work.run(_ERASED, {"keys": missing}) if missing else []
        return {*(row[0] for row in rows), *self._gone, *names, *(f"@{each}" for each in addresses)}

    def find(self, reference: CustomerReference) -> Person | None:
        """The customer; of one who was merged, who has what was theirs."""
        number, external_id, email = reference
        if number is not None:
            return self._by_number.get(number)
        if external_id is not None:
            return self._by_external_id.get(external_id.strip())
        return self._by_email.get((email or "").strip().lower())

    def _follow_merged(self) -> None:
        """Have what nobody is called by, but a merged customer was, name who has what was theirs."""
        numbers, external_ids, emails = self._named
        survivors = Survivors(self._work)
        by_number = survivors.by_number([each for each in numbers if each not in self._by_number])
        self._gone = {number for number, survivor in by_number.items() if survivor.is_erased}
        self._by_number |= _persons(by_number)
        missing = [each for each in external_ids if each not in self._by_external_id]
        self._by_external_id |= _persons(survivors.by_external_id(missing))
        addresses = [each for each in emails if each not in self._by_email]
        self._by_email |= _persons(survivors.by_email(addresses))


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


def _persons(survivors: dict[K, Survivor]) -> dict[K, Person]:
    return {key: Person(each.id, each.external_id) for key, each in survivors.items() if not each.is_erased}


def _found(work: Work, statement: Statement, keys: Any, asked: set[Any]) -> list[Any]:
    return work.run(statement, {"keys": keys}) if asked else []


def _safe(text: str) -> str:
    """Text that may be asked for; what cannot be stored is nobody's."""
    return text.strip().replace("\0", "\ufffd").encode("utf-8", "replace").decode()
