"""The tables, one noun a file. `METADATA` holds all of them."""

from sqlmodel import SQLModel

from models.customer import Customer
from models.event import Event
from models.exchange_rate import ExchangeRate
from models.order import Order
from models.refund import Refund
from models.run import ScoreRun
from models.score import CustomerScore
from models.segment_change import SegmentChange
from models.tenant import Tenant

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "Customer",
    "CustomerScore",
    "Event",
    "ExchangeRate",
    "Order",
    "Refund",
    "ScoreRun",
    "SegmentChange",
    "Tenant",
]
