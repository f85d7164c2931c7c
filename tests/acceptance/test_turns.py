"""How the application shares the interpreter among its threads."""

import sys

from pydantic import SecretStr

from app import create
from kit.config import Settings


async def test_threads_take_short_turns_as_long_as_the_application_runs(urls):
    before = sys.getswitchinterval()
    app = create(Settings(database_url=SecretStr(urls.app)))
    async with app.router.lifespan_context(app):
        assert sys.getswitchinterval() < before / 5
    assert sys.getswitchinterval() == before
