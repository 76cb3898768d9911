"""Who writes with little patience while somebody else does: told soon, on every database, and nothing is kept."""

from __future__ import annotations

import time

import pytest

from node.storage import heartbeats
from node.storage.engine import BUSY, Database, StorageError


@pytest.mark.timeout(25)
def test_it_is_over_soon_and_what_was_there_stays(database: Database) -> None:
    other = Database(database.url)
    try:
        with database.write() as tx:
            heartbeats.beat(tx, "probe", 1)
        begun = time.monotonic()
        with other.write() as held:
            heartbeats.beat(held, "probe", 2)
            with pytest.raises(StorageError) as caught, database.write(1) as tx:
                heartbeats.beat(tx, "probe", 3)
        assert time.monotonic() - begun < 10
        assert caught.value.reason == BUSY
        with database.write(1) as tx:
            found = heartbeats.by_name(tx, "probe")
            assert found is not None
            assert found.at == 2
    finally:
        other.close()
