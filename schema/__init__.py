"""The GraphQL face: types and fields over the use cases, one noun a file."""

from schema.endpoint import GraphQLEndpoint
from schema.root import schema

__all__ = ["GraphQLEndpoint", "schema"]
