"""What no database can keep or look for is refused in a sentence: it is no fault of the program, nor of a disk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from node.storage import listings, sources
from node.storage.engine import UNFIT, Database, StorageError, Tx


def _refused(database: Database, look: Callable[[Tx], object]) -> StorageError:
    with pytest.raises(StorageError) as caught, database.read() as tx:
        look(tx)
    return caught.value


def test_half_a_character(database: Database) -> None:
    error = _refused(database, lambda tx: listings.by_key(tx, "a\udcff"))
    assert error.reason == UNFIT
    assert str(error).startswith("This holds a character that cannot be kept")


def test_a_zero_byte(database: Database) -> None:
    if database.is_sqlite:
        with database.read() as tx:
            assert listings.by_key(tx, "a\0b") is None
        return
    assert _refused(database, lambda tx: listings.by_key(tx, "a\0b")).reason == UNFIT


def test_a_number_that_is_too_large(database: Database) -> None:
    assert _refused(database, lambda tx: sources.by_id(tx, 10**30)).reason == UNFIT
