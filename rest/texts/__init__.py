"""What the OpenAPI document says in words, in English and in Spanish; the code says the rest."""

from rest.texts import analytics, customers, events, integrations, processing, segments
from rest.texts.text import Text

OPERATIONS: dict[str, Text] = {
    **processing.OPERATIONS,
    **analytics.OPERATIONS,
    **integrations.OPERATIONS,
    **customers.OPERATIONS,
    **events.OPERATIONS,
    **segments.OPERATIONS,
}
"""Summary and description by operationId."""

__all__ = ["OPERATIONS", "Text"]
