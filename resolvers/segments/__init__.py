"""Segments of a shop's own making: dynamic ones by criteria, static ones by lists of customers."""

from resolvers.segments.listing import list_members
from resolvers.segments.members import (
    MemberOutcome,
    Membership,
    add_members,
    of_customer,
    remove_members,
)
from resolvers.segments.preview import Preview, preview, sample
from resolvers.segments.reasons import Reason, reasons
from resolvers.segments.rows import SegmentRow, find, get, page, type_named
from resolvers.segments.write import MOST, SegmentChanges, create, delete, refresh, update

__all__ = [
    "MOST",
    "MemberOutcome",
    "Membership",
    "Preview",
    "Reason",
    "SegmentChanges",
    "SegmentRow",
    "add_members",
    "create",
    "delete",
    "find",
    "get",
    "list_members",
    "of_customer",
    "page",
    "preview",
    "reasons",
    "refresh",
    "remove_members",
    "sample",
    "type_named",
    "update",
]
