"""The encoding that a body is sent in: what its caller takes, where they gain by it."""

import zlib
from functools import cached_property

from kit.http import Headers

WORTH_PACKING = 1_000
"""Bytes from which an answer gains by gzip: what fits a packet arrives no sooner for being smaller."""
LEVEL = 6
_GZIP = (b"content-encoding", b"gzip")


class Packable:
    """A body that may be sent to several: it is packed once, for all who take that."""

    def __init__(self, plain: bytes, vary: bytes = b"") -> None:
        """`vary`: what else of a request it depends on, as the header has it."""
        self.plain = plain
        if len(plain) >= WORTH_PACKING:
            vary = b", ".join([*filter(None, [vary]), b"Accept-Encoding"])
        length = (b"content-length", b"%d" % len(plain))
        self._told = [length, (b"vary", vary)] if vary else [length]

    def fitting(self, asked: Headers) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The body for a request of these headers, and the headers that tell how it is sent."""
        if len(self.plain) >= WORTH_PACKING and takes_gzip(asked):
            return self._packed, self._told_of_packed
        return self.plain, self._told

    @cached_property
    def _packed(self) -> bytes:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return packer.compress(self.plain) + packer.flush()

    @cached_property
    def _told_of_packed(self) -> list[tuple[bytes, bytes]]:
        return [(b"content-length", b"%d" % len(self._packed)), _GZIP, *self._told[1:]]


def takes_gzip(headers: Headers) -> bool:
    """Whether a request's headers name gzip, and not to rule it out."""
    accepted = b",".join([value for name, value in headers if name == b"accept-encoding"])
    return b"gzip" in accepted and not _rules_out_gzip(accepted)


def _rules_out_gzip(accepted: bytes) -> bool:
    """Whether a list of encodings names gzip with a quality of nothing."""
    for each in accepted.lower().split(b","):
        name, *parameters = (part.strip().replace(b" ", b"") for part in each.split(b";"))
        if name == b"gzip" and any(part.strip(b"q=0.") == b"" and part for part in parameters):
            return True
    return False
