"""Scenarios of the engine run twice: on the ledger in memory and on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.city import City
from tests.fakes.databases import database_at
from tests.fakes.scripted import ScriptedNet
from tests.fakes.stores import MemoryStore, Store, StoredStore


@pytest.fixture
def net() -> ScriptedNet:
    return ScriptedNet()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    database = database_at(tmp_path / "city.sqlite")
    yield StoredStore(database)
    database.close()


@pytest.fixture
def city(net: ScriptedNet, store: Store) -> Iterator[City]:
    """An aggregator; what must hold at any moment is checked once more when the test is over."""
    made = City(net, store)
    yield made
    made.check()
