"""wrk: what it asks of a server, and what it finds."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

SECONDS, CONNECTIONS = 3, 32


class Measured(NamedTuple):
    """What wrk found: answers a second, and milliseconds that half and 99 % of them took at most."""

    rate: float
    p50: float
    p99: float


def require() -> None:
    """Exit where wrk is missing."""
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk")


def getting(path: str, customers: int) -> str:
    """A script of wrk that gets a path; of another of so many customers each time, where it names one."""
    made = f"string.format({json.dumps(path)}, at)" if "%d" in path else json.dumps(path)
    return (
        f"local at = 0\nrequest = function()\n  at = at % {customers} + 1\n"
        f'  return wrk.format("GET", {made})\nend\n'
    )


def ask(port: int, text: str, seconds: int = SECONDS, *, connections: int = CONNECTIONS) -> Measured:
    """Ask for so many seconds. Exits if any answer was no success, or there was none."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(text)
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
        told = subprocess.run(
            [*command, "-s", script.name, f"http://127.0.0.1:{port}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    rate = float(found[1]) if found else 0.0
    if not rate:
        sys.exit(f"Nothing was answered within {seconds} seconds.")
    return Measured(rate, _milliseconds(told, "50"), _milliseconds(told, "99"))


def _milliseconds(told: str, share: str) -> float:
    found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", told)
    if found is None:
        sys.exit(told)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
