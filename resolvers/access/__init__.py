"""Who calls: from a token or an API key to an actor."""

from resolvers.access.access import Access, access_of

__all__ = ["Access", "access_of"]
