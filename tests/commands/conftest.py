"""The `cdp` command as a user runs it: real processes, a data directory and a port of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent
NEW = "--tenant 56 --create-tenant Shop --currency GBP --timezone Europe/London"
ORDERS = "order_id,customer_id,date,amount\n" + "".join(
    f"{n},c{n % 40},2024-{1 + n % 12:02}-{1 + n % 28:02},{10 + n % 7}.50\n" for n in range(200)
)


class Cdp:
    """Runs `cdp` on one data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        given = {"CDP_DATA_DIR": str(self.data), "CDP_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self.environment = {**os.environ, **given, "COLUMNS": "120"}

    def command(self, *arguments):
        """The words of a command line."""
        return [sys.executable, "-m", "cli", *arguments]

    def run(self, *arguments, **environment):
        """Run to the end; returns the finished process with its output as text."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def shop(self):
        """Import tenant 56: 200 orders of 40 customers."""
        (self.directory / "orders.csv").write_text(ORDERS)
        done = self.run("import", "orders", "orders.csv", *NEW.split())
        assert done.returncode == 0, done.stderr

    def start(self, *arguments):
        """Start and wait until it answers."""
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if self.get("/health").status_code == 200:
                    return process
            except httpx.TransportError:
                time.sleep(0.1)
        process.kill()
        pytest.fail(f"it did not start: {process.communicate()[0]}")

    def get(self, path, **arguments):
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=60, verify=False, **arguments)

    def post(self, path, **arguments):
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", timeout=60, verify=False, **arguments)

    def left(self):
        """Command lines of processes that still have to do with this data directory or this API."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            try:
                line = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (each / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            ours = f"CDP_DATA_DIR={self.data}" in environment or str(self.data) in line
            if ours and int(each.name) != os.getpid():
                found.append(line)
        return found

    def gone(self):
        """Wait until nothing is left; returns what is after 15 seconds."""
        deadline = time.monotonic() + 15
        while (left := self.left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def postmaster(self):
        (pid_file,) = self.data.glob("pg*/postmaster.pid")
        return int(pid_file.read_text().split("\n")[0])


@pytest.fixture
def cdp():
    """The command on a fresh data directory, whose processes are ended afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="cdp-command-"))
    directory.chmod(0o755)
    command = Cdp(directory)
    yield command
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if f"CDP_DATA_DIR={command.data}" in (each / "environ").read_bytes().decode(errors="replace"):
                os.kill(int(each.name), signal.SIGKILL)
        except OSError:
            continue
    shutil.rmtree(directory, ignore_errors=True)
