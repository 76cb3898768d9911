"""Following the catalogue's change log into the index.

The index is derived: whatever is doubtful about it (another epoch, a lost or broken folder, another version, removals
that were pruned before it saw them) ends in a rebuild beside the old one, which goes on answering until the switch.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from threading import Lock
from uuid import uuid4

from tantivy import Index

from node.context import Node
from node.search.documents import INDEX_VERSION, document_of
from node.search.errors import IndexWriteError
from node.search.index import (
    FOLDER,
    State,
    create_index,
    folder_of,
    open_index,
    read_state,
    write_state,
    writing_alone,
)
from node.storage import catalogue
from node.storage.catalogue import Publication, Shown

BATCH = 1000
COMMIT_EVERY = 20_000
_HEAP_BYTES = 48_000_000
_Change = tuple[int, str, Shown | None]

log = logging.getLogger(__name__)


class Follower:
    """Brings one node's index up to date. Any process may have one; only one at a time writes."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.home = node.settings.home
        self._lock = Lock()
        self._checked = False

    def catch_up(self) -> int:
        """Apply what the catalogue has changed; how many changes that was.

        0 also while another process is writing. Raises `IndexWriteError` when the folder cannot be written, and
        `StorageError` when the database cannot be read; the next call begins where the last commit ended.
        """
        with self._lock, writing_alone(self.home) as alone:
            if not alone:
                return 0
            try:
                return self._catch_up()
            except _HistoryLostError:
                return 0  # the log was replaced under our eyes; the next run begins anew
            except (ValueError, OSError) as error:
                self._checked = False
                raise IndexWriteError(f"the search index cannot be written: {error}") from error

    def _catch_up(self) -> int:
        with self.node.database.read() as tx:
            now = catalogue.state(tx)
        state = read_state(self.home)
        if state is None or not _continues(state, now) or not self._is_sound(state, now):
            return self._rebuild(now)
        self._checked = True
        if state.position == now.head:
            return 0
        try:
            return self._follow(open_index(folder_of(self.home, state)), state)
        except _HistoryLostError:
            return self._rebuild(now)

    def _is_sound(self, state: State, now: Publication) -> bool:
        """Whether the index opens and, where the numbers can be compared, holds as many listings as the catalogue."""
        # An index that was deleted under a running node is noticed before there is something to write into it.
        if self._checked and (folder_of(self.home, state) / "meta.json").is_file():
            return True
        try:
            held = open_index(folder_of(self.home, state)).searcher().num_docs
        except (ValueError, OSError) as error:
            log.warning("the search index is rebuilt: %s", error)
            return False
        return state.position != now.head or held == now.live_count

    def _rebuild(self, now: Publication) -> int:
        state = State(INDEX_VERSION, uuid4().hex, now.epoch, 0)
        log.info("building the search index anew, %d listings", now.live_count)
        applied = self._follow(create_index(folder_of(self.home, state)), state, rebuilding=True)
        self._sweep()
        self._checked = True
        return applied

    def _follow(self, index: Index, state: State, rebuilding: bool = False) -> int:
        batch = _Writing(index)
        applied = 0
        while changes := self._changes_after(state, rebuilding):
            batch.apply(changes)
            state = replace(state, position=changes[-1][0])
            applied += len(changes)
            if applied % COMMIT_EVERY == 0 and not rebuilding:
                batch.commit()
                write_state(self.home, state)
            if len(changes) < BATCH:
                break
        batch.close()
        write_state(self.home, state)
        return applied

    def _changes_after(self, state: State, rebuilding: bool) -> list[_Change]:
        with self.node.database.read() as tx:
            now = catalogue.state(tx)
            if now.epoch != state.epoch or not (rebuilding or _continues(state, now)):
                raise _HistoryLostError
            return catalogue.changes_after(tx, state.position, BATCH)

    def _sweep(self) -> None:
        """Remove what earlier or unfinished builds left; readers that still hold such files keep them open."""
        state = read_state(self.home)
        for folder in (self.home / FOLDER).iterdir():
            if folder.is_dir() and (state is None or folder.name != state.folder):
                shutil.rmtree(folder, ignore_errors=True)


class _HistoryLostError(Exception):
    """The change log was replaced or pruned while it was being followed; never leaves this module."""


def _continues(state: State, now: Publication) -> bool:
    """Whether the change log can be followed from ``state``."""
    return state.epoch == now.epoch and now.pruned_through <= state.position <= now.head


class _Writing:
    """Changes on their way into an index. What was never in it is not looked for again to be deleted."""

    def __init__(self, index: Index) -> None:
        self.known = index.searcher()
        self.added: set[str] = set()
        self.writer = index.writer(_HEAP_BYTES, 1)

    def apply(self, changes: list[_Change]) -> None:
        for _, key, shown in changes:
            if key in self.added or self.known.doc_freq("key", key):
                self.writer.delete_documents_by_term("key", key)
            if shown is not None:
                self.writer.add_document(document_of(shown))
                self.added.add(key)

    def commit(self) -> None:
        self.writer.commit()

    def close(self) -> None:
        """Commit, and finish merging: any other process can then be the next to write."""
        self.writer.commit()
        self.writer.wait_merging_threads()
