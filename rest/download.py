"""Answers that are files, sent as fast as they are taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import structlog
from starlette.responses import StreamingResponse

from kit.errors import CdpError
from kit.http import Message, Receive, Scope, Send
from resolvers.segments import Export

log = structlog.get_logger()

LEFT_OUT = "X-Left-Out-Count"
"""The header that tells how many are not in a file for want of a consent."""
_PATIENCE = 60.0
"""Seconds that a caller may take for a piece before it is let go."""


class Download(StreamingResponse):
    """A file. One that cannot be sent to its end is broken off, so that nobody takes it for whole.

    Nothing more is read for a caller that is gone; what is being read then is not cancelled, but ends.
    """

    def __init__(self, export: Export, first: bytes) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
        if export.left_out is not None:
            headers[LEFT_OUT] = str(export.left_out)
        super().__init__(_pieces(export, first), headers=headers)
        self.headers["Content-Type"] = export.media_type
        self._export = export

    @classmethod
    async def of(cls, export: Export) -> "Download":
        """The answer, once the first piece is there: what goes wrong before is raised here."""
        return cls(export, await anext(export.content))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(self.listen_for_disconnect(receive))

        async def sent(message: Message) -> None:
            if gone.done():
                raise _GoneError
            async with asyncio.timeout(_PATIENCE):
                await send(message)

        try:
            async with aclosing(self._export.content):
                await self.stream_response(sent)
        except _GoneError:
            pass
        except (CdpError, TimeoutError) as error:
            log.warning("a file was broken off", file=self._export.name, reason=str(error) or "not taken")
        finally:
            gone.cancel()


class _GoneError(Exception):
    """Nobody takes any more."""


async def _pieces(export: Export, first: bytes) -> AsyncIterator[bytes]:
    yield first
    async for piece in export.content:
        yield piece
