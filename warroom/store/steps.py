"""The steps from one schema to the next, as alembic takes them. Imported by `migrate` when there is one to take."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import warroom


def take(conn: Connection) -> None:
    """Every step that is missing, in the transaction of this connection."""
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def names() -> tuple[str, ...]:
    """The revisions that this release knows, the newest first."""
    return tuple(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    return config


def _folder() -> Path:
    package = Path(warroom.__file__).parent
    in_wheel = package / "_migrations"
    return in_wheel if in_wheel.is_dir() else package.parent / "migrations"
