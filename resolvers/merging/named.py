"""Whom a merge is about: the customers that a caller names, who must be there and apart."""

from kit.db import Statement, Work
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.merging.survivors import Survivor, Survivors
from resolvers.privacy.erased import Erased
from resolvers.writes.checks import Check
from resolvers.writes.people import CustomerReference, Person, check_reference

_FIND = Statement(
    "SELECT id, external_id, erased_at FROM customer WHERE tenant_id = %(tenant_id)s "
    "AND (id = %(id)s::bigint OR external_id = %(external_id)s::text "
    "OR email_norm = lower(btrim(%(email)s::text))) ORDER BY id LIMIT 2",
    True,
    {},
)
_ERASED = "The customer was erased; nothing is merged with who is nobody."


def check_named(field: str, reference: CustomerReference) -> None:
    """Raises InvalidInputError for a reference that does not say exactly one thing, or that is no such."""
    check = Check()
    check_reference(check, field, reference)
    for problem in check.problems:
        raise InvalidInputError(problem.field, problem.message)


def find(work: Work, field: str, reference: CustomerReference) -> Person | Survivor:
    """The customer whom a reference names; of one who was merged, who has what was theirs.

    Raises NotFoundError for nobody, ConflictError for one who was erased, InvalidInputError for an e-mail
    that several have.
    """
    external_id = reference.external_id
    values = {
        "id": reference.database_id,
        "external_id": None if external_id is None else external_id.strip(),
        "email": reference.email,
    }
    found = work.run(_FIND, values)
    if len(found) > 1:
        raise InvalidInputError(
            f"{field}.email", "Several customers have this e-mail; name one by id or external id."
        )
    if found:
        number, name, erased_at = found[0]
        if erased_at is not None:
            raise ConflictError(_ERASED, field=field)
        return Person(number, name)
    survivor = survivor_of(work, reference)
    if survivor is not None:
        return survivor
    if _was_erased(work, reference):
        raise ConflictError(_ERASED, field=field)
    raise NotFoundError("The tenant has no such customer.", field=field)


def survivor_of(work: Work, reference: CustomerReference) -> Survivor | None:
    """Who has what was a merged customer's, if the reference names one whom nobody else is called as."""
    survivors = Survivors(work)
    number, external_id, email = reference
    found: list[Survivor]
    if number is not None:
        found = [*survivors.by_number([number]).values()]
    elif external_id is not None:
        found = [*survivors.by_external_id([external_id.strip()]).values()]
    else:
        found = [*survivors.by_email([(email or "").strip().lower()]).values()]
    return found[0] if found else None


def _was_erased(work: Work, reference: CustomerReference) -> bool:
    erased = Erased(work)
    if reference.external_id is not None:
        return bool(erased.among("customer", [reference.external_id.strip()]))
    return reference.email is not None and bool(erased.among("email", [reference.email]))
