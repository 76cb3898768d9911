"""What a catalogue would make of a feed, and every rule that the feed breaks. Pure: `examining` has done the asking.

A problem is something that the protocol demands or that keeps a listing from being shown; advice is something that
readers and the publisher's own server would be better off with.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from federation.decide import fate
from federation.records import EXPIRED, SHOWN, ReadItem, Source
from node.services.validation.examining import Evidence, SeenPage
from node.services.validation.rules import Finding, findings, is_whole, last_head, sums_of
from schemas.errors import Problem
from schemas.page import PageHead
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class ListingVerdict:
    """What the catalogue would make of one listing: shown, held, quarantined, expired or loop, with the reasons."""

    id: str
    title: str
    verdict: str
    reasons: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer. ``level`` is L0, L1, plain, ``document`` (a node document alone) or ``none``.

    ``identical`` says whether what was read is exactly what the publisher's count and digest describe; None where that
    could not be compared.
    """

    target: str
    level: str
    format: str
    name: str
    node_id: str
    feed_url: str | None
    document_url: str | None
    licence: str | None
    pages: int
    bytes: int
    listings: tuple[ListingVerdict, ...]
    findings: tuple[Finding, ...]
    identical: bool | None
    notes: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if not found.advice)

    @property
    def advice(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.advice)

    @property
    def fine(self) -> bool:
        """No rule is broken, and no listing is kept back."""
        return not self.problems and all(one.verdict in (SHOWN, EXPIRED) for one in self.listings)

    def count(self, verdict: str) -> int:
        return sum(1 for one in self.listings if one.verdict == verdict)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        names = (
            "target",
            "level",
            "format",
            "name",
            "node_id",
            "feed_url",
            "document_url",
            "licence",
            "pages",
            "bytes",
        )
        return {
            **{name: getattr(self, name) for name in names},
            "fine": self.fine,
            "identical": self.identical,
            "notes": list(self.notes),
            "problems": [_finding_json(found) for found in self.problems],
            "advice": [_finding_json(found) for found in self.advice],
            "listings": [
                {"id": v.id, "title": v.title, "verdict": v.verdict, "reasons": [r.as_json() for r in v.reasons]}
                for v in self.listings
            ],
        }


def _finding_json(found: Finding) -> dict[str, Any]:
    return {"document": found.where, **found.problem.as_json()}


def judge(evidence: Evidence) -> Report:
    """The report on what was seen."""
    live, repeated = _live(evidence.pages)
    head = last_head(evidence)
    whole = head is not None and evidence.stopped is None and is_whole(evidence, head)
    sums = sums_of(head, live) if head is not None and whole else None
    return Report(
        target=evidence.target,
        level=evidence.level,
        format=evidence.format,
        name=evidence.name,
        node_id=evidence.node_id,
        feed_url=evidence.feed_url,
        document_url=evidence.document_url,
        licence=_licence(evidence, head),
        pages=len(evidence.pages),
        bytes=sum(page.bytes for page in evidence.pages),
        listings=tuple(_verdict(item, evidence) for item in live.values()),
        findings=(*findings(evidence, sums), *repeated),
        identical=sums.agrees if sums else None,
        notes=(evidence.stopped,) if evidence.stopped else (),
    )


def _live(pages: Iterable[SeenPage]) -> tuple[dict[str, ReadItem], list[Finding]]:
    """The listings that stand after all pages, and those that a reading met twice though they had not changed."""
    live: dict[str, ReadItem] = {}
    repeated: list[Finding] = []
    for seen in pages:
        if seen.page is None:
            continue
        here = {item.id for item in seen.page.items}
        for item in seen.page.items:
            before = live.pop(item.id, None)
            if before is not None and (before.hash, before.via) == (item.hash, item.via):
                message = f"{item.id} stands on two pages, unchanged. Every listing has one place in a change feed."
                repeated.append(Finding(seen.url, Problem("/items", "repeated-listing", message)))
            live[item.id] = item
        for stone in seen.page.head.deleted if seen.page.head else ():
            if stone.id not in here:
                live.pop(stone.id, None)
    return live, repeated


_ANYONE = Source(0, "", "", "", "", "")
"""The source that every listing is judged as coming from: nothing is known of it, nothing was ruled."""


def _verdict(item: ReadItem, evidence: Evidence) -> ListingVerdict:
    verdict, reasons = fate(_ANYONE, item, None, None, "", evidence.now)
    return ListingVerdict(item.id, _title(item), verdict, reasons)


def _title(item: ReadItem) -> str:
    if item.facts is not None:
        return item.facts.title
    title = orjson.loads(item.item).get("title")
    return title[:200] if isinstance(title, str) else ""


def _licence(evidence: Evidence, head: PageHead | None) -> str | None:
    document = evidence.document.licence if evidence.document else None
    return document or (head.licence if head else None)
