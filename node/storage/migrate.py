"""Bring a database to the shape that this version of the program knows.

Whether that is needed is asked at every start, so it is asked without loading Alembic (0.3 s). There is no way back
down: the way back is the backup.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from node.storage.engine import Database, StorageError

HEAD = "0001"
"""The newest revision; a test holds it against the files in ``migrations/versions``."""

FOLDER = Path(__file__).with_name("migrations")


def revision(database: Database) -> str | None:
    """The revision that the database is at; None where it has never been set up."""
    with database.read() as tx:
        if not inspect(tx).has_table("alembic_version"):
            return None
        return tx.execute(text("SELECT version_num FROM alembic_version")).scalar()


def needs_upgrade(database: Database) -> bool:
    """Whether `upgrade` has anything to do. Raises `StorageError` for a database that a newer version has made."""
    found = revision(database)
    if found is not None and found > HEAD:
        raise StorageError(
            f"the database is at version {found}, made by a newer sharefeed; this one knows up to {HEAD}. "
            "Nothing was changed. Install the newer version again"
        )
    return found != HEAD


def upgrade(database: Database) -> None:
    """Run every migration that is missing, in one transaction. Raises `StorageError`; then nothing was changed."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as tx:
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(f"the database cannot be brought to version {HEAD}: {error}. It is as it was") from error
