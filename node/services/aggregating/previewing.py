"""Looking at a feed before it becomes a source: what it is, what would be shown of it, and what would not."""

from __future__ import annotations

from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any

import orjson

from federation.records import EXPIRED, PLAIN, QUARANTINED, SHOWN, ReadItem, Source
from schemas.canonical import EXTENSION
from schemas.errors import Problem
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.discovery import Discovered
    from federation.plain import Defaults
    from federation.ports import Fetching

SAMPLES = 6
MOST_PROBLEMS = 50
_SHOWN_MEMBERS = ("place", "quantity", "images")


@dataclass(frozen=True, slots=True)
class Preview:
    """What was seen. Plain values, kept as JSON; counts are of the first page. ``error`` says why it was not read.

    ``problems`` are {id, title, verdict, reasons: [{pointer, code, message}]}, ``samples`` are {url, item, facts}: the
    members of an item that a card shows, and its `Facts` by name.
    """

    at: int
    error: str | None = None
    tried: list[list[str]] = field(default_factory=list)
    level: str | None = None
    format: str | None = None
    feed_url: str | None = None
    node_id: str | None = None
    name: str | None = None
    licence: str | None = None
    listings: int = 0
    shown: int = 0
    quarantined: int = 0
    expired: int = 0
    organisations: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def needs_defaults(self) -> bool:
        """Whether the operator must say what the feed does not."""
        return self.level == PLAIN

    def to_json(self) -> str:
        return orjson.dumps(asdict(self)).decode()


def from_json(text: str) -> Preview | None:
    """The preview in a stored text; None where none was made yet."""
    return Preview(**orjson.loads(text)) if text else None


def look(fetcher: Fetching, url: str, now: int, defaults: Defaults | None = None) -> Preview:
    """Find and read what is behind ``url``. Never raises: a feed that cannot be read gives a preview that says so."""
    from federation.discovery import DiscoveryError, discover

    try:
        found = discover(fetcher, url, now, defaults)
    except DiscoveryError as error:
        return Preview(now, error=str(error), tried=[list(step) for step in error.tried])
    return of_found(found, now)


def of_found(found: Discovered, now: int) -> Preview:
    """The preview of what was discovered."""
    fates = [(item, *_fate(item, now)) for item in found.sample.items]
    counts = {state: sum(1 for _, fate, _ in fates if fate == state) for state in (SHOWN, QUARANTINED, EXPIRED)}
    shown = [item for item, fate, _ in fates if fate == SHOWN]
    document, head = found.node_document, found.sample.head
    return Preview(
        at=now,
        tried=[list(step) for step in found.tried],
        level=found.level,
        format=found.format,
        feed_url=found.feed_url,
        node_id=found.node_id,
        name=found.name,
        licence=document.licence if document else head.licence if head else None,
        listings=len(found.sample.items),
        shown=counts[SHOWN],
        quarantined=counts[QUARANTINED],
        expired=counts[EXPIRED],
        organisations=len({item.facts.organisation_id for item in shown if item.facts}),
        problems=[*_of_feed(found), *_of_listings(fates)][:MOST_PROBLEMS],
        samples=[_sample(item) for item in shown[:SAMPLES]],
    )


def _fate(item: ReadItem, now: int) -> tuple[str, tuple[Problem, ...]]:
    from federation.decide import fate

    return fate(Source(0, "", "", "", "", ""), item, None, None, "", now)


def _of_feed(found: Discovered) -> list[dict[str, Any]]:
    """Faults that belong to no listing, as one entry."""
    faults = [problem.as_json() for problem in (*found.problems, *found.sample.outside)]
    whole = {"id": found.feed_url, "title": found.name, "verdict": QUARANTINED, "reasons": faults[:MOST_PROBLEMS]}
    return [whole] if faults else []


def _of_listings(fates: list[tuple[ReadItem, str, tuple[Problem, ...]]]) -> list[dict[str, Any]]:
    return [
        {"id": item.id, "title": _title(item), "verdict": fate, "reasons": [reason.as_json() for reason in reasons]}
        for item, fate, reasons in fates
        if fate not in (SHOWN, EXPIRED)
    ]


def _title(item: ReadItem) -> str:
    title = item.facts.title if item.facts else orjson.loads(item.item).get("title")
    return title[:200] if isinstance(title, str) else ""


def _sample(item: ReadItem) -> dict[str, Any]:
    published = orjson.loads(item.published or item.item)
    extension = published.get(EXTENSION) or {}
    kept = {name: extension[name] for name in _SHOWN_MEMBERS if name in extension}
    facts = item.facts._asdict() if item.facts else {}
    return {"url": published.get("url"), "item": {"id": item.id, EXTENSION: kept}, "facts": facts}
