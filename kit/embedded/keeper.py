"""The process that owns the server: starts it, restarts it, and stops it when its last user is gone.

Run as a script by `kit.embedded.launch`, in a session of its own so that Ctrl-C in a terminal does not reach
it. Standard library alone, and few modules of it, since every first command waits for their import.

    keeper.py DATA CLUSTER TAG SCRATCH UID GID LOCK_FD  POSTGRES ARGUMENT...

LOCK_FD is `keeper.lock`, locked by who started this: as long as it is locked there is a keeper. UID is -1 to
stay the same user. SCRATCH is a socket directory to remove at the end, or empty. "ready" on standard output
says that the server takes connections; an end of file without it says that it does not.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from typing import NoReturn

if sys.platform != "win32":
    import fcntl
if sys.platform == "linux":
    import ctypes

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
POLL = 0.004
LONGEST_PAUSE = 1.0
QUICK_FAILURES = 8
LINGERING_FAILURES = 120
LOG_LIMIT = 8 * 1024 * 1024
LOG_CHECK = 60.0


def ready_pid(cluster: str) -> int | None:
    """The pid in `postmaster.pid`, once the status line says ready. Stale files say so too: compare it."""
    try:
        with open(os.path.join(cluster, "postmaster.pid"), encoding="utf-8", errors="replace") as file:  # noqa: PTH118, PTH123 - pathlib is slow to import
            lines = file.read().split("\n")
    except OSError:
        return None
    return int(lines[0]) if len(lines) > 7 and lines[7].strip() == "ready" and lines[0].isdigit() else None


class Keeper:
    """One server, its child, for as long as it has users."""

    def __init__(self, arguments: list[str]) -> None:
        self.data, self.cluster, self.tag, self.scratch, uid, gid, lock, *self.command = arguments
        self.uid, self.gid, self.lock = int(uid), int(gid), int(lock)
        self.server = 0
        self.stopping = False
        self.unused = False
        self.announced = False
        os.set_inheritable(self.lock, False)
        self.notice = os.dup(1)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        self.log = os.open(f"{self.data}/postgres.log", flags, 0o600)
        os.dup2(self.log, 1)
        os.dup2(self.log, 2)
        # Before the fork, so that the child only has to call it.
        self.prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def run(self) -> int:
        """Keep the server up until its users are gone or it cannot be kept up."""
        for number in STOP_SIGNALS:
            signal.signal(number, self.on_stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, self.on_alarm)
        signal.setitimer(signal.ITIMER_REAL, LOG_CHECK, LOG_CHECK)
        failures = 0
        pause = 0.0
        while not self.stopping:
            self.bound_log()
            written = os.fstat(self.log).st_size
            self.spawn()
            if self.await_ready():
                self.announce()
                os.waitpid(self.server, 0)
                failures, pause = 0, 0.0
            elif not self.stopping:
                failures += 1
                if failures >= self.allowed_failures(written):
                    self.say("the server does not start; giving up")
                    return 1
                pause = min(LONGEST_PAUSE, pause * 2 or 0.02)
            self.mark_dead()
            if not self.stopping:
                self.say("the server is gone; starting it again")
                self.end_orphans()
                time.sleep(pause)
        if self.unused and self.scratch:
            with contextlib.suppress(OSError):
                os.rmdir(self.scratch)  # noqa: PTH106 - as above
        return 0

    def spawn(self) -> None:
        """Fork from the main thread: PR_SET_PDEATHSIG watches the thread that forked, not the process."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        keeper = os.getpid()
        child = os.fork()
        if child == 0:
            self.become_server(keeper)
        self.server = child
        os.pwrite(self.lock, f"{keeper} {child}".ljust(32).encode(), 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def become_server(self, keeper: int) -> NoReturn:
        try:
            for number in (*STOP_SIGNALS, signal.SIGPIPE, signal.SIGHUP, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            if self.uid >= 0:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
            # After the change of user, which clears it.
            if self.prctl is not None and self.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
                self.say("the kernel refuses PR_SET_PDEATHSIG")
            if os.getppid() == keeper:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
                os.execv(self.command[0], self.command)  # noqa: S606 - no shell is what is wanted
        except OSError as error:
            self.say(f"cannot run {self.command[0]}: {error.strerror}")
        finally:
            os._exit(1)

    def await_ready(self) -> bool:
        while os.waitpid(self.server, os.WNOHANG) == (0, 0):
            if ready_pid(self.cluster) == self.server:
                return True
            time.sleep(POLL)
        return False

    def announce(self) -> None:
        if self.announced:
            return
        self.announced = True
        threading.Thread(target=self.await_last_user, daemon=True).start()
        with contextlib.suppress(BrokenPipeError):
            os.write(self.notice, b"ready\n")
        os.close(self.notice)

    def await_last_user(self) -> None:
        """Granted only when nobody holds `users.lock` any more; kept until this process is gone."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [*STOP_SIGNALS, signal.SIGALRM])
        users = os.open(f"{self.data}/users.lock", os.O_RDWR | os.O_NOFOLLOW)
        fcntl.flock(users, fcntl.LOCK_EX)
        self.unused = True
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def on_stop(self, number: int, frame: object) -> None:
        """SIGINT is PostgreSQL's fast shutdown: transactions are rolled back, a checkpoint is written."""
        self.stopping = True
        if self.server:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.server, signal.SIGINT)

    def on_alarm(self, number: int, frame: object) -> None:
        self.bound_log()

    def bound_log(self) -> None:
        size = os.fstat(self.log).st_size
        if size > LOG_LIMIT:
            previous = os.open(
                f"{self.data}/postgres.log.1", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600
            )
            os.write(previous, os.pread(self.log, LOG_LIMIT, size - LOG_LIMIT))
            os.close(previous)
            os.ftruncate(self.log, 0)

    def allowed_failures(self, written: int) -> int:
        """How many starts may fail. The first start tells its user at once, but waits for a dead server's
        backends to let go of the shared memory, as every restart does.
        """
        said = os.pread(self.log, 65536, written)
        if b"still in use" in said or b"lock file" in said:
            return LINGERING_FAILURES
        return QUICK_FAILURES if self.announced else 1

    def mark_dead(self) -> None:
        self.server = 0
        os.pwrite(self.lock, f"{os.getpid()} 0".ljust(32).encode(), 0)

    def end_orphans(self) -> None:
        """Tell the backends of a dead postmaster to quit, as it would have: a busy one does not notice
        its death before its query ends, and no server starts until then. Linux only; elsewhere, waited for.
        """
        title = f"postgres: {self.tag}:".encode()
        for name in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208 - as above
            try:
                if name.isdigit() and self.title(name).startswith(title):
                    os.kill(int(name), signal.SIGQUIT)
            except OSError:
                pass

    def title(self, pid: str) -> bytes:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - as above
            return file.read(200)

    def say(self, text: str) -> None:
        os.write(2, f"keeper: {text}\n".encode())


def main() -> NoReturn:
    """Leave the parent, so that nobody has to wait for this process, and keep the server."""
    os.umask(0o077)
    if os.fork():
        os._exit(0)
    os._exit(Keeper(sys.argv[1:]).run())


if __name__ == "__main__":
    main()
