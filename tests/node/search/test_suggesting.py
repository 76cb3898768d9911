"""What is suggested while somebody types, and what must not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.services.catalogue.suggesting import MOST, Suggestion, suggest
from tests.node.search.board import Board, listing


@pytest.fixture
def stocked(tmp_path: Path) -> Board:
    """A board with desks, a desktop computer, office chairs and a Polish title."""
    made = Board(tmp_path / "home")
    made.put(
        [
            listing("a", "Oak desk", category="furniture/desk"),
            listing("b", "Desk", category="furniture/desk"),
            listing("c", "Desktop computer", category="it/desktop"),
            listing("d", "Office chair", category="furniture/chair"),
            listing("e", "Wózek dziecięcy", category="baby", language="pl"),
        ]
    )
    return made.follow()


def texts(board: Board, typed: str) -> list[str]:
    return [one.text for one in suggest(board.node, typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("des", "desk", id="a-thing"),
        pytest.param("DESK", "desktop computer", id="any-case-and-a-longer-name"),
        pytest.param("office ch", "office chair", id="the-last-word-of-a-name"),
        pytest.param("cha", "office chair", id="a-word-within-a-name"),
        pytest.param("oak de", "oak desk", id="words-that-are-no-name"),
        pytest.param("woz", "wozek", id="no-accents-needed"),
        pytest.param("wóz", "wozek", id="accents-typed"),
        pytest.param("offcie", "office", id="a-slip-in-a-finished-word"),
    ],
)
def test_what_is_suggested(stocked: Board, typed: str, expected: str) -> None:
    assert expected in texts(stocked, typed)


@pytest.mark.parametrize(
    "typed", ["", " ", "d", "desk ", "?!", "zzzz", "kayak", "the ", "\x00", "é" * 5000, "desk " * 900 + "de"]
)
def test_nothing_is_suggested_where_there_is_nothing_to_say(stocked: Board, typed: str) -> None:
    found = texts(stocked, typed)
    assert len(found) <= MOST
    if not typed.endswith("de"):
        assert found == []


def test_a_category_leads_to_itself_and_comes_first(stocked: Board) -> None:
    first = suggest(stocked.node, "des")[0]
    assert first == Suggestion("Desks", "category", "furniture/desk")


def test_what_the_catalogue_has_nothing_of_is_not_suggested(stocked: Board) -> None:
    assert not any(one.path == "furniture/bed" or "bed" in one.text.split() for one in suggest(stocked.node, "be"))


def test_what_was_typed_is_not_suggested_again(stocked: Board) -> None:
    assert "desk" not in texts(stocked, "desk")


def test_without_an_index_there_is_nothing(board: Board) -> None:
    assert suggest(board.node, "desk") == ()


def test_never_more_than_asked_for_and_none_twice(stocked: Board) -> None:
    for typed in ("de", "ch", "of", "co", "wo"):
        found = texts(stocked, typed)
        assert len(found) <= MOST
        assert len({text.casefold() for text in found}) == len(found)
