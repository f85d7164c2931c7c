"""A Redis of a test's own, on a free port, that may be killed."""

import contextlib
import shutil
import socket
import subprocess
import time

import pytest


class RedisServer:
    def __init__(self, password: str | None = None) -> None:
        self._password = password
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            pytest.skip("neither redis-server nor valkey-server is installed")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._command = [
            program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "/tmp",
            *(["--requirepass", password] if password else []),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        user = f":{self._password}@" if self._password else ""
        return f"redis://{user}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        while True:
            assert self._process.poll() is None, "the store ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as opened:
                opened.sendall(b"PING\r\n")
                if opened.recv(16).startswith((b"+PONG", b"-NOAUTH")):
                    return
            time.sleep(0.02)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
