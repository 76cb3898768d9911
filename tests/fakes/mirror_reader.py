"""A small reader of change feeds that keeps the protocol's rules for a reader, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from node.services.syndication.feeds import ResyncError
from schemas.canonical import EXTENSION, contribution, digest_hex, listing_hash

Ask = Callable[[str | None], bytes]
"""Cursor (None: from the start) -> the page's bytes; raises `ResyncError`."""


class MirrorReader:
    """``mirror`` is what it knows: id -> hash. ``resyncs`` counts how often it had to begin again."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.mirror: dict[str, str] = {}
        self.checkpoint: str | None = None
        self.marks: set[str] | None = set()
        self.resyncs = 0
        self.pages = 0

    def read_page(self) -> bool:
        """Read one page; whether there is more."""
        try:
            page = orjson.loads(self.ask(self.checkpoint))
        except ResyncError:
            self.resyncs += 1
            self.checkpoint, self.marks = None, set()
            return True
        self.pages += 1
        self._apply(page)
        return bool(page[EXTENSION]["more"])

    def read_to_the_end(self) -> None:
        while self.read_page():
            assert self.pages < 10_000, "this reading never ends"

    def _apply(self, page: dict[str, Any]) -> None:
        head = page[EXTENSION]
        assert page["items"] or head["deleted"] or not head["more"], "an empty page with more to come"
        assert ("next_url" in page) == head["more"]
        for item in page["items"]:
            self._keep(item)
        for tombstone in head["deleted"]:
            self.mirror.pop(tombstone["id"], None)
            if self.marks is not None:
                self.marks.discard(tombstone["id"])
        self.checkpoint = head["checkpoint"]
        if not head["more"]:
            self._finish(head)

    def _keep(self, item: dict[str, Any]) -> None:
        hash_ = listing_hash(item)
        assert item[EXTENSION].get("hash", hash_) == hash_
        self.mirror[item["id"]] = hash_
        if self.marks is not None:
            self.marks.add(item["id"])

    def _finish(self, head: dict[str, Any]) -> None:
        if self.marks is not None:
            self.mirror = {id_: hash_ for id_, hash_ in self.mirror.items() if id_ in self.marks}
            self.marks = None
        assert head["count"] == len(self.mirror)
        assert head["digest"] == digest_hex(sum(contribution(id_, hash_) for id_, hash_ in self.mirror.items()))
