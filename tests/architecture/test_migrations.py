"""Migrations are one line in the order of their numbers: with two ends no database can be migrated."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from models.migration import HERE, REVISIONS


def test_each_migration_follows_the_one_before():
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    scripts = ScriptDirectory.from_config(settings).walk_revisions()
    line = {script.revision: script.down_revision for script in scripts}
    assert line == dict(zip(REVISIONS, [None, *REVISIONS], strict=False))
