"""What isolation costs a profile: the same reads with the tenant's scope and row-level security, and without.

python -m benchmarks.isolation [CUSTOMERS]

Without: as the owner of the tables, whom no policy binds, and with no scope before the statement. The
explicit predicate stays in both: it is what finds the rows. Both are measured in turns in one run.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import psycopg

from benchmarks.shop import TENANT, context, database, fill
from kit.db import Database
from kit.db import database as module
from resolvers import profiles
from resolvers.processing.process import process
from resolvers.processing.request import Request

ROUNDS, READS = 5, 1_000


@contextmanager
def unguarded() -> Iterator[None]:
    """Connections keep the role that they come with, and statements go out without a scope."""
    send = module._send

    async def bare(connection: Any, before: list[Any], *rest: Any) -> Any:
        return await send(connection, before[:-1], *rest)

    async def stay(connection: Any) -> None:
        return None

    with patch.object(module, "_send", bare), patch.object(module, "act_as_application", stay):
        yield


async def read(opened: Database, number: int) -> float:
    """Microseconds for a customer's profile, in a request of its own."""
    began = time.perf_counter()
    async with opened.read() as reader:
        await profiles.of_customer(context(opened, reader), TENANT, number)
    return (time.perf_counter() - began) * 1e6


async def measure(app_url: str, owner_url: str, count: int) -> None:
    """Each customer's profile in both ways, in turns, so that what else goes on meets both alike."""
    guarded, bare = Database(app_url, size=1), Database(owner_url, size=1)
    await guarded.open()
    with unguarded():
        await bare.open()
    chance = random.Random(7)
    ratios = []
    for _ in range(ROUNDS):
        taken: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(READS):
            number = chance.randint(1, count)
            for guard in (True, False) if turn % 2 else (False, True):
                with nullcontext() if guard else unguarded():
                    taken[guard].append(await read(guarded if guard else bare, number))
        middle = {guard: statistics.median(each) for guard, each in taken.items()}
        ratios.append(middle[True] / middle[False])
        print(f"{middle[True]:.0f} us a profile, {middle[False]:.0f} us without isolation: {ratios[-1]:.3f}")
    print(f"{count:,} customers: median ratio {statistics.median(ratios):.3f}")
    await guarded.close()
    await bare.close()


def main(count: int) -> None:
    with database() as urls:
        fill(urls, count)
        process(urls.app, TENANT, Request.of(None, "latest"))
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("ANALYZE")
        asyncio.run(measure(urls.app, urls.owner, count))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
