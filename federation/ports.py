"""What the engine needs from outside: a fetcher, a decoder and a ledger. Storage and fakes implement these.

A `Ledger` is one transaction: all of it is kept, or nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from federation.facts import Entry, Removal
from federation.merge import Current, KnownNode
from federation.reading import Context
from federation.records import Mirrored, PollResult, ReadPage, Ruling, Source, Withdrawn
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from federation.fetch import Answer


class StaleError(SharefeedError):
    """Someone else read this source meanwhile: the stored cursor or lease is not the one that was asked with."""

    def __init__(self, source_id: int) -> None:
        self.source_id = source_id
        super().__init__(f"source {source_id} was read by another worker meanwhile; nothing was changed")


class Fetching(Protocol):
    """The guarded client (`federation.fetch.Fetcher`). Raises `FetchError` when nothing whole came back."""

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
    ) -> Answer: ...


class Decoding(Protocol):
    """`federation.reading.read_page`, here or in a worker process. Raises `DocumentError`."""

    def __call__(self, body: bytes, media_type: str | None, context: Context) -> ReadPage: ...


class Ledger(Protocol):
    """One transaction over what an aggregator remembers and shows."""

    def source(self, source_id: int) -> Source | None: ...

    def save(self, source: Source, asked_with: str | None) -> None:
        """Keep what a reading found out of the source; its state, name and defaults are the operator's.

        Raises `StaleError` when its stored cursor is not ``asked_with`` or its lease was lost.
        """
        ...

    def amend(self, source: Source) -> None:
        """Keep all of the source as it is here. Only for who has just read it in this transaction."""
        ...

    def suspend(self, source_id: int, reason: str) -> None:
        """Show nothing of the source, until it is resumed."""
        ...

    def resume(self, source_id: int) -> None:
        """End a suspension."""
        ...

    def note(self, source_id: int, code: str, message: str, now: int) -> None:
        """Remember what happened to the source; nothing if that was the last that happened."""
        ...

    def source_at(self, url: str) -> int | None:
        """The source that reads the feed at this address."""
        ...

    def nodes(self) -> Iterable[KnownNode]: ...

    def known(self, source_id: int, ids: Collection[str]) -> Mapping[str, Mirrored]: ...

    def texts(self, source_id: int, ids: Collection[str]) -> Mapping[str, str]: ...

    def routes(self, ids: Collection[str], besides: int | None = None) -> Mapping[str, Sequence[Mirrored]]:
        """Every source's row of these listings, by source; ``besides`` leaves one source out."""
        ...

    def put(self, rows: Sequence[tuple[Mirrored, str]]) -> None: ...

    def set_state(self, rows: Sequence[Mirrored]) -> None: ...

    def mark(self, source_id: int, ids: Collection[str], reading: int) -> None: ...

    def drop(self, source_id: int, ids: Collection[str]) -> None: ...

    def unmarked(self, source_id: int, reading: int) -> Sequence[Mirrored]:
        """The rows that the reading with this number did not meet."""
        ...

    def ids_of(self, source_id: int, after: str, limit: int) -> Sequence[str]:
        """Ids that the source sent, in order, from the one after ``after``."""
        ...

    def under(self, address: str, except_source: int) -> Sequence[str]:
        """Ids that begin with ``address`` and came from other sources than this one, removed ones as well."""
        ...

    def first_from(self, node_id: str, except_source: int) -> Sequence[str]:
        """Ids that came from other sources than this one and name ``node_id`` as their origin, removed ones as well."""
        ...

    def rulings(self, source_id: int, ids: Collection[str]) -> Mapping[str, Ruling]: ...

    def withdrawn(self, ids: Collection[str]) -> Mapping[str, Sequence[Withdrawn]]: ...

    def waiting(self, source_id: int) -> Sequence[Withdrawn]:
        """The source's removals that wait for a word, or were undone."""
        ...

    def put_withdrawn(self, rows: Sequence[Withdrawn]) -> None: ...

    def forget_withdrawn(self, source_id: int, ids: Collection[str]) -> None: ...

    def current(self, ids: Collection[str]) -> Mapping[str, Current]: ...

    def published(self, ids: Collection[str]) -> Mapping[str, str]:
        """The JSON texts of these listings as the catalogue publishes them."""
        ...

    def publish(self, entries: Sequence[Entry], removals: Sequence[Removal], now: int) -> None: ...

    def log_poll(self, source_id: int, result: PollResult, milliseconds: int, now: int) -> None: ...


class Book(Protocol):
    """Where the ledger is kept."""

    def open(self) -> AbstractContextManager[Ledger]: ...
