"""The index's folder: which index is in force, and reading it.

``state.json`` names the folder in force and the position of the change log that it has reached. It is written after the
commit it speaks of, so a crash between the two only makes the follower apply the same changes again. A rebuilt index
grows in a folder of its own and is switched to by replacing that one file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from tantivy import Index, Schema, Searcher

from node.search.analysis import register
from node.search.documents import INDEX_VERSION, build_schema
from node.search.errors import IndexUnavailableError
from schemas.records import dataclass

FOLDER = "index"
_STATE = "state.json"
_LOCK = "write.lock"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class State:
    """The index in force: its version, its folder's name, and how far it has followed which change log."""

    version: int
    folder: str
    epoch: str
    position: int


class Counted(Protocol):
    """What Tantivy's result has besides its hits, though its type stubs do not say so."""

    count: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One committed state of the index.

    ``plans`` and ``counts`` keep what was worked out on it, and go with it.
    """

    searcher: Searcher
    schema: Schema
    state: State
    plans: dict[Any, Any] = field(default_factory=dict, compare=False)
    counts: dict[Any, Any] = field(default_factory=dict, compare=False)


def read_state(home: Path) -> State | None:
    """The state in force under a node's home; None where there is none that this version can use."""
    try:
        state = State(**json.loads((home / FOLDER / _STATE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return state if state.version == INDEX_VERSION and "/" not in state.folder else None


def write_state(home: Path, state: State) -> None:
    """Put ``state`` in force, whole or not at all."""
    path = home / FOLDER / _STATE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
    os.replace(fresh, path)


def folder_of(home: Path, state: State) -> Path:
    """Where the files of this state's index are."""
    return home / FOLDER / state.folder


def open_index(folder: Path) -> Index:
    """The index in an existing folder, with its analysers. Raises `ValueError` where it cannot be read."""
    index = Index.open(str(folder))
    register(index)
    return index


def create_index(folder: Path) -> Index:
    """A new, empty index in ``folder``."""
    folder.mkdir(parents=True)
    index = Index(build_schema(), path=str(folder), reuse=False)
    register(index)
    return index


@contextmanager
def writing_alone(home: Path) -> Iterator[bool]:
    """Whether this process is now the only one that writes the index; the lock falls with the process."""
    (home / FOLDER).mkdir(parents=True, exist_ok=True)
    with (home / FOLDER / _LOCK).open("a") as file:
        yield _locked(file)


def _locked(file: Any) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: Tantivy's own lock on each folder remains
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class IndexReader:
    """The index as a process reads it; threads share one. Each `snapshot` is the newest committed state."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._index: Index | None = None
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """The newest state. Looking for a newer one costs a stat of one file.

        Raises `IndexUnavailableError` while there is no index that can be read.
        """
        seen = self._look()
        snapshot = self._snapshot
        if snapshot is not None and seen == self._seen:
            return snapshot
        with self._lock:
            return self._refresh()

    def _look(self) -> tuple[int, int] | None:
        try:
            found = (self.home / FOLDER / _STATE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _refresh(self) -> Snapshot:
        reason = "it has not been built yet"
        for _ in range(_ATTEMPTS):
            seen, state = self._look(), read_state(self.home)
            if state is None:
                break
            try:
                # The folder may have been replaced by a newer one since its name was read.
                return self._open(seen, state)
            except (ValueError, OSError) as error:
                self._index, reason = None, str(error)
        raise IndexUnavailableError(self.home / FOLDER, reason)

    def _open(self, seen: tuple[int, int] | None, state: State) -> Snapshot:
        before = self._snapshot
        if self._index is None or before is None or before.state.folder != state.folder:
            self._index = open_index(folder_of(self.home, state))
            self._index.config_reader("manual", 0)
        self._index.reload()
        self._snapshot = Snapshot(self._index.searcher(), self._index.schema, state)
        self._seen = seen
        return self._snapshot
