"""The REST v2 face: every documented path in its documented shape, over the same use cases as the graph."""

from rest.application import make_rest

__all__ = ["make_rest"]
