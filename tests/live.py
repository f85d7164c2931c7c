"""What tests of pages and clients need: the application on a real port, and Node with a folder's packages."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from app import create
from commands.serving import server_options
from kit.config import Settings

OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT")


@contextlib.asynccontextmanager
async def serving(url: str, **settings: object) -> AsyncIterator[str]:
    """The application over a database, on a free port of this machine; gives its address."""
    chosen = Settings.model_validate({"database_url": SecretStr(url), **settings})
    async with listening(create(chosen), chosen) as address:
        yield address


@contextlib.asynccontextmanager
async def listening(app: Starlette, settings: Settings | None = None) -> AsyncIterator[str]:
    """An application on a free port of this machine; gives its address."""
    options = server_options(settings or Settings(), "127.0.0.1", 0)
    config = uvicorn.Config(app, **{**options, "log_config": None, "ws": "websockets-sansio"})
    async with answering(config) as (host, port):
        yield f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def answering(config: uvicorn.Config) -> AsyncIterator[tuple[str, int]]:
    """A server in this process; gives its address and port."""
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            pytest.fail("the application did not start")
        await asyncio.sleep(0.02)
    try:
        host, port = server.servers[0].sockets[0].getsockname()
        yield host, port
    finally:
        server.should_exit = True
        await task


def packages(folder: Path) -> Path:
    """The folder with the npm packages of its lock; the test skips where Node or the network is missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        done = subprocess.run([npm, "ci"], cwd=folder, capture_output=True, text=True, check=False)
        if any(sign in done.stderr for sign in OFFLINE):
            pytest.skip(f"npm cannot reach its registry: {done.stderr.strip().splitlines()[0]}")
        assert done.returncode == 0, done.stderr
    return folder


async def run(*command: str, cwd: Path, **environment: str) -> str:
    """What a command prints, while the event loop goes on. Fails with its output if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await process.communicate())[0].decode()
    assert process.returncode == 0, printed
    return printed
