"""A real PostgreSQL that starts with the first command that needs it and leaves with the last.

    with embedded.lease(data_dir) as server:
        connect(server.url("cdp_app"))

Every user of the database holds a shared lock on `<data>/users.lock`. A keeper process, in a session of its
own, owns the server and waits for the exclusive lock: the kernel grants it when the last user is gone, also
after kill -9, and the keeper then stops the server. The server listens on a Unix socket alone, in a directory
of mode 0700; who can enter that directory may connect as any role (`trust`), so the directory is the guard.
"""

from kit.embedded.binaries import resolve_major
from kit.embedded.home import default_data_dir
from kit.embedded.lease import Lease, lease
from kit.embedded.server import Role, Server
from kit.embedded.upgrade import Upgraded, upgrade

__all__ = ["Lease", "Role", "Server", "Upgraded", "default_data_dir", "lease", "resolve_major", "upgrade"]
