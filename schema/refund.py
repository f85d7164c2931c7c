"""Refunds and pages of them."""

from datetime import datetime

import strawberry

from kit import ids
from kit.page import Page
from resolvers.refunds import RefundRow
from schema.money import Money, money
from schema.page import PageInfo
from schema.scalars import BigInt

KIND = "Refund"


@strawberry.type(description="Money given back to a customer.")
class Refund:
    id: strawberry.ID = strawberry.field(description="Opaque id.")
    database_id: BigInt = strawberry.field(description="The refund's number.")
    external_id: str = strawberry.field(description="The shop's own id of the refund.")
    refunded_at: datetime = strawberry.field(description="When the money was given back.")
    amount: Money = strawberry.field(description="How much was given back.")
    is_linked: bool = strawberry.field(
        description="Whether it is known which order it undoes; else it lowers the customer's revenue only."
    )

    @classmethod
    def of(cls, row: RefundRow) -> "Refund":
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.tenant_id, row.id)),
            database_id=BigInt(row.id),
            external_id=row.external_id,
            refunded_at=row.refunded_at,
            amount=money(row.amount, row.currency),
            is_linked=row.order_id is not None,
        )


@strawberry.type(description="A refund in a page.")
class RefundEdge:
    cursor: str = strawberry.field(description="Where the refund stands in the list.")
    node: Refund = strawberry.field(description="The refund.")


@strawberry.type(description="A page of refunds.")
class RefundConnection:
    edges: list[RefundEdge] = strawberry.field(description="The refunds with their cursors.")
    nodes: list[Refund] = strawberry.field(description="The refunds.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="Refunds of the whole list; counted only if asked for.")

    @classmethod
    def of(cls, page: Page[RefundRow]) -> "RefundConnection":
        nodes = [Refund.of(row) for row in page.rows]
        edges = [RefundEdge(cursor=c, node=n) for c, n in zip(page.cursors, nodes, strict=True)]
        return cls(edges=edges, nodes=nodes, page_info=PageInfo.of(page), total_count=page.total or 0)
