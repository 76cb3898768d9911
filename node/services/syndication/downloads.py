"""The whole catalogue as files: CSV, GeoJSON and newline-delimited JSON, with a Data Package descriptor.

The three are made together from one state of the catalogue and kept compressed in the node's home, so that a download
costs no more than a file, can be resumed, and fits with the others. They are made anew when somebody asks, the
catalogue has changed, and those at hand are a quarter of an hour old.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

from node.context import Node
from node.services.syndication.download_rows import COLUMNS, CSV, GEOJSON, NDJSON, Format, record
from node.settings import Settings
from node.storage import catalogue
from node.storage.catalogue import Publication, Shown
from schemas.fields import rfc3339_of
from schemas.records import dataclass

FOLDER = "downloads"
FRESH_S = 900
DESCRIPTOR = "datapackage.json"
_STATE = "state.json"

_LICENCES: Mapping[str, tuple[str, str]] = {
    "CC0-1.0": ("Creative Commons Zero 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "OGL-UK-3.0": (
        "Open Government Licence 3.0 (United Kingdom)",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
}


class Kind(NamedTuple):
    """One of the files: its name, its media type, and how it is written."""

    name: str
    media_type: str
    format: Format
    title: str


KINDS = (
    Kind("listings.csv", "text/csv; charset=utf-8", CSV, "Listings as a table, for spreadsheets"),
    Kind("listings.geojson", "application/geo+json", GEOJSON, "Listings on a map, for geographic software"),
    Kind("listings.ndjson", "application/x-ndjson", NDJSON, "Listings as published, one JSON object a line"),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file: ``bytes`` and ``sha256`` are of its content, which is kept under gzip."""

    name: str
    bytes: int
    packed_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The files of one state of the catalogue. ``made_at`` in seconds since 1970."""

    folder: str
    epoch: str
    head: int
    made_at: int
    listings: int
    files: tuple[Written, ...]

    def file(self, name: str) -> Written:
        return next(file for file in self.files if file.name == name)


_making = Lock()


def edition(node: Node) -> Edition:
    """The files to hand out now; made first where there are none, or where they are old and the catalogue has changed.

    Raises `OSError` when they cannot be written.
    """
    with node.database.read() as tx:
        state = catalogue.state(tx)
    held = _held(node)
    if held is not None and _serves(held, state, node.now):
        return held
    with _making:
        held = _held(node)
        return held if held is not None and _serves(held, state, node.now) else _make(node)


def path_of(node: Node, of: Edition, name: str) -> Path:
    """Where the compressed file of that name is."""
    return node.settings.home / FOLDER / of.folder / f"{name}.gz"


def content(path: Path) -> Iterator[bytes]:
    """The file's content, unpacked, piece by piece."""
    with gzip.open(path, "rb") as file:
        while piece := file.read(65_536):
            yield piece


def descriptor(node: Node, of: Edition) -> dict[str, Any]:
    """The Data Package descriptor (Frictionless Data, version 1) of an edition."""
    settings = node.settings
    return {
        "profile": "data-package",
        "name": "sharefeed-catalogue",
        "id": settings.url,
        "title": settings.node_name,
        "description": "Things, rooms and skills that organisations share for free. Text in the table that a "
        "spreadsheet would run as a formula begins with an apostrophe.",
        "homepage": settings.url,
        "created": rfc3339_of(of.made_at),
        "licenses": [licence_of(settings)],
        "sources": [source_of(settings)],
        "resources": [_resource(of.file(kind.name), kind) for kind in KINDS],
    }


def licence_of(settings: Settings) -> dict[str, str]:
    """The licence of what this node gives away, as a descriptor names it."""
    name = settings.licence
    title, path = _LICENCES.get(name, (name, f"https://spdx.org/licenses/{name}"))
    return {"name": name, "title": title, "path": path}


def source_of(settings: Settings) -> dict[str, str]:
    """Whom to name when it is used, as a descriptor does."""
    return {"title": settings.attribution or settings.node_name, "path": settings.url}


def _resource(file: Written, kind: Kind) -> dict[str, Any]:
    described = {
        "name": kind.name.replace(".", "-"),
        "path": file.name,
        "title": kind.title,
        "format": kind.name.rpartition(".")[2],
        "mediatype": kind.media_type.partition(";")[0],
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if kind.format is not CSV:
        return described
    fields = [{name: value for name, value in asdict(column).items() if value != "default"} for column in COLUMNS]
    return {**described, "profile": "tabular-data-resource", "schema": {"fields": fields, "primaryKey": "id"}}


def _serves(held: Edition, state: Publication, now: int) -> bool:
    same = (held.epoch, held.head) == (state.epoch, state.head)
    # Also with nothing changed, listings end by the clock.
    return now - held.made_at < (FRESH_S if not same else 4 * FRESH_S)


def _held(node: Node) -> Edition | None:
    home = node.settings.home / FOLDER
    try:
        stored = json.loads((home / _STATE).read_bytes())
        found = Edition(**{**stored, "files": tuple(Written(**file) for file in stored["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if all(path_of(node, found, kind.name).is_file() for kind in KINDS) else None


def _make(node: Node) -> Edition:
    home = node.settings.home / FOLDER
    name = uuid4().hex
    folder = home / name
    folder.mkdir(parents=True)
    try:
        made = _write(node, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    fresh = home / f"{name}.new"
    fresh.write_text(json.dumps(asdict(made)), encoding="utf-8")
    before = _held(node)
    os.replace(fresh, home / _STATE)
    _sweep(home, {name, before.folder if before else name})
    return made


def _sweep(home: Path, kept: Collection[str]) -> None:
    """Remove earlier editions but the last, which somebody may be about to open."""
    for folder in home.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _write(node: Node, folder: Path) -> Edition:
    with ExitStack() as stack:
        files = [stack.enter_context(closing(_File(folder, kind))) for kind in KINDS]
        tx = stack.enter_context(node.database.read())
        state = catalogue.state(tx)
        for shown in catalogue.every_visible(tx, node.now):
            one = record(shown)
            for file in files:
                file.add(shown, one)
    return Edition(
        folder.name, state.epoch, state.head, node.now, files[0].listings, tuple(file.told() for file in files)
    )


class _File:
    """One file while it is written: compressed on its way, its content measured."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.kind, self.path = kind, folder / f"{kind.name}.gz"
        self.listings = 0
        self._file = gzip.GzipFile(self.path, "wb", compresslevel=6, mtime=0)
        self._hash, self._bytes = hashlib.sha256(), 0
        self._write(kind.format.begin)

    def add(self, shown: Shown, one: Mapping[str, Any]) -> None:
        between = self.kind.format.between if self.listings else b""
        self.listings += 1
        self._write(between + self.kind.format.piece(shown, one))

    def close(self) -> None:
        self._write(self.kind.format.end)
        self._file.close()

    def told(self) -> Written:
        return Written(self.kind.name, self._bytes, self.path.stat().st_size, self._hash.hexdigest())

    def _write(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._bytes += len(piece)
        self._file.write(piece)
