"""The seven types of events that mean the same everywhere."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from resolvers.event_types.properties import (
    AMOUNT,
    COUNT,
    CURRENCY,
    IDENTIFIER,
    ITEMS,
    NAME,
    TEXT,
    Property,
)

PURCHASE = "purchase"


class BuiltIn(NamedTuple):
    """A type with its properties. An event may have others besides."""

    name: str
    meaning: str
    properties: tuple[Property, ...]

    @property
    def json_schema(self) -> dict[str, Any]:
        """The properties as JSON Schema."""
        told = {each.name: {**each.kind.json_schema, "description": each.meaning} for each in self.properties}
        return {"type": "object", "properties": told}


_CAMPAIGN = Property("campaign", NAME, "The campaign's name.")
_PAGE = (
    Property("page", TEXT, "The page's path or address."),
    Property("title", TEXT, "The page's title."),
    Property("referrer", TEXT, "Where the customer came from."),
)
_PRODUCT = (
    Property("product_id", IDENTIFIER, "The shop's own id of the product."),
    Property("sku", IDENTIFIER, "The shop's own id of the variant."),
    Property("name", TEXT, "The product's name."),
    Property("quantity", COUNT, "How many pieces."),
    Property("price", AMOUNT, "The price of one piece."),
    Property("currency", CURRENCY, "The price's currency; the tenant's unless told."),
)
_ORDER = (
    Property("order_id", IDENTIFIER, "The shop's own id of the order."),
    Property("amount", AMOUNT, "What the order comes to."),
    Property("currency", CURRENCY, "The amount's currency; the tenant's unless told."),
)

BUILT_IN: Mapping[str, BuiltIn] = {
    each.name: each
    for each in (
        BuiltIn("page_view", "A page was looked at.", _PAGE),
        BuiltIn("add_to_cart", "A product was put into the cart.", _PRODUCT),
        BuiltIn("remove_from_cart", "A product was taken out of the cart.", _PRODUCT),
        BuiltIn(
            PURCHASE,
            "An order was placed. With order_id and amount the order is added, or brought up to date.",
            (*_ORDER, Property("items", ITEMS, "How many pieces, or the products, one object each.")),
        ),
        BuiltIn("email_opened", "An e-mail was opened.", (_CAMPAIGN,)),
        BuiltIn(
            "email_clicked",
            "A link in an e-mail was followed.",
            (_CAMPAIGN, Property("link", TEXT, "The link's address.")),
        ),
        BuiltIn("campaign_converted", "A campaign led to an order.", (_CAMPAIGN, *_ORDER)),
    )
}

_KINDS = {each.name: {known.name: known.kind for known in each.properties} for each in BUILT_IN.values()}


def misfit(event_type: str, properties: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first property of a built-in type that is not of its kind, and what is accepted; None: all fit."""
    kinds = _KINDS[event_type]
    for name, value in properties.items():
        kind = kinds.get(name)
        if kind is not None and not kind.fits(value):
            return name, kind.accepted
    return None
