"""The index follows the catalogue, and is built anew whenever it cannot be trusted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from node.search.documents import INDEX_VERSION
from node.search.errors import IndexUnavailableError
from node.search.follow import Follower
from node.search.index import FOLDER, IndexReader, read_state, write_state, writing_alone
from node.storage import catalogue
from schemas.listing import Listing
from tests.fakes.publisher import clock_of
from tests.node.search.board import Board, listing


def _home(board: Board) -> Path:
    return board.node.settings.home


def _folder(board: Board) -> str:
    state = read_state(_home(board))
    assert state is not None
    return state.folder


def _desks(*numbers: int) -> list[Listing]:
    return [listing(f"n{number}", f"Desk number {number}") for number in numbers]


def test_changes_are_applied_once(board: Board) -> None:
    board.put(_desks(1, 2, 3))
    assert board.follower.catch_up() == 3
    assert board.follower.catch_up() == 0
    board.put([listing("n2", "Sofa")]).drop("n3")
    assert board.follower.catch_up() == 2
    assert board.names(q="desk") == ["n1"]
    assert board.names(q="sofa") == ["n2"]


def test_what_returns_is_there_again(board: Board) -> None:
    board.put(_desks(1)).follow().drop("n1").follow()
    assert board.names() == []
    board.put(_desks(1)).follow()
    assert board.names() == ["n1"]


def test_an_empty_catalogue_has_an_index(board: Board) -> None:
    board.follow()
    assert board.find(q="desk").total == 0


def test_without_an_index_a_reader_says_so(board: Board) -> None:
    with pytest.raises(IndexUnavailableError, match="not been built"):
        board.reader.snapshot()


def test_readers_see_a_commit_at_once(board: Board) -> None:
    board.put(_desks(1)).follow()
    before = board.reader.snapshot()
    assert board.reader.snapshot() is before
    board.put(_desks(2)).follow()
    assert sorted(board.names()) == ["n1", "n2"]


def test_more_changes_than_one_batch(board: Board) -> None:
    board.put(_desks(*range(2500)))
    assert board.follower.catch_up() == 2500
    assert board.find().total == 2500


def _new_epoch(board: Board) -> None:
    with board.node.database.write() as tx:
        catalogue.new_epoch(tx)


def _other_version(board: Board) -> None:
    state = read_state(_home(board))
    assert state is not None
    write_state(_home(board), replace(state, version=INDEX_VERSION + 1))


def _no_state(board: Board) -> None:
    (_home(board) / FOLDER / "state.json").unlink()


def _torn_state(board: Board) -> None:
    (_home(board) / FOLDER / "state.json").write_text('{"version": 1, "fol')


def _strange_state(board: Board) -> None:
    (_home(board) / FOLDER / "state.json").write_text(json.dumps({"version": INDEX_VERSION, "folder": "../.."}))


def _beyond_the_head(board: Board) -> None:
    state = read_state(_home(board))
    assert state is not None
    write_state(_home(board), replace(state, position=10_000))


def _no_folder(board: Board) -> None:
    shutil.rmtree(_home(board) / FOLDER / _folder(board))


def _no_meta(board: Board) -> None:
    (_home(board) / FOLDER / _folder(board) / "meta.json").write_text("{")


def _lost_files(board: Board) -> None:
    for file in (_home(board) / FOLDER / _folder(board)).glob("*.term"):
        file.unlink()


def _cut_files(board: Board) -> None:
    for file in (_home(board) / FOLDER / _folder(board)).glob("*.idx"):
        file.write_bytes(file.read_bytes()[:10])


def _other_content(board: Board) -> None:
    """As if somebody had put the index of another catalogue there, of the same epoch and position."""
    state = read_state(_home(board))
    assert state is not None
    other = Board(_home(board).parent / "other").follow()
    there = read_state(_home(other))
    assert there is not None
    shutil.copytree(_home(other) / FOLDER / there.folder, _home(board) / FOLDER / "swapped")
    write_state(_home(board), replace(state, folder="swapped"))
    other.node.database.close()


@pytest.mark.parametrize(
    "spoil",
    [
        _new_epoch, _other_version, _no_state, _torn_state, _strange_state, _beyond_the_head,
        _no_folder, _no_meta, _lost_files, _cut_files, _other_content,
    ],
)  # fmt: skip
def test_a_doubtful_index_is_built_anew(board: Board, spoil: Callable[[Board], None]) -> None:
    board.put(_desks(1, 2)).drop("n1").follow()
    old = _folder(board)
    spoil(board)
    again = Follower(board.node)
    again.catch_up()
    assert _folder(board) not in (old, "swapped")
    reader = IndexReader(_home(board))
    assert reader.snapshot().searcher.num_docs == 1
    assert board.names(q="desk") == ["n2"]
    kept = [path.name for path in (_home(board) / FOLDER).iterdir() if path.is_dir()]
    assert kept == [_folder(board)]


def test_removals_that_were_pruned_unseen_lead_to_a_rebuild(board: Board) -> None:
    board.put(_desks(1, 2)).follow().drop("n1").put(_desks(3))
    clock_of(board.node).pass_by(days=100)
    with board.node.database.write() as tx:
        catalogue.prune(tx, board.node.now)
    board.follow()
    assert sorted(hit.key for hit in board.find().hits) == []  # their time is over, but they are not there either
    assert board.reader.snapshot().searcher.num_docs == 2


def test_a_crash_between_commit_and_state_repeats_and_changes_nothing(board: Board) -> None:
    board.put(_desks(1, 2)).follow()
    before = read_state(_home(board))
    assert before is not None
    board.put(_desks(3)).drop("n1").follow()
    write_state(_home(board), before)
    assert Follower(board.node).catch_up() == 2
    assert sorted(board.names()) == ["n2", "n3"]
    assert _folder(board) == before.folder


def test_only_one_process_writes(board: Board) -> None:
    board.put(_desks(1))
    with writing_alone(_home(board)) as alone:
        assert alone
        assert Follower(board.node).catch_up() == 0
    assert Follower(board.node).catch_up() == 1


def test_the_old_index_answers_while_a_new_one_is_built(board: Board) -> None:
    board.put(_desks(1, 2)).follow()
    held = board.reader.snapshot()
    _new_epoch(board)
    board.follow()
    assert held.searcher.num_docs == 2
    assert board.reader.snapshot().state.folder != held.state.folder


def test_queries_run_while_the_index_is_written(board: Board) -> None:
    board.put(_desks(*range(50))).follow()
    done, wrong = Event(), []

    def ask() -> None:
        while not done.is_set():
            found = board.find(q="desk", limit=100, sort="newest")
            if len(found.hits) != min(100, found.total) or not 50 <= found.total <= 250:
                wrong.append(found.total)

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for start in range(50, 250, 20):
        board.put(_desks(*range(start, start + 20))).follow()
    _new_epoch(board)
    board.follow()
    done.set()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == []
    assert board.find().total == 250


_WRITER = """
import sys
from pathlib import Path
from node.context import Node
from node.search.follow import Follower
from node.settings import Settings
node = Node.open(Settings(Path(sys.argv[1]), {"node_url": "https://share.example.org/"}))
print("ready", flush=True)
while True:
    follower = Follower(node)
    follower.catch_up()
"""


@pytest.mark.parametrize("after_s", [0.02, 0.15, 0.4])
def test_the_index_survives_a_killed_writer(board: Board, after_s: float) -> None:
    board.put(_desks(1)).follow().put(_desks(*range(2, 3000)))
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(_home(board))], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(after_s)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait(timeout=10)
    assert board.find(q="desk").total >= 1
    Follower(board.node).catch_up()
    assert board.find(q="desk").total == 2999
    assert board.reader.snapshot().searcher.num_docs == 2999
