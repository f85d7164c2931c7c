"""`cdp serve` and `cdp worker`: the API, and the process that does its jobs."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from commands.database import database
from kit import log
from kit.config import Settings, load
from kit.errors import ConfigurationError
from kit.http import is_loopback
from kit.process import die_with_parent

Host = Annotated[str | None, typer.Option(help="Address to bind; loopback only", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="Port to bind", min=0, max=65535, show_default="8000")]
Workers = Annotated[int | None, typer.Option(help="API processes", min=1, max=256, show_default="1")]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Run no worker process beside the API")]
Child = Annotated[bool, typer.Option("--child", hidden=True)]

_ROOT = Path(__file__).parent.parent
_RESTART_AFTER = 1.0
_STOP_PATIENCE = 10.0


def serve(host: Host = None, port: Port = None, workers: Workers = None, no_worker: NoWorker = False) -> None:
    """Serve the graph and the REST v2 paths, with a worker process for the jobs."""
    settings = load()
    run(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers or settings.workers,
        with_worker=not no_worker,
    )


def run(settings: Settings, *, host: str, port: int, workers: int, with_worker: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ConfigurationError for an address others can reach."""
    if not is_loopback(host):
        raise ConfigurationError(
            f"The API has no authentication yet, so it binds loopback addresses only; {host} is not one. "
            "Put a proxy that authenticates in front of 127.0.0.1."
        )
    with database(settings), _worker(enabled=with_worker):
        uvicorn.run(
            "app:create",
            factory=True,
            app_dir=str(_ROOT),
            host=host,
            port=port,
            workers=workers,
            log_level="warning" if settings.log_level == "info" else settings.log_level,
            server_header=False,
        )


def worker(child: Child = False) -> None:
    """Do the jobs that the API leaves in the queue."""
    from jobs import run_worker

    if child:
        die_with_parent()
    settings = load()
    log.configure(settings.log_level)
    with database(settings) as place:
        asyncio.run(run_worker(place.app_url, stale_after_hours=settings.stale_after_hours))


@contextmanager
def _worker(*, enabled: bool) -> Iterator[None]:
    """A worker process beside the API, started again if it ends."""
    if not enabled:
        yield
        return
    stopping = threading.Event()
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=_keep, args=(started.append, stopping), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        for process in started:
            _stop(process)
        thread.join(_STOP_PATIENCE)


def _keep(note: Callable[[subprocess.Popen[bytes]], None], stopping: threading.Event) -> None:
    while not stopping.is_set():
        command = [sys.executable, "-m", "cli", "worker", "--child"]
        process = subprocess.Popen(command, cwd=_ROOT)  # noqa: S603
        note(process)
        process.wait()
        stopping.wait(_RESTART_AFTER)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
