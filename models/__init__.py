"""The tables, one noun a file. `METADATA` holds all of them."""

from sqlmodel import SQLModel

from models.api_key import ApiKey
from models.audit import AuditEntry
from models.backtest import Backtest
from models.cohort import Cohort
from models.consent import CustomerConsent
from models.customer import Customer
from models.erasure import ErasedIdentifier, ErasureKey
from models.event import Event
from models.event_type import EventType
from models.exchange_rate import ExchangeRate
from models.hook import IntegrationHook, IntegrationNotice
from models.idempotency import IdempotencyKey
from models.integration import Integration
from models.listing import ScoreListing
from models.merge import CustomerMerge
from models.order import Order
from models.refund import Refund
from models.run import ScoreRun
from models.sales import Sales
from models.score import CustomerScore, ScoreCurrent
from models.segment import Segment, SegmentMember
from models.segment_change import SegmentChange, SegmentFeed
from models.sync import (
    IntegrationAccount,
    IntegrationOrder,
    IntegrationProfile,
    IntegrationSync,
    IntegrationUnreadable,
    IntegrationWindow,
)
from models.tenant import Tenant

METADATA = SQLModel.metadata
TABLES = METADATA.tables
"""The tables by name, for statements in SQLAlchemy Core."""

__all__ = [
    "METADATA",
    "TABLES",
    "ApiKey",
    "AuditEntry",
    "Backtest",
    "Cohort",
    "Customer",
    "CustomerConsent",
    "CustomerMerge",
    "CustomerScore",
    "ErasedIdentifier",
    "ErasureKey",
    "Event",
    "EventType",
    "ExchangeRate",
    "IdempotencyKey",
    "Integration",
    "IntegrationAccount",
    "IntegrationHook",
    "IntegrationNotice",
    "IntegrationOrder",
    "IntegrationProfile",
    "IntegrationSync",
    "IntegrationUnreadable",
    "IntegrationWindow",
    "Order",
    "Refund",
    "Sales",
    "ScoreCurrent",
    "ScoreListing",
    "ScoreRun",
    "Segment",
    "SegmentChange",
    "SegmentFeed",
    "SegmentMember",
    "Tenant",
]
