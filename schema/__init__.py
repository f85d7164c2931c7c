"""The GraphQL face: types and fields over the use cases, one noun a file."""

from kit.config import Settings
from schema.endpoint import GraphQLEndpoint
from schema.limits import Bounds
from schema.root import Graph, create_schema
from schema.trusted import TrustedDocuments

__all__ = ["GraphQLEndpoint", "create_schema", "schema_of"]


def schema_of(settings: Settings) -> Graph:
    """The schema with the settings' bounds. Raises ConfigurationError for a wrong manifest of documents."""
    trusted = TrustedDocuments.load(settings.trusted_documents, settings.trusted_documents_file)
    return create_schema(Bounds.of(settings), trusted)
