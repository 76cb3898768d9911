from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from node.storage import migrate
from node.storage.engine import Database, StorageError
from node.storage.tables import metadata


def differences(database: Database) -> list[object]:
    with database.read() as tx:
        options = {"compare_type": True, "target_metadata": metadata}
        return list(compare_metadata(MigrationContext.configure(tx, opts=options), metadata))


def test_migrations_make_exactly_the_tables_of_the_one_file(blank: Database) -> None:
    migrate.upgrade(blank)
    assert differences(blank) == []


def test_the_comparison_sees_a_missing_column(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.write() as tx:
        tx.execute(text("ALTER TABLE polls DROP COLUMN pages"))
    assert len(differences(blank)) == 1


def test_an_empty_database_needs_an_upgrade_and_an_upgraded_one_does_not(blank: Database) -> None:
    assert migrate.needs_upgrade(blank)
    migrate.upgrade(blank)
    assert not migrate.needs_upgrade(blank)
    assert migrate.revision(blank) == migrate.HEAD


def test_upgrading_twice_keeps_what_is_there(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.write() as tx:
        tx.execute(text("INSERT INTO links (token_hash, purpose, expires_at) VALUES ('a', 'x', 1)"))
    migrate.upgrade(blank)
    with blank.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM links")).scalar() == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer sharefeed"):
        migrate.needs_upgrade(blank)
    assert migrate.revision(blank) == "9999"


def test_the_head_named_in_the_code_is_the_newest_file() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD
