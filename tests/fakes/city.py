"""An aggregator for tests: a store, a network of scripted nodes, and the real engine between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from federation import rejudge
from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import L0, L1, MERGED, PLAIN, SHOWN, PollResult, Ruling, Source
from federation.refresh import Refresh
from federation.schedule import Pace
from schemas.canonical import contribution, digest_hex, listing_hash
from tests.fakes.change_log import LogRow
from tests.fakes.scripted import ScriptedNet, ScriptedNode
from tests.fakes.stores import Store, listing_states

CITY = "https://city.example/"
_PATHS = {L1: "changes.json", L0: "feed.json", PLAIN: "feed.json"}


@dataclass
class City:
    """One aggregator. ``node`` arguments are scripted nodes; refs are short names of their listings."""

    net: ScriptedNet
    store: Store
    id: str = CITY
    limits: Limits = field(default_factory=Limits)

    @property
    def now(self) -> int:
        return self.net.clock.now

    def follow(self, node: ScriptedNode, level: str = L1, path: str | None = None, **values: Any) -> int:
        """Add a source; its number."""
        url = node.address(path or _PATHS[level])
        format_ = "atom" if url.endswith("atom") else "json"
        source = Source(0, url, node.id, node.id, format_, level, added_at=self.now, **values)
        return self.store.add(source).id

    def poll(self, source_id: int, leased: Source | None = None, **limits: Any) -> PollResult:
        """Read the source once, leased now unless the lease is handed in."""
        source = leased or self.store.lease(source_id, self.now)
        chosen = Limits(**limits) if limits else self.limits
        return Poll(self.store.book, self.net, read_page, self.id, Pace(), chosen, self.now).run(source)

    def visit(self, source_id: int) -> PollResult:
        """Read the source once, and its node document if it is time, as the worker does."""
        leased = self.store.lease(source_id, self.now)
        result = self.poll(source_id, leased)
        Refresh(self.store.book, self.net, self.id, self.now).run(leased, result)
        return result

    def poll_fine(self, *source_ids: int) -> None:
        for source_id in source_ids:
            result = self.poll(source_id)
            assert result.fine, result

    def source(self, source_id: int) -> Source:
        return self.store.source(source_id)

    def shown(self) -> dict[str, LogRow]:
        """What the catalogue shows, by id."""
        return self.store.live()

    def refs(self, node: ScriptedNode) -> set[str]:
        """The short names of what is shown of this node's own listings."""
        start = node.listing_id("")
        return {id_.removeprefix(start) for id_ in self.shown() if id_.startswith(start)}

    def titles(self, node: ScriptedNode) -> dict[str, str]:
        """The title that is shown for each short name."""
        start = node.listing_id("")
        rows = self.shown().items()
        return {i.removeprefix(start): orjson.loads(r.text or "")["title"] for i, r in rows if i.startswith(start)}

    def titles_of(self, ids: Sequence[str]) -> list[str]:
        return [orjson.loads(self.shown()[id_].text or "")["title"] for id_ in ids]

    def states(self, source_id: int) -> dict[str, str]:
        """What became of each listing of a source, by the last part of its id."""
        return {id_.rpartition("/")[2]: state for id_, state in listing_states(self.store.rows(source_id)).items()}

    def reasons(self, source_id: int, listing_id: str) -> list[str]:
        """The codes of why a listing is not shown."""
        return [problem.code for problem in self.store.rows(source_id)[listing_id][0].reasons]

    def rule(self, source_id: int, listing_id: str, ruling: str, reason: str = "", words: str = "") -> None:
        """The operator's word on the present version of a listing, and on its ``words``."""
        row, _ = self.store.rows(source_id)[listing_id]
        word = Ruling(row.hash, ruling, reason, words)
        self.store.rule(source_id, listing_id, word)
        with self.store.book.open() as ledger:
            rejudge.judge(ledger, self.source(source_id), listing_id, word, self.id, self.now)

    def check(self) -> None:
        """What must hold at any moment: sums equal a recomputation, and what is published is what was sent."""
        live = self.shown()
        total = sum(contribution(row.id, row.hash, row.via) for row in live.values())
        assert self.store.sums() == (len(live), digest_hex(total)), "count and digest of the catalogue"
        through = {row.source_id: self.source(row.source_id).node_id for row in live.values() if row.source_id}
        for row in live.values():
            item = orjson.loads(row.text or "")
            assert listing_hash(item) == row.hash == item["_sharefeed"]["hash"], row.id
            assert tuple(item["_sharefeed"]["via"]) == row.via, row.id
            assert row.source_id is None or row.via[-1] == through[row.source_id], row.id

    def check_source(self, source_id: int) -> None:
        """The source's sums equal a recomputation, and exactly the winning rows say that they are shown."""
        source, rows, live = self.source(source_id), self.store.rows(source_id), self.shown()
        total = sum(contribution(row.id, row.hash, row.via) for row, _ in rows.values())
        assert (source.mirror_count, source.mirror_digest) == (len(rows), digest_hex(total)), "sums of the mirror"
        for id_, (row, _) in rows.items():
            mine = id_ in live and live[id_].source_id == source_id
            assert row.state not in (SHOWN, MERGED) or (row.state == SHOWN) == mine, (id_, row.state)
