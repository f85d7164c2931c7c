"""A running server as its users see it, and the settings it is started with."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from kit.embedded.binaries import Binaries
from kit.embedded.cluster import DATABASE, Cluster
from kit.embedded.home import Home

Role = Literal["cdp_app", "cdp_owner", "postgres"]

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, never written to
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_buffers": "64MB",
    "wal_init_zero": "off",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A failed statement's text holds personal data of customers.
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running server is."""

    data_dir: Path
    socket_dir: Path

    def url(self, role: Role = "cdp_app") -> str:
        """A libpq URL of the database `cdp`. No password: the socket's directory lets only its users in."""
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.socket_dir))}&port=5432"


def command(home: Home, binaries: Binaries, cluster: Cluster, socket_dir: Path) -> list[str]:
    """The command line of the server."""
    quoted = '"' + str(socket_dir).replace('"', '""') + '"'
    settings = SETTINGS | {"unix_socket_directories": quoted, "cluster_name": home.tag}
    if _small(SHARED_MEMORY):
        settings["dynamic_shared_memory_type"] = "mmap"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [binaries.tool("postgres"), "-D", str(cluster.path), *options]


def _small(path: Path) -> bool:
    """Docker gives 64 MB of shared memory, which one parallel query can use up."""
    try:
        room = os.statvfs(path)
    except OSError:
        return False
    return room.f_blocks * room.f_frsize < 256 * 1024 * 1024
