"""The file with which an organisation takes away everything that it has here: a zip that is written while it is sent.

`docs/export.md` says what stands in it. Nothing is held in memory but the piece that is under way. Its manifest comes
last and names every file with its size and SHA-256, so that half a file is known for what it is; `SHA256SUMS` says the
same to `sha256sum`.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from node.services.backup.archive import Content
from schemas.records import dataclass

FORMAT, FORMAT_VERSION = "sharefeed-export", 1
README, MANIFEST, SUMS = "README.txt", "manifest.json", "SHA256SUMS"
ORGANISATION, FEED, TABLE = "organisation.json", "feed.json", "listings.csv"
HISTORY, DRAFTS, STORIES = "history.ndjson", "drafts.ndjson", "stories.ndjson"
CALENDARS, BOOKINGS, BOOKINGS_TABLE, BOOKINGS_CALENDAR = (
    "calendars.json",
    "bookings.ndjson",
    "bookings.csv",
    "bookings.ics",
)
REQUESTS, RECEIPTS = "requests.ndjson", "receipts.ndjson"
PHOTOS, SMALLER = "photos", "photos/smaller"
EXPORT = "_export"
"""The member of an item in `FEED` under which stands what only its own node knows of it."""
PIECE = 2**18


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself. ``made_at`` in seconds since 1970; ``counts`` of listings, photos and so on."""

    version: str
    node_url: str
    organisation_id: str
    slug: str
    made_at: int
    counts: Mapping[str, int]
    files: Mapping[str, Content]

    def as_json(self) -> bytes:
        document: dict[str, Any] = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)


class _Outlet(io.RawIOBase):
    """What a zip is written to: keeps it until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> Iterator[bytes]:
        if self._waiting:
            yield bytes(self._waiting)
            self._waiting.clear()


class ZipStream:
    """A zip, piece by piece. ``moment`` (seconds since 1970) is when its files say that they were made."""

    def __init__(self, moment: int) -> None:
        self._outlet = _Outlet()
        self._archive = zipfile.ZipFile(self._outlet, "w")
        self._date = datetime.fromtimestamp(moment, UTC).timetuple()[:6]
        self.files: dict[str, Content] = {}

    def add(self, name: str, content: Iterable[bytes], pack: bool = True) -> Iterator[bytes]:
        """Put a file in; what comes out meanwhile is to be sent on."""
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        info.external_attr = 0o100644 << 16
        size, summed = 0, hashlib.sha256()
        with self._archive.open(info, "w") as file:
            for piece in content:
                size += len(piece)
                summed.update(piece)
                file.write(piece)
                yield from self._outlet.taken()
        self.files[name] = Content(size, summed.hexdigest())
        yield from self._outlet.taken()

    def finish(self, manifest: Manifest) -> Iterator[bytes]:
        """Put the sums and the manifest behind everything, and close."""
        sums = "".join(f"{content.sha256}  {name}\n" for name, content in self.files.items())
        yield from self.add(SUMS, [sums.encode()])
        yield from self.add(MANIFEST, [manifest.as_json()])
        self._archive.close()
        yield from self._outlet.taken()
