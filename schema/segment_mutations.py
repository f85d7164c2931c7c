"""Make, change, refresh and remove segments, and put customers into them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.errors import InvalidInputError
from resolvers import segments, tenants
from resolvers.segments import MemberOutcome, SegmentChanges
from schema.arguments import Input
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer_filter import CustomerFilter, criteria_given
from schema.enums import SegmentMemberStatus, SegmentType
from schema.given import kept, optional, told
from schema.segment import KIND, Segment
from schema.tenant import KIND as TENANT
from schema.user_errors import UserError, answers


@strawberry.input(description="The segment to make.")
class SegmentCreateInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    name: str = strawberry.field(
        description="A name that no other segment of the tenant has, to 100 letters."
    )
    type: SegmentType = strawberry.field(description="How customers come into it.")
    criteria: JSON | None = optional(
        "Who is in it, in the language of criteria; a dynamic segment has either these or a filter."
    )
    filter: CustomerFilter | None = optional(
        "Who is in it, as customers are filtered; the segment keeps it as criteria."
    )
    description: str | None = optional("What it is for.")


@strawberry.input(description="What to change of a segment. What is left out stays.")
class SegmentUpdateInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")
    name: str | None = optional("Another name. It cannot be null.")
    criteria: JSON | None = optional("Other criteria; the members are worked out anew. They cannot be null.")
    filter: CustomerFilter | None = optional(
        "Other criteria, as customers are filtered; instead of `criteria`. It cannot be null."
    )
    description: str | None = optional("What it is for; null, or an empty text, takes it away.")


@strawberry.input(description="A segment.")
class SegmentReferenceInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")


@strawberry.input(description="Customers to put into a static segment, or to take out.")
class SegmentMembersInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")
    customer_ids: list[strawberry.ID] = strawberry.field(
        description="The global ids of 1 to 1,000 customers. Saying it again changes nothing."
    )


@strawberry.type(description="What became of a segment: all of it was done, or nothing.")
class SegmentPayload:
    segment: Segment | None = strawberry.field(
        default=None, description="The segment as it is now. Null where the change was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why the change was refused."
    )


@strawberry.type(description="What became of a segment that was to be removed.")
class SegmentDeletePayload:
    deleted_segment_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the segment that was. Null where it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What became of one customer.")
class SegmentMemberResult:
    customer_id: strawberry.ID = strawberry.field(description="The customer's global id, as it was given.")
    status: SegmentMemberStatus = strawberry.field(description="What became of it.")


@strawberry.type(description="What became of the customers.")
class SegmentMembersPayload:
    segment: Segment | None = strawberry.field(
        default=None, description="The segment as it is now. Null where the change was refused."
    )
    results: list[SegmentMemberResult] = strawberry.field(
        default_factory=list, description="One for each customer, in their order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was changed."
    )


@answers(SegmentPayload)
async def segment_create(info: Info, input: Input[SegmentCreateInput]) -> SegmentPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    with _named_as_given(input):
        row = await segments.create(
            info.context,
            tenant,
            name=input.name,
            kind=input.type.value,
            criteria=criteria_given(input.criteria, input.filter),
            description=input.description or None,
        )
    return SegmentPayload(segment=await _shown(info, tenant, row))


@answers(SegmentPayload)
async def segment_update(info: Info, input: Input[SegmentUpdateInput]) -> SegmentPayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    kept(input, "criteria", "filter")
    changes = SegmentChanges(
        **kept(input, "name"),
        **told(input, "description"),
        criteria=criteria_given(input.criteria, input.filter),
    )
    with _named_as_given(input):
        row = await segments.update(info.context, tenant, number, changes)
    return SegmentPayload(segment=await _shown(info, tenant, row))


@answers(SegmentPayload)
async def segment_refresh(info: Info, input: Input[SegmentReferenceInput]) -> SegmentPayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    row = await segments.refresh(info.context, tenant, number)
    return SegmentPayload(segment=await _shown(info, tenant, row))


@answers(SegmentDeletePayload)
async def segment_delete(info: Info, input: Input[SegmentReferenceInput]) -> SegmentDeletePayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    await segments.delete(info.context, tenant, number)
    return SegmentDeletePayload(deleted_segment_id=input.id)


@answers(SegmentMembersPayload)
async def segment_members_add(info: Info, input: Input[SegmentMembersInput]) -> SegmentMembersPayload:  # noqa: A002
    """The mutation."""
    return await _members(info, input, segments.add_members)


@answers(SegmentMembersPayload)
async def segment_members_remove(
    info: Info,
    input: Input[SegmentMembersInput],  # noqa: A002
) -> SegmentMembersPayload:
    """The mutation."""
    return await _members(info, input, segments.remove_members)


async def _members(info: Info, given: SegmentMembersInput, change: Any) -> SegmentMembersPayload:
    tenant, number = ids.number(given.id, KIND, parts=2)
    customers = [_customer(each, tenant, at) for at, each in enumerate(given.customer_ids)]
    outcomes: list[MemberOutcome] = await change(info.context, tenant, number, customers)
    row = await segments.get(info.context, tenant, number)
    results = [
        SegmentMemberResult(customer_id=text, status=SegmentMemberStatus(each.outcome))
        for text, each in zip(given.customer_ids, outcomes, strict=True)
    ]
    return SegmentMembersPayload(segment=await _shown(info, tenant, row), results=results)


def _customer(text: strawberry.ID, tenant: int, at: int) -> int:
    """The number of a customer; 0, which is nobody's, for another tenant's."""
    owner, number = ids.number(text, CUSTOMER, parts=2, field=f"customer_ids.{at}")
    return number if owner == tenant else 0


@contextmanager
def _named_as_given(given: SegmentCreateInput | SegmentUpdateInput) -> Iterator[None]:
    """Criteria that came as a filter are called so where they are refused."""
    try:
        yield
    except InvalidInputError as error:
        if error.field == "criteria" and given.filter:
            raise InvalidInputError("filter", error.message) from None
        raise


async def _shown(info: Info, tenant: int, row: segments.SegmentRow) -> Segment:
    return Segment.of(await tenants.get(info.context, tenant), row)
