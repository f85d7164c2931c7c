"""The REST v2 face: every documented path in its documented shape, over the same use cases as the graph."""

from rest.application import make_rest
from rest.download import LEFT_OUT
from rest.event_batch import STREAMS
from rest.straight import Straight

__all__ = ["LEFT_OUT", "STREAMS", "Straight", "make_rest"]
