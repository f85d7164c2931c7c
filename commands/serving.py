"""`cdp serve` and `cdp worker`: the API, and the process that does its jobs."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from commands.database import database
from commands.http_protocol import BoundedProtocol
from kit import log
from kit.config import Settings, load
from kit.errors import ConfigurationError
from kit.http import is_loopback
from kit.metrics.place import shared
from kit.process import die_with_parent
from kit.production import check_production
from kit.rate_limit.rate import MEMORY

Host = Annotated[
    str | None,
    typer.Option(help="Address to bind", show_default="127.0.0.1"),
]
Port = Annotated[int | None, typer.Option(help="Port to bind", min=0, max=65535, show_default="8000")]
Workers = Annotated[int | None, typer.Option(help="API processes", min=1, max=256, show_default="1")]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Run no worker process beside the API")]
Parent = Annotated[int | None, typer.Option("--parent", hidden=True)]

Announce = Callable[[str], None]

_ROOT = Path(__file__).parent.parent
_RESTART_AFTER = 1.0
_STOP_PATIENCE = 10.0
_FINISH_WITHIN = 25
"""Seconds for what is being answered when the server is to end."""
_SERVER_LEVELS = {"debug": "info", "info": "warning"}
"""The server is told to say less than we do: at `debug` it would log the headers and messages of sockets."""


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


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    with_worker: bool = True,
    announce: Announce = lambda address: typer.echo(f"Serving on {address}"),
) -> None:
    """Serve until SIGTERM or Ctrl-C; `announce` hears the address it answers on.

    Raises ConfigurationError for an address that others can reach while the API is open, or that is taken,
    and in production for a secret that is missing or known.
    """
    check_production(settings)
    if settings.auth == "open" and not is_loopback(host):
        raise ConfigurationError(
            f"CDP_AUTH=open lets everyone in, so it binds loopback addresses only; {host} is not one. "
            "Set CDP_AUTH=jwt or CDP_AUTH=keys, or put a proxy that authenticates in front of 127.0.0.1."
        )
    require_one_count(settings, workers)
    _require_free(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    options = {"factory": True, **server_options(settings, host, port)}
    with shared(), database(settings), _leaving_on_signals(), _Helper(enabled=with_worker) as helper:
        if workers == 1:
            server = _Server(
                uvicorn.Config("app:create", **options), [helper.start, lambda: announce(address)]
            )
            server.run()
        else:
            helper.start()
            announce(address)
            uvicorn.run("app:create", app_dir=str(_ROOT), workers=workers, **options)


def server_options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    """How the API's server is to listen, and whom it believes where a request came from."""
    return {
        "host": host,
        "port": port,
        "log_level": _SERVER_LEVELS.get(settings.log_level, settings.log_level),
        "server_header": False,
        "http": BoundedProtocol,
        "timeout_graceful_shutdown": _FINISH_WITHIN,
        "access_log": False,
        "ws_max_size": settings.max_body_bytes,
        "proxy_headers": bool(settings.proxies),
        "forwarded_allow_ips": settings.proxies,
    }


class _Server(uvicorn.Server):
    """Tells others when it has begun to answer."""

    def __init__(self, config: uvicorn.Config, tell: list[Callable[[], None]]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            for each in self._tell:
                each()


def worker(parent: Parent = None) -> None:
    """Do the jobs that the API leaves in the queue."""
    if parent is not None:
        die_with_parent(parent)
    # Loaded only here: the API does without what scoring needs.
    run_worker = import_module("jobs.worker").run_worker
    settings = load()
    check_production(settings)
    log.configure(
        settings.log_level, form=settings.log_format, production=settings.environment == "production"
    )
    with database(settings) as place:
        metrics_at = settings.worker_metrics_place if parent is None else None
        asyncio.run(run_worker(place.app_url, settings, metrics_at=metrics_at))


def require_one_count(settings: Settings, workers: int) -> None:
    """Raises ConfigurationError where several processes would each allow a caller the whole rate."""
    if workers == 1 or settings.rate is None or settings.rate_limit_storage.get_secret_value() != MEMORY:
        return
    if settings.environment == "production":
        raise ConfigurationError(
            f"{workers} API processes need one count of requests; name a Redis or Valkey in "
            "CDP_RATE_LIMIT_STORAGE, or serve with one process."
        )
    typer.echo(
        f"Each of the {workers} API processes counts requests for itself; a Redis or Valkey in "
        "CDP_RATE_LIMIT_STORAGE makes it one count.",
        err=True,
    )


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"{host}:{port} cannot be bound ({error.strerror}); choose another with CDP_PORT or --port."
            ) from None


@contextmanager
def _leaving_on_signals() -> Iterator[None]:
    """Have SIGTERM and Ctrl-C leave through every `finally`; a server passes them on once it has stopped."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(0)

    before = {each: signal.signal(each, leave) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Helper:
    """The worker process beside the API: started again if it ends, stopped with the API."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        if self._enabled:
            self._thread.start()

    def __enter__(self) -> "_Helper":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        if self._thread.is_alive():
            self._thread.join(_STOP_PATIENCE)

    def _keep(self) -> None:
        command = [sys.executable, "-m", "cli", "worker", "--parent", str(os.getpid())]
        while not self._stopping.is_set():
            self._process = subprocess.Popen(command, cwd=_ROOT)  # noqa: S603
            self._process.wait()
            self._stopping.wait(_RESTART_AFTER)
