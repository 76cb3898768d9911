"""What stands beside a listing, and what is new, as the portal shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.services.catalogue import board as boards
from node.storage import catalogue
from node.storage.catalogue import Shown
from schemas.listing import Listing
from schemas.organisation import Organisation
from tests.fakes.publisher import START, clock_of
from tests.node.search.board import WHO, Board, listing

OTHER = Organisation("https://elsewhere.example.org/organisations/barn", "The Barn", "charity")


def at_hand(board: Board, key: str) -> Shown:
    with board.node.database.read() as tx:
        found = catalogue.by_key(tx, key)
    assert found is not None
    return found


def like(board: Board, key: str, limit: int = 4) -> list[str]:
    return [one.entry.key for one in boards.similar(board.node, at_hand(board, key), limit)]


def newest(board: Board, limit: int = 12, each: int = 2, direction: str = "offer") -> list[str]:
    return [one.entry.key for one in boards.newest(board.node, direction, limit, each)]


DESK = listing("desk", "Oak desk with drawers", category="furniture/desk")
BESIDE = [
    listing("oak-desk", "Small desk, oak", category="furniture/desk"),
    listing("chest", "Chest of drawers in oak", category="furniture/storage"),
    listing("other-desk", "Standing table", category="furniture/desk"),
    listing("sofa", "Sofa", category="furniture/sofa"),
    listing("print", "Oak print of drawers and a desk", category="books"),
    listing("wish", "Oak desk with drawers", category="furniture/desk", direction="want"),
]


def test_the_likest_come_first_and_never_itself(board: Board) -> None:
    board.put([DESK, *BESIDE]).follow()
    assert like(board, "desk") == ["oak-desk", "other-desk", "chest", "sofa"]
    assert like(board, "desk", 1) == ["oak-desk"]
    assert like(board, "wish") == []


def test_what_nobody_could_file_is_like_what_has_its_words(board: Board) -> None:
    odd = [listing("a", "Copper alembic"), listing("b", "An alembic"), listing("c", "Unicycle")]
    board.put(odd).follow()
    assert like(board, "a") == ["b"]
    board.put([listing("d", "A")]).follow()
    assert like(board, "d") == []


def test_what_is_over_or_gone_is_not_beside(board: Board) -> None:
    soon = replace(BESIDE[0], expires=START + timedelta(hours=1))
    board.put([DESK, soon, *BESIDE[1:3]]).follow().drop("other-desk")
    clock_of(board.node).pass_by(hours=2)
    assert like(board, "desk") == ["chest"]


def test_without_an_index_nothing_is_beside(board: Board) -> None:
    board.put([DESK])
    assert like(board, "desk") == []


def days_old(name: str, days: int, who: Organisation = WHO) -> Listing:
    return listing(name, f"Thing {name}", organisation=who, date_modified=START - timedelta(days=days))


@pytest.mark.parametrize("indexed", [pytest.param(True, id="indexed"), pytest.param(False, id="not indexed yet")])
def test_at_most_two_of_one_organisation(board: Board, indexed: bool) -> None:
    board.put([days_old("barn", 9, OTHER)]).put(days_old(f"n{number}", 8 - number) for number in range(8))
    if indexed:
        board.follow()
    assert newest(board) == ["n7", "n6", "barn"]
    assert newest(board, limit=1) == ["n7"]


def test_many_at_once_hide_nobody(board: Board) -> None:
    few = [days_old(f"barn{number}", 250 + number, OTHER) for number in range(3)]
    board.put(few).put(days_old(f"n{number}", number) for number in range(200)).follow()
    assert newest(board) == ["n0", "n1", "barn0", "barn1"]
    assert newest(board, each=30) == [f"n{number}" for number in range(12)]
    assert newest(board, direction="want") == []
