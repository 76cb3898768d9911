"""Is all well in the demo network? What was found, held against what ``network.toml`` promises."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examples.demo_catalogue import Catalogue, copies, reasons_of, some_listing
from examples.demo_members import Site
from examples.demo_processes import DemoError, body_of, status_of
from federation.facts import short_key
from federation.records import QUARANTINED
from node.services.aggregating import sources
from node.services.aggregating.sources import Health
from node.storage.photos import READY

SEARCHED = "desk"
HEADS = ("Source", "Level", "Shown", "Held", "Quarantined", "Merged", "Verified identical")


@dataclass(frozen=True, slots=True)
class Row:
    """One source as the catalogue knows it. ``identical`` is None where the feed gives nothing to compare with."""

    site: Site
    level: str
    code: str
    message: str
    shown: int
    held: int
    merged: int
    quarantined: dict[str, str]
    identical: bool | None

    def cells(self) -> tuple[str, ...]:
        numbers = (self.shown, self.held, len(self.quarantined), self.merged)
        identical = {True: "yes", False: "no", None: "states no digest"}[self.identical]
        return (self.site.member.name, self.level, *(str(number) for number in numbers), identical)


def rows(catalogue: Catalogue) -> list[Row]:
    """How every source stands, in the order in which they were added."""
    return [
        Row(
            site=site,
            level=health.source.level,
            code=health.source.last_code or "",
            message=health.source.last_message or "",
            shown=health.shown,
            held=health.held,
            merged=health.merged,
            quarantined=reasons_of(catalogue, number, QUARANTINED),
            identical=_identical(health),
        )
        for number, site in catalogue.sources.items()
        for health in [sources.health_of(catalogue.node, number)]
    ]


def _identical(health: Health) -> bool | None:
    source = health.source
    compared = source.verified_at is not None or source.reread_at is not None
    return health.identical if compared else None


def table(found: Sequence[Row]) -> str:
    """The rows as text in columns, with their sums."""
    sums = (sum(r.shown for r in found), sum(r.held for r in found), sum(len(r.quarantined) for r in found))
    total = ("Together", "", *(str(one) for one in sums), str(sum(r.merged for r in found)), "")
    lines = [HEADS, *(row.cells() for row in found), total]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = range(2, 6)
    parts = [
        text.rjust(width) if column in numbers else text.ljust(width)
        for column, (text, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()


def faults(found: Sequence[Row]) -> list[str]:
    """What is not as the plan promises, a sentence each."""
    return [f"{row.site.member.name}: {fault}" for row in found for fault in _faults(row)]


def _faults(row: Row) -> list[str]:
    member = row.site.member
    promised = member.quarantined_at(row.site.url)
    said: list[str] = []
    if row.code not in ("ok", "unchanged"):
        said.append(f"reading it ended with {row.code or 'nothing'}: {row.message}")
    if row.shown != member.expected:
        said.append(f"{row.shown} listings are shown, {member.expected} should be.")
    if row.held or row.merged:
        said.append(f"{row.held} listings are held and {row.merged} merged; none should be.")
    if row.quarantined != promised:
        said.append(f"quarantined are {row.quarantined or 'none'}; {promised or 'none'} should be.")
    if row.identical is False or (row.identical is None and member.states_digest):
        said.append("the catalogue's copy was not verified to be identical with the source.")
    return said


def page_faults(catalogue: Catalogue) -> list[str]:
    """What is wrong with the portal as a browser would find it: the search, and a listing of each source."""
    said = []
    if not _found(catalogue):
        said.append(f"The search for “{SEARCHED}” found nothing.")
    addresses = [catalogue.url, f"{catalogue.url}search?q={SEARCHED}", f"{catalogue.url}sources"]
    for number, site in catalogue.sources.items():
        pages = some_listing(catalogue, number)
        addresses.append(f"{catalogue.url}sources/{number}")
        addresses += [page for page in pages or () if page.startswith((catalogue.url, site.url))]
    for address in addresses:
        status = status_of(address)
        if status != 200:
            said.append(f"{address} answered {status or 'nothing'}, not 200.")
    return said


def photo_faults(catalogue: Catalogue) -> list[str]:
    """Which photographs could not be copied."""
    return [f"There is no copy of {url}." for url, state in copies(catalogue).items() if state != READY]


def a_listing(catalogue: Catalogue) -> str:
    """The portal's page of the first thing that the search finds, else the search itself."""
    found = _found(catalogue)
    return f"{catalogue.url}listings/{short_key(found[0]['id'])}" if found else f"{catalogue.url}search?q={SEARCHED}"


def _found(catalogue: Catalogue) -> list[Any]:
    try:
        items: list[Any] = json.loads(body_of(f"{catalogue.url}search.json?q={SEARCHED}"))["items"]
    except (DemoError, ValueError, KeyError):
        return []
    return items
