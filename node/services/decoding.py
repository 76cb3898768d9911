"""Decoding and judging pages in other processes, so that the writer's process stays free.

A large page costs a third of a millisecond a listing, and a hostile one may try to cost far more: a worker that takes
too long or dies is replaced, and its page becomes an error of that one source.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from federation.reading import Context, read_page
from federation.records import ReadPage
from node.processes import spawned
from schemas.errors import DocumentError

# Below this size a page is decoded here: handing it over would cost more than it saves.
INLINE_BYTES = 64 * 1024
LONGEST_S = 60.0


def default_workers() -> int:
    """One process fewer than there are processors, at least one: the writer needs the other."""
    return max(1, (os.cpu_count() or 2) - 1)


class DecodePool:
    """A `federation.ports.Decoding` over worker processes, started when the first large page comes."""

    def __init__(self, workers: int = 0, inline_bytes: int = INLINE_BYTES, longest_s: float = LONGEST_S) -> None:
        self._workers = workers or default_workers()
        self._inline_bytes = inline_bytes
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, body: bytes, media_type: str | None, context: Context) -> ReadPage:
        """The judged page. Raises `DocumentError`, with code ``too-costly`` where decoding was given up."""
        if len(body) < self._inline_bytes:
            return read_page(body, media_type, context)
        pool = self._running()
        try:
            return self._decode(pool, body, media_type, context)
        except (BrokenExecutor, CancelledError):
            # Another source's page may have cost this one its worker: alone, each is judged by itself.
            self._forget(pool)
            return self._decode_alone(body, media_type, context)

    def _decode(self, pool: ProcessPoolExecutor, body: bytes, media_type: str | None, context: Context) -> ReadPage:
        future = _submit(pool, body, media_type, context)
        try:
            return future.result(timeout=self._longest_s)
        except FutureTimeoutError as error:
            self._forget(pool)
            raise _too_costly() from error

    def _decode_alone(self, body: bytes, media_type: str | None, context: Context) -> ReadPage:
        pool = spawned(1)
        try:
            return self._decode(pool, body, media_type, context)
        except BrokenExecutor as error:
            raise _too_costly() from error
        finally:
            _kill(pool)

    def close(self) -> None:
        """Stop the worker processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = spawned(self._workers)
            return self._pool

    def _forget(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        _kill(broken)


def _submit(pool: ProcessPoolExecutor, body: bytes, media_type: str | None, context: Context) -> Future[ReadPage]:
    try:
        return pool.submit(read_page, body, media_type, context)
    except RuntimeError as error:
        # It was shut down since it was handed out, because of somebody else's page.
        raise BrokenExecutor(str(error)) from error


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _too_costly() -> DocumentError:
    return DocumentError.of("too-costly", "Reading this page took too long or too much memory.")
