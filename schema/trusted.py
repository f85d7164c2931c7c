"""Documents that are known beforehand, by their hashes, as graphql-codegen's client preset writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from graphql import GraphQLError

from kit.errors import ConfigurationError

Mode = Literal["off", "allow", "only"]


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """The manifest, and whether others than these are taken: with `only`, none are."""

    mode: Mode = "off"
    by_hash: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, mode: Mode, manifest: Path | None) -> "TrustedDocuments":
        """Read a manifest. Raises ConfigurationError for one that is missing or of another form."""
        if mode == "off":
            return cls()
        if manifest is None:
            raise ConfigurationError(
                f"CDP_TRUSTED_DOCUMENTS={mode} needs CDP_TRUSTED_DOCUMENTS_FILE, the manifest."
            )
        try:
            found = orjson.loads(manifest.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ConfigurationError(f"The manifest {manifest} cannot be read: {error}.") from None
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise ConfigurationError(f"The manifest {manifest} must be an object of hash: document.")
        return cls(mode, found)

    def text(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document to execute: the one asked for by its hash, or the one that was sent.

        Raises GraphQLError for a hash that is not in the manifest, and for a document that is not trusted.
        """
        key = _hash(extensions)
        if key is None:
            if query and self.mode == "only" and query not in self.by_hash.values():
                raise _refused("Only trusted documents are accepted; send `documentId`.", "FORBIDDEN")
            return query
        if query:
            if self.mode == "only" and self.by_hash.get(key) != query:
                raise _refused("Only trusted documents are accepted; send `documentId`.", "FORBIDDEN")
            return query
        if key not in self.by_hash:
            what = "none are kept here" if self.mode == "off" else "it is not in the manifest"
            message = f"There is no document '{key[:100]}': {what}. Send the document itself."
            raise _refused(message, "PERSISTED_QUERY_NOT_FOUND")
        return self.by_hash[key]


def _hash(extensions: Mapping[str, Any] | None) -> str | None:
    found = (extensions or {}).get("persistedQuery")
    key = found.get("sha256Hash") if isinstance(found, dict) else None
    return key if isinstance(key, str) else None


def _refused(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
