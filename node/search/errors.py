"""What can go wrong with the index. A query that finds nothing, or that is badly written, is no error."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import SharefeedError


class IndexUnavailableError(SharefeedError):
    """There is no index that can be read yet; ``folder`` is where it should be. The catalogue itself is whole."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(f"the search index in {folder} cannot be read ({reason}); the worker is about to build it")


class IndexWriteError(SharefeedError):
    """The index could not be written. The catalogue is whole, and the next run writes what is missing."""
