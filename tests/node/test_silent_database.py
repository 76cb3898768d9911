"""A PostgreSQL server that takes connections and says nothing, as a frozen one does."""

from __future__ import annotations

import socket

import pytest

from node.storage import engine
from node.storage.engine import Database, StorageError

pytest.importorskip("psycopg")


@pytest.mark.timeout(20)
def test_a_server_that_says_nothing_is_away_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE_OF_POSTGRES", {**engine.PATIENCE_OF_POSTGRES, "connect_timeout": 2})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql://sharefeed@127.0.0.1:{silent.getsockname()[1]}/sharefeed")
        with pytest.raises(StorageError), database.read():
            raise AssertionError("there is no such database")
