"""Conditions on what customers have agreed to, channel by channel: `{"consent": {"email": true}}`."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, cast, select

from kit.db import TENANT
from kit.page import TEXT
from models import TABLES
from models.consent import CHANNELS
from resolvers.criteria.fields import Field, Source
from resolvers.criteria.tree import All, Comparison, Node
from resolvers.standing import CUSTOMERS

if TYPE_CHECKING:
    from resolvers.criteria.parse import Parser

COMPARISONS = ("eq", "exists")
_CONSENTS = TABLES["customer_consent"]


def _said(channel: str) -> ColumnElement[Any]:
    """What a customer last said of a channel, as the words true and false; null where they never did."""
    return (
        select(cast(_CONSENTS.c.is_granted, Text))
        .where(
            _CONSENTS.c.tenant_id == TENANT,
            _CONSENTS.c.customer_id == CUSTOMERS.c.id,
            _CONSENTS.c.channel == channel,
        )
        .correlate(CUSTOMERS)
        .scalar_subquery()
    )


CONSENTS = {
    channel: Field(
        f"consent.{channel}",
        _said(channel),
        TEXT,
        "Whether the customer may be written to over it, as they last said",
        Source.CUSTOMER,
    )
    for channel in CHANNELS
}
"""A field for each channel."""


def consents(parser: "Parser", found: Any, path: str) -> Node:
    """All of the conditions, one or more a channel: true, false, or an object of comparisons."""
    if not isinstance(found, dict) or not found:
        told = f"{path} must be an object with true, false or comparisons for a channel"
        parser.refuse(path, f"{told}: {', '.join(CHANNELS)}.")
    parts: list[Comparison] = []
    for channel, value in found.items():
        if channel not in CONSENTS:
            parser.unknown(path, channel, "channel", CHANNELS)
        here = f"{path}.{channel}"
        if not isinstance(value, dict):
            parts.append(_compared(parser, channel, "eq", value, (here, here)))
            continue
        if not value:
            parser.refuse(here, f"{here} compares with nothing; accepted are {parser.names(COMPARISONS)}.")
        for name, each in value.items():
            if name not in COMPARISONS:
                parser.unknown(here, name, "comparison", COMPARISONS)
            parts.append(_compared(parser, channel, name, each, (f"{here}.{parser.spell(name)}", here)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _compared(
    parser: "Parser", channel: str, operator: str, value: Any, paths: tuple[str, str]
) -> Comparison:
    if operator == "eq":
        value = str(parser.truth(value, paths[0])).lower()
    return parser.compared(CONSENTS[channel], operator, value, *paths)
