"""Servers in processes of their own, and a client that speaks graphql-transport-ws by hand."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import websockets

ROOT = Path(__file__).parent.parent.parent
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


class Served:
    """One API process on a free port."""

    def __init__(self, url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = (
            "import uvicorn; uvicorn.run('app:create', factory=True, host='127.0.0.1', "
            f"port={self.port}, log_level='warning', ws_max_size=16_000_000)"
        )
        environment = os.environ | {
            "CDP_DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
            "CDP_LOG_LEVEL": "error",
        }
        self.process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def wait(self) -> "Served":
        for _ in range(600):
            assert self.process.poll() is None
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health", verify=False).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            self.process.poll()
            time.sleep(0.1)
        raise AssertionError("the server did not answer")

    def socket(self, **options):
        """A socket that has been acknowledged."""
        return socket_of(self.port, **options)


@contextlib.asynccontextmanager
async def socket_of(port, *, init=True, **options):
    """A socket of a server on this machine, acknowledged unless `init` is false."""
    options = {"max_size": 10_000_000, "proxy": None} | options
    address = f"ws://127.0.0.1:{port}/graphql"
    async with websockets.connect(address, subprotocols=[PROTOCOL], **options) as opened:
        client = Client(opened)
        if init:
            await client.send(type="connection_init")
            assert await client.read() == {"type": "connection_ack"}
        yield client


class Client:
    """One socket."""

    def __init__(self, opened) -> None:
        self.socket = opened

    async def send(self, **message) -> None:
        await self.socket.send(json.dumps(message))

    async def read(self, within=30):
        return json.loads(await asyncio.wait_for(self.socket.recv(), within))

    async def subscribe(self, query, number="1", **variables) -> None:
        await self.send(id=number, type="subscribe", payload={"query": query, "variables": variables})

    async def next(self, number="1"):
        """The data of the next delivery of an operation."""
        message = await self.read()
        assert (message["type"], message["id"]) == ("next", number), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def closed(self, within=30):
        """The code that the server closes with."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(self.socket.recv(), within)
        return self.socket.close_code
