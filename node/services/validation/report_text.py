"""A validation report as text for a terminal: the verdict first, then what is wrong, then what could be better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from federation.records import EXPIRED, HELD, L0, L1, LOOP, PLAIN, QUARANTINED, SHOWN
from node.services.validation.judging import ListingVerdict, Report
from node.services.validation.rules import Finding

MOST_TITLES = 10
_LEVELS = {
    L0: "level L0, a whole list",
    L1: "level L1, a change feed",
    PLAIN: "a plain feed",
    "document": "a node document",
    "none": "nothing that can be read as a feed",
}
_FORMATS = {"json": "JSON Feed", "atom": "Atom", "rss": "RSS"}
_VERDICTS = {
    SHOWN: ("would be shown", "would be shown"),
    HELD: ("would wait for the operator's word", "would wait for the operator's word"),
    QUARANTINED: ("would be quarantined", "would be quarantined"),
    EXPIRED: ("has expired, so it is not shown", "have expired, so they are not shown"),
    LOOP: ("came round in a circle, so it is not shown", "came round in a circle, so they are not shown"),
}
"""What is said of one listing, and of several."""


def lines(report: Report) -> Iterator[str]:
    """The report, line by line."""
    yield f"{report.name or report.target}: {_LEVELS.get(report.level, report.level)}"
    yield from _facts(report)
    yield from _listings(report)
    yield from _section("What is wrong", report.problems)
    yield from _section("What would be better", report.advice)
    yield ""
    yield _conclusion(report)


def _facts(report: Report) -> Iterator[str]:
    facts = {
        "Feed": report.feed_url,
        "Node": report.node_id if report.level != PLAIN else None,
        "Node document": report.document_url,
        "Format": _FORMATS.get(report.format),
        "Licence": report.licence,
        "Read": f"{report.pages} page{'' if report.pages == 1 else 's'}, {report.bytes:,} bytes"
        if report.pages
        else None,
        "Count and digest": _identical(report),
    }
    yield from (f"  {name}: {value}" for name, value in facts.items() if value)
    yield from (f"  Note: {note}" for note in report.notes)


def _identical(report: Report) -> str | None:
    if report.identical is None:
        return None
    return "they agree with what was read" if report.identical else "they do not agree with what was read"


def _listings(report: Report) -> Iterator[str]:
    if not report.listings:
        return
    yield ""
    yield "What a catalogue would show"
    for verdict, (of_one, of_several) in _VERDICTS.items():
        some = [one for one in report.listings if one.verdict == verdict]
        if some:
            yield f"  {len(some)} of {len(report.listings)} {of_one if len(some) == 1 else of_several}"
            yield from _kept_back(some) if verdict in (HELD, QUARANTINED) else _titles(some)


def _titles(some: list[ListingVerdict]) -> Iterator[str]:
    yield from (f"    {_name(one)}" for one in some[:MOST_TITLES])
    if len(some) > MOST_TITLES:
        yield f"    and {len(some) - MOST_TITLES} more"


def _kept_back(some: list[ListingVerdict]) -> Iterator[str]:
    for one in some:
        yield f"    {_name(one)}  <{_plain(one.id)}>"
        yield from (f"      {_plain(str(reason))}" for reason in one.reasons)


def _name(one: ListingVerdict) -> str:
    return _plain(one.title) or "(without a title)"


def _plain(text: str) -> str:
    """Text from elsewhere without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)


def _section(title: str, findings: Iterable[Finding]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda found: found.where)
    if not ordered:
        return
    yield ""
    yield title
    for where, some in groupby(ordered, key=lambda found: found.where):
        yield f"  {_plain(where)}"
        yield from (f"    {_plain(str(found.problem))}" for found in some)


def _conclusion(report: Report) -> str:
    if report.fine:
        return "All is well."
    kept_back = len(report.listings) - report.count(SHOWN) - report.count(EXPIRED)
    parts = [_counted(len(report.problems), "problem"), _counted(kept_back, "listing", " kept back")]
    return "There is something to put right: " + ", ".join(part for part in parts if part) + "."


def _counted(count: int, noun: str, after: str = "") -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{after}" if count else ""
