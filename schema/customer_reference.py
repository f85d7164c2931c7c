"""Which customer a record names."""

from typing import Any

import strawberry

from resolvers.writes.people import CustomerReference
from schema.scalars import BigInt


@strawberry.input(description="A customer, by exactly one of these.")
class CustomerReferenceInput:
    database_id: BigInt | None = strawberry.field(default=None, description="The customer's number.")
    external_id: str | None = strawberry.field(default=None, description="The shop's own id.")
    email: str | None = strawberry.field(
        default=None, description="E-mail; of several customers with it, the first that came in."
    )


def reference(given: CustomerReferenceInput | None) -> CustomerReference | None:
    """The reference as use cases take it."""
    if given is None:
        return None
    number: Any = given.database_id
    return CustomerReference(number, given.external_id, given.email)
