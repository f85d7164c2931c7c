"""Whether anybody uses a data directory's server."""

import time

from kit.embedded.home import Home
from kit.embedded.locks import PAUSE


def await_idle(home: Home, deadline: float) -> bool:
    """True once nobody uses the database and no server runs; False at once when others use it, or too late.

    An exclusive lock that we get while a keeper lives means that the keeper is yet to take it. A shared one
    that we get after the exclusive one was refused means other users; neither, that the keeper is stopping.
    """
    with home.lock("users") as users, home.lock("keeper") as keeper:
        while time.monotonic() < deadline:
            if users.try_exclusive():
                if keeper.try_exclusive():
                    return True
                users.unlock()
            elif users.try_shared():
                return False
            time.sleep(PAUSE)
    return False
