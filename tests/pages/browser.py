"""Chromium by its DevTools protocol: open a page, ask it things, and what it logged and requested."""

import asyncio
import contextlib
import itertools
import json
import shutil
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
PATIENCE = 60.0


class Page:
    """A tab of its own. `requests` are the addresses it asked for, `tokens` what it sent to be let in with.

    `complaints` are the errors that it logged.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.requests: list[str] = []
        self.tokens: list[str | None] = []
        self.complaints: list[str] = []
        self._socket = socket
        self._session: str | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())

    async def begin(self, width: int, height: int) -> None:
        """Open the tab, with a screen of so many pixels."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.call(f"{domain}.enable")
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.call("Emulation.setDeviceMetricsOverride", **screen)

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol; fails with what the browser says."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters} | session))
        answer = await asyncio.wait_for(self._waiting[number], PATIENCE)
        assert "error" not in answer, answer["error"]
        return dict(answer["result"])

    async def evaluate(self, script: str) -> Any:
        """The value of an expression within the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true within the page; gives its value."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if value := await self.evaluate(script):
                    return value
                await asyncio.sleep(0.05)

    async def type(self, text: str) -> None:
        """Text into what has the focus, as from a keyboard."""
        await self.call("Input.insertText", text=text)

    async def end(self) -> None:
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
            await self._reading

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                self._waiting.pop(message["id"]).set_result(message)
            else:
                self._note(message["method"], message["params"])

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
            self.tokens.append(told["request"]["headers"].get("Authorization"))
        elif method == "Network.webSocketCreated":
            self.requests.append(told["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in {"error", "assert"}:
            self.complaints.append(str(told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(str(told["entry"]))


@contextlib.asynccontextmanager
async def browsing(width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
    """A page of a fresh Chromium; the test skips where there is none."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("Chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="cdp-browser-", ignore_cleanup_errors=True) as profile:
        command = [binary, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
        try:
            async with connect(await _address(Path(profile)), max_size=None) as socket:
                page = Page(socket)
                await page.begin(width, height)
                try:
                    yield page
                finally:
                    await page.end()
        finally:
            process.terminate()
            await process.wait()


async def _address(profile: Path) -> str:
    """Where the browser says that it can be driven."""
    told = profile / "DevToolsActivePort"
    async with asyncio.timeout(PATIENCE):
        while True:
            lines = told.read_text().split("\n") if told.exists() else []
            if len(lines) > 1 and lines[1]:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            await asyncio.sleep(0.05)
