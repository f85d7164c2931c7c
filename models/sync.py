"""How the fetching of an integration stands, and the orders it has fetched."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from models.base import Field, identity, json_object, moment, reference, tenant_key

STATUSES = ("waiting", "queued", "running", "succeeded", "stalled")


def of_integration(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "integration_id"],
        ["integration.tenant_id", "integration.id"],
        name=f"{table}_tenant_id_integration_id_fkey",
        ondelete="CASCADE",
    )


class IntegrationSync(SQLModel, table=True):
    """The last sync of an integration, and what the next one needs to know."""

    __tablename__: ClassVar[Any] = "integration_sync"
    __table_args__ = (
        of_integration("integration_sync"),
        CheckConstraint(
            "status IN ('waiting', 'queued', 'running', 'succeeded', 'stalled')",
            name="integration_sync_status_check",
        ),
        CheckConstraint("kind IN ('full', 'recent')", name="integration_sync_kind_check"),
    )

    tenant_id: int = tenant_key()
    integration_id: int = reference(primary_key=True)
    status: str = Field(default="waiting", sa_column_kwargs={"server_default": "waiting"})
    kind: str = Field(default="full", sa_column_kwargs={"server_default": "full"})
    started_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    error: str | None = None
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_at: datetime = moment(now=True)
    orders_total: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    orders_done: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    per_second: float | None = None
    full_since: datetime | None = moment(nullable=True)
    full_until: datetime | None = moment(nullable=True)
    full_started_at: datetime | None = moment(nullable=True)
    full_finished_at: datetime | None = moment(nullable=True)
    through_at: datetime | None = moment(nullable=True)
    changed_at: datetime | None = moment(nullable=True)
    revenue: dict[str, Any] = json_object()
    unknown_statuses: dict[str, Any] = json_object()
    buyers_error: str | None = None
    feed_set: dict[str, Any] | None = json_object(nullable=True)
    feed_error: str | None = None
    feed_at: datetime | None = moment(nullable=True)


class IntegrationWindow(SQLModel, table=True):
    """A part of the time that a full sync fetches; one that is not done is fetched when it goes on.

    One with a `problem` is done but for orders that could not be listed: later syncs list it again.
    """

    __tablename__: ClassVar[Any] = "integration_window"
    __table_args__ = (
        of_integration("integration_window"),
        CheckConstraint(
            "dated_by IN ('creationDate', 'invoicedDate')", name="integration_window_dated_by_check"
        ),
    )

    tenant_id: int = tenant_key()
    integration_id: int = reference(primary_key=True)
    id: int = identity()
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    done: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    dated_by: str = Field(default="creationDate", sa_column_kwargs={"server_default": "creationDate"})
    problem: str | None = None
    looked_at: datetime = moment(now=True)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class IntegrationUnreadable(SQLModel, table=True):
    """An order that is listed and could not be read, by its number elsewhere; it goes once it is read."""

    __tablename__: ClassVar[Any] = "integration_unreadable"
    __table_args__ = (of_integration("integration_unreadable"),)

    tenant_id: int = tenant_key()
    integration_id: int = reference(primary_key=True)
    number: str = Field(primary_key=True)
    reason: str
    first_seen_at: datetime = moment(now=True)
    looked_at: datetime = moment(now=True)
    tries: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class IntegrationAccount(SQLModel, table=True):
    """What stands before the numbers of an account's orders in their external ids: nothing for the first.

    It stays when the integration goes, so that the account's orders are known again.
    """

    __tablename__: ClassVar[Any] = "integration_account"
    __table_args__ = (
        UniqueConstraint("tenant_id", "order_prefix", name="integration_account_tenant_id_order_prefix_key"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="integration_account_tenant_id_fkey"),
    )

    tenant_id: int = tenant_key()
    account_name: str = Field(primary_key=True)
    order_prefix: str


class IntegrationOrder(SQLModel, table=True):
    """An order as the other system last told of it. It stays when the integration goes, as the order does.

    `number` is the order's in the account; an account '' is one that is not known any more.
    """

    __tablename__: ClassVar[Any] = "integration_order"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "account_name",
            "number",
            name="integration_order_tenant_id_account_name_number_key",
        ),
        Index("integration_order_tenant_id_created_at_idx", "tenant_id", "created_at"),
    )

    tenant_id: int = tenant_key()
    external_id: str = Field(primary_key=True)
    account_name: str
    number: str
    integration_id: int = reference()
    status: str
    buyer: str | None = None
    created_at: datetime = moment()
    changed_at: datetime = moment()
    seen_at: datetime = moment(now=True)
    looked_at: datetime = moment(now=True)


class IntegrationProfile(SQLModel, table=True):
    """A buyer's profile elsewhere: `buyer` is the external id of the customer who they are, once they bought.

    The rest is what was found when it was looked for; `email` is their own. Stays as orders do.
    """

    __tablename__: ClassVar[Any] = "integration_profile"
    __table_args__ = (Index("integration_profile_tenant_id_buyer_idx", "tenant_id", "buyer"),)

    tenant_id: int = tenant_key()
    profile: str = Field(primary_key=True)
    integration_id: int = reference()
    buyer: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    created_at: datetime | None = moment(nullable=True)
    looked_at: datetime | None = moment(nullable=True)
