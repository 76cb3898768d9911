"""What visitors say is wrong with a listing that is shown, and the operator's answer: it stays, or it is taken down.

A report hides nothing by itself, or anyone could empty the board. What is reported is about what is shown: when a
listing goes, its reports are answered.
"""

from __future__ import annotations

from federation.settle import settle
from node.context import Node
from node.services.limits.strangers import FormError, FormLimitError, mail_problems, sender_of, text_problems
from node.services.moderation import decisions
from node.services.moderation.decisions import ModerationError
from node.storage import catalogue, mirror, sources
from node.storage import listings as own
from node.storage import reports as stored
from node.storage.catalogue import Shown
from node.storage.engine import Tx
from node.storage.ledger import StoredLedger
from node.storage.reports import KEPT, TAKEN_DOWN, WAITING, Report
from schemas.errors import Problem
from schemas.records import dataclass

REASONS = ("gone", "wrong", "not_free", "unsafe", "personal", "other")
AN_HOUR, MOST_WAITING, MOST_OF_ONE = 5, 500, 20
HOUR_S, DAY_S = 3600, 86_400
FORGET_PEOPLE_S = 30 * DAY_S
_LIMITS = {"words": 2000, "email": 254}
_MOST_ROUTES = 20


class ReportError(FormError):
    """A report that cannot be kept."""


class ReportLimitError(FormLimitError, ReportError):
    """Too many reports, from one address or in all."""


@dataclass(frozen=True, slots=True)
class ReportedListing:
    """A listing that is shown and reported; ``source_name`` is None where it was written here.

    ``reports`` are the oldest of them, ``count`` says how many there are, ``since`` when the first came, in seconds.
    """

    shown: Shown
    source_name: str | None
    reports: tuple[Report, ...]
    count: int
    since: int


def report(node: Node, listing_id: str, *, reason: str, words: str, email: str, from_address: str) -> Report:
    """Keep what somebody says of a listing; who says it again while that waits has said it once.

    ``from_address`` is the network address of the request, kept as a keyed hash for a day. Raises `ReportError`, and
    `ReportLimitError` where there are too many.
    """
    words, email = words.strip(), email.strip()
    _check(reason, words, email)
    sender = sender_of(node, "report", from_address)
    fresh = Report(0, listing_id, reason, words, email, sender, WAITING, node.now, None)
    with node.database.write() as tx:
        there = stored.waiting_from(tx, listing_id, sender)
        if there is not None:
            return there
        if stored.count_from(tx, sender, node.now - HOUR_S) >= AN_HOUR:
            message = f"There were {AN_HOUR} reports from this connection within an hour. Please try again later."
            raise ReportLimitError(Problem("", "too-many-from-here", message), HOUR_S)
        if stored.count_all_waiting(tx) >= MOST_WAITING:
            message = "So many reports wait at the moment that no more are taken. Please try again tomorrow."
            raise ReportLimitError(Problem("", "too-many-waiting", message), DAY_S)
        return stored.add(tx, fresh)


def _check(reason: str, words: str, email: str) -> None:
    problems: list[Problem] = []
    if reason not in REASONS:
        problems.append(Problem("/reason", "not-a-choice", "Choose what is wrong with it."))
    for field, text in (("words", words), ("email", email)):
        problems += text_problems(field, text, _LIMITS[field])
    if reason == "other" and not words:
        problems.append(Problem("/words", "missing", "Say in a few words what is wrong."))
    if problems := problems or mail_problems("email", email):
        raise ReportError(problems)


def waiting(node: Node, limit: int = 50, offset: int = 0) -> list[ReportedListing]:
    """Reported listings that are shown, the longest waiting first."""
    with node.database.read() as tx:
        open_ones = stored.waiting(tx, limit, offset)
        shown = catalogue.by_ids(tx, [one.listing_id for one in open_ones])
        names = {source.id: source.name for source in sources.every(tx)}
        said = {one.listing_id: tuple(stored.of_listing(tx, one.listing_id, MOST_OF_ONE)) for one in open_ones}
    return [
        _listing(shown[one.listing_id], names, said[one.listing_id], one.reports)
        for one in open_ones
        if one.listing_id in shown
    ]


def waiting_one(node: Node, listing_id: str) -> ReportedListing:
    """One reported listing. Raises `ModerationError` when it is not shown any more, or its reports are answered."""
    with node.database.read() as tx:
        shown = catalogue.by_ids(tx, [listing_id]).get(listing_id)
        names = {source.id: source.name for source in sources.every(tx)}
        said = tuple(stored.of_listing(tx, listing_id, MOST_WAITING))
    if shown is None or not said:
        raise ModerationError("This listing waits no more: it is gone from the board, or the word was given.")
    return _listing(shown, names, said, len(said))


def id_of(node: Node, named: str) -> str:
    """The id of a listing that is shown, by its id, its key or its page here; else ``named`` itself."""
    key = named.rstrip("/").rpartition("/")[2]
    with node.database.read() as tx:
        if named in catalogue.by_ids(tx, [named]):
            return named
        shown = catalogue.by_key(tx, key) if named in (key, f"{node.settings.url}listings/{key}") else None
    return shown.entry.id if shown else named


def _listing(shown: Shown, names: dict[int, str], said: tuple[Report, ...], count: int) -> ReportedListing:
    source_id = shown.entry.source_id
    name = None if source_id is None else names.get(source_id)
    return ReportedListing(shown, name, said, count, said[0].reported_at)


def count_waiting(node: Node) -> int:
    """How many listings are shown and reported."""
    with node.database.read() as tx:
        return stored.count_waiting(tx)


def keep(node: Node, listing_id: str) -> None:
    """Let a reported listing stay. Raises `ModerationError` when there is nothing to answer any more."""
    with node.database.write() as tx:
        _give(tx, node, listing_id, KEPT)
        if not stored.decide(tx, listing_id, KEPT, node.now):
            raise ModerationError("No report of this listing waits for an answer. Nothing was changed.")


def take_down(node: Node, listing_id: str, reason: str) -> None:
    """Show a listing no more, on whatever way it comes; its node reads ``reason`` in its report.

    Raises `ModerationError` without a reason, and when its node changes it at this moment. What a person said and who
    it was stays here.
    """
    if not reason.strip():
        raise ModerationError("Give a reason: the listing's node reads it in its report.")
    waiting_one(node, listing_id)
    for _ in range(_MOST_ROUTES):
        with node.database.read() as tx:
            shown = catalogue.by_ids(tx, [listing_id]).get(listing_id)
        if shown is None:
            break
        _take_down(node, shown, reason)
    with node.database.write() as tx:
        _give(tx, node, listing_id, TAKEN_DOWN, reason.strip())
        stored.decide(tx, listing_id, TAKEN_DOWN, node.now)


def _give(tx: Tx, node: Node, listing_id: str, ruling: str, reason: str = "") -> None:
    """Keep the word where the listing was written here, and tell those who look after it."""
    row, about = own.by_id(tx, listing_id), stored.of_listing(tx, listing_id, MOST_WAITING)
    if row is not None and about:
        from node.services.moderation.own_words import give

        give(tx, node, row, ruling, reason, about)


def _take_down(node: Node, shown: Shown, reason: str) -> None:
    """Take away what is shown of one listing now; another source's copy may then come forward."""
    source_id, listing_id = shown.entry.source_id, shown.entry.id
    if source_id is None:
        from node.services.listings.publishing import withdraw

        withdraw(node, shown.entry.key, "removed")
        return
    with node.database.read() as tx:
        is_sent = listing_id in mirror.known(tx, source_id, [listing_id])
    if is_sent:
        decisions.refuse(node, source_id, listing_id, reason)
        return
    with node.database.write() as tx:
        # Its node has removed it already, and the removal waits for a word: this is the word.
        ledger = StoredLedger(tx)
        ledger.forget_withdrawn(source_id, [listing_id])
        settle(ledger, [listing_id], node.settings.url, node.now)


def tidy(node: Node) -> None:
    """Answer reports of what is gone, and forget who sent them: addresses a day, words a month after the answer."""
    with node.database.write() as tx:
        stored.close_gone(tx, node.now)
        stored.forget_people(tx, node.now - DAY_S, node.now - FORGET_PEOPLE_S)
