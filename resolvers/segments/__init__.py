"""Segments of a shop's own making: dynamic ones by criteria, static ones by lists of customers."""

from resolvers.segments.builtin import BUILTIN
from resolvers.segments.exports import Export, address, export, format_named
from resolvers.segments.history import Cell, members_as_of, migration
from resolvers.segments.listing import list_members
from resolvers.segments.members import MemberOutcome, add_members, remove_members
from resolvers.segments.memberships import Membership, of_customer
from resolvers.segments.preview import Overlap, Preview, overlaps, parameters, preview, sample
from resolvers.segments.reasons import Explanation, explain, reasons
from resolvers.segments.rows import BY_ID, SegmentRow, find, find_builtin, get, members, page, type_named
from resolvers.segments.truths import Truth
from resolvers.segments.version import MembersVersion, SegmentVersion, of_all, of_members
from resolvers.segments.write import MOST, SegmentChanges, create, delete, refresh, update

MOST_LISTED = MOST + len(BUILTIN)
"""Segments that a tenant may have with those that every tenant has."""

__all__ = [
    "BY_ID",
    "MOST",
    "MOST_LISTED",
    "Cell",
    "Explanation",
    "Export",
    "MemberOutcome",
    "MembersVersion",
    "Membership",
    "Overlap",
    "Preview",
    "SegmentChanges",
    "SegmentRow",
    "SegmentVersion",
    "Truth",
    "add_members",
    "address",
    "create",
    "delete",
    "explain",
    "export",
    "find",
    "find_builtin",
    "format_named",
    "get",
    "list_members",
    "members",
    "members_as_of",
    "migration",
    "of_all",
    "of_customer",
    "of_members",
    "overlaps",
    "page",
    "parameters",
    "preview",
    "reasons",
    "refresh",
    "remove_members",
    "sample",
    "type_named",
    "update",
]
