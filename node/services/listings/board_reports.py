"""What the catalogues that read us have made of each listing: shown, held, in quarantine, and why.

Each says that in public, in a report of its own (`docs/protocol.md`). The worker reads those of our city's catalogue
and of the nodes that follow our change feed, a few times a day, with the guarded client. It is their word, kept as
such: what is no report is passed over, and what is too long is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from node.context import Node
from node.services.health import other_clocks
from node.services.health.other_clocks import OtherClocks
from node.services.listings import board_news
from node.services.syndication.feed_readers import readers
from node.storage import board_reports as stored
from node.storage import catalogue, listings
from node.storage.board_reports import BoardReport, Verdict
from node.storage.engine import Tx
from schemas.errors import DocumentError, SharefeedError
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.ports import Fetching

EVERY_S, HOUR_S, DAY_S = 6 * 3600, 3600, 86_400
MOST_BOARDS = 8
QUIET_S = 14 * DAY_S
"""Who has not read us for so long is asked no more."""
_KNOWN_FOR_S = DAY_S
_MOST_PAGES = 40
_MOST_REASONS, _LONGEST_REASON, _LONGEST_CODE, _LONGEST_HASH = 5, 300, 20, 64


class ReportError(SharefeedError):
    """A catalogue's report that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a catalogue says of one listing. ``verdict`` is a code of `federation.records`, or ``unknown`` where it does
    not have the listing. ``outdated``: it speaks of an earlier version. ``url`` is its page about us, ``read_at`` when
    we asked.
    """

    board: str
    url: str
    verdict: str
    reasons: tuple[str, ...]
    outdated: bool
    read_at: int


def of_listing(node: Node, listing_id: str) -> list[Word]:
    """What is said of a listing by each catalogue whose report we have."""
    with node.database.read() as tx:
        told = {one.node_url: one for one in stored.of_listing(tx, listing_id)}
        reports = stored.every(tx)
        shown = catalogue.by_ids(tx, [listing_id]).get(listing_id)
    known = (
        (report, told.get(url)) for url, report in reports.items() if report.read_at and report.source_id is not None
    )
    return [_word(report, verdict, shown.entry.hash if shown else "") for report, verdict in known]


def _word(report: BoardReport, verdict: Verdict | None, hash_: str) -> Word:
    url, read_at = f"{report.node_url}sources/{report.source_id}", report.read_at or 0
    if verdict is None:
        return Word(report.node_url, url, "unknown", (), False, read_at)
    outdated = bool(hash_) and verdict.hash != hash_
    return Word(report.node_url, url, verdict.verdict, verdict.reasons, outdated, read_at)


def read_due(node: Node, fetcher: Fetching | None = None) -> int:
    """Read the reports that are due; how many catalogues were asked."""
    boards = boards_of(node)
    with node.database.write() as tx:
        known = stored.every(tx)
        for url in known.keys() - set(boards):
            stored.forget(tx, url)
    due = [url for url in boards if url not in known or not 0 <= node.now - known[url].asked_at < EVERY_S]
    if not due:
        return 0
    from node.services.aggregating.polling import make_fetcher

    with nullcontext(fetcher) if fetcher is not None else make_fetcher(node) as client:
        clocks = OtherClocks(client, node.clock)
        asked = _read_all(node, clocks, due)
    other_clocks.keep(node, clocks)
    return asked


def boards_of(node: Node) -> list[str]:
    """Our city's catalogue, and those that follow our change feed and are no passers-by."""
    found = [city] if (city := _city(node)) else []
    for one in readers(node):
        lasting = one.last_at - one.first_at >= _KNOWN_FOR_S and node.now - one.last_at < QUIET_S
        if lasting and one.position >= 0:
            found.append(one.node_url)
    return list(dict.fromkeys(url for url in found if url != node.settings.url))[:MOST_BOARDS]


def _city(node: Node) -> str:
    """The address of our city's catalogue, with a slash at the end; empty where none is set."""
    own = str(node.settings.board_url)
    return own.rstrip("/") + "/" if own else ""


def _read_all(node: Node, fetcher: Fetching, due: list[str]) -> int:
    for url in due:
        _read(node, fetcher, url)
    return len(due)


def _read(node: Node, fetcher: Fetching, url: str) -> None:
    """Read one report, whole or not at all: what was known before stays where it cannot be read."""
    with node.database.read() as tx:
        before = stored.every(tx).get(url, BoardReport(url, None, 0))
    try:
        number = _number_at(node, fetcher, url)
        verdicts = list(_verdicts(fetcher, url, number)) if number is not None else []
    except ReportError as error:
        with node.database.write() as tx:
            stored.put(tx, replace(before, asked_at=node.now, problem=str(error)))
        return
    with node.database.write() as tx:
        own = _own(tx, verdicts)
        if url == _city(node):
            board_news.tell(tx, node, stored.of_board(tx, url), own)
        stored.replace(tx, url, own)
        stored.put(tx, BoardReport(url, number, node.now, node.now))


def _own(tx: Tx, verdicts: list[Verdict]) -> list[Verdict]:
    """Those about listings that are here: of anything else nobody asks."""
    ids = listings.known_ids(tx, [one.listing_id for one in verdicts])
    return list({one.listing_id: one for one in verdicts if one.listing_id in ids}.values())


def _number_at(node: Node, fetcher: Fetching, url: str) -> int | None:
    """Under which number a catalogue has us as a source; None where it does not."""
    told = _document(fetcher, f"{url}api/v1/sources").get("sources")
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict) and one.get("node") == node.settings.url:
            number = one.get("id")
            return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**53 else None
    return None


def _verdicts(fetcher: Fetching, url: str, number: int) -> Iterator[Verdict]:
    """Everything in a report, part by part."""
    after, seen = "", set()
    for _ in range(_MOST_PAGES):
        query = f"?after={quote(after, safe='')}" if after else ""
        document = _document(fetcher, f"{url}sources/{number}/report.json{query}")
        told = document.get("listings")
        if not isinstance(told, list):
            raise ReportError("its report names no listings")
        yield from (found for one in told if (found := _verdict(one, url)))
        following = document.get("next_after")
        if not isinstance(following, str) or not following or following in seen:
            return
        seen.add(following)
        after = following


def _verdict(told: Any, url: str) -> Verdict | None:
    if not isinstance(told, dict):
        return None
    id_, verdict, hash_ = (told.get(name) for name in ("id", "verdict", "hash"))
    if not (isinstance(id_, str) and isinstance(verdict, str) and verdict):
        return None
    return Verdict(
        id_,
        url,
        _clean(verdict, _LONGEST_CODE),
        _clean(hash_, _LONGEST_HASH) if isinstance(hash_, str) else "",
        tuple(_reasons(told.get("reasons"))),
    )


def _reasons(told: Any) -> Iterator[str]:
    for one in told[:_MOST_REASONS] if isinstance(told, list) else ():
        message = one.get("message") if isinstance(one, dict) else None
        if isinstance(message, str) and message.strip():
            yield _clean(message, _LONGEST_REASON)


def _clean(text: str, longest: int) -> str:
    """Words from elsewhere without what no database and no page takes."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:longest])
    return " ".join(plain.encode("utf-8", "replace").decode().split())


def _document(fetcher: Fetching, url: str) -> dict[str, Any]:
    from federation.fetch_error import FetchError
    from schemas.strict_json import loads

    try:
        answer = fetcher.get(url, accept="application/json")
        document = loads(answer.body) if answer.status == 200 else None
    except (FetchError, DocumentError) as error:
        raise ReportError(f"its report could not be read: {error}") from error
    if not isinstance(document, dict):
        raise ReportError(f"it has no report for us (status {answer.status})")
    return document
