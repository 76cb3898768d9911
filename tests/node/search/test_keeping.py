"""A small backlog is indexed in place, a large one by another process that ends when it is no longer needed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from node.search.keeping import IndexKeeper
from tests.node.search.board import Board, listing


@pytest.fixture
def keeper(board: Board) -> Iterator[IndexKeeper]:
    made = IndexKeeper(board.node, large=3, idle_s=0.0)
    yield made
    made.close()


def _put(board: Board, *numbers: int) -> None:
    board.put([listing(f"n{number}", f"Desk number {number}") for number in numbers])


def test_a_few_changes_need_no_other_process(board: Board, keeper: IndexKeeper) -> None:
    _put(board, 1, 2)
    assert keeper.catch_up() == 2
    assert not keeper.is_aside
    assert board.find(q="desk").total == 2


def test_a_backlog_is_worked_off_aside_and_the_process_then_ends(board: Board, keeper: IndexKeeper) -> None:
    _put(board, *range(10))
    assert keeper.catch_up() == 10
    assert keeper.is_aside
    assert board.find(q="desk").total == 10
    _put(board, 11)
    assert keeper.catch_up() == 1
    assert not keeper.is_aside
    assert board.find(q="desk").total == 11


def test_the_process_stays_for_what_comes_next(board: Board) -> None:
    keeper = IndexKeeper(board.node, large=3)
    try:
        for first in (0, 10):
            _put(board, *range(first, first + 10))
            assert keeper.catch_up() == 10
            assert keeper.is_aside
    finally:
        keeper.close()


def test_a_killed_process_costs_nothing_but_time(board: Board, keeper: IndexKeeper) -> None:
    _put(board, *range(4))
    assert keeper.catch_up() == 4
    _put(board, *range(10, 400))
    os.kill(_child(keeper), signal.SIGKILL)
    caught_up = [keeper.catch_up(), keeper.catch_up()]
    assert sum(caught_up) == 390
    assert board.find(q="desk").total == 394


def _child(keeper: IndexKeeper) -> int:
    """The process id of the keeper's helper."""
    pool = keeper._aside
    assert pool is not None
    return pool.submit(os.getpid).result()


def test_what_the_other_process_refuses_is_said_here(board: Board, keeper: IndexKeeper) -> None:
    _put(board, *range(4))
    folder = board.node.settings.home / "index"
    folder.mkdir()
    (folder / "write.lock").mkdir()
    with pytest.raises(OSError, match=r"write\.lock"):
        keeper.catch_up()
