"""Calendars elsewhere that say when something is taken: added by their address, read by the worker.

A calendar that cannot be read is a result with a code, shown at the desk; what it said when it last could be counts on.
Addresses of calendars are often secrets: they stand in no log and no message.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from federation.fetch_error import FetchError
from node.context import Node
from node.processes import spawned
from node.services.bookings import availability
from node.services.bookings.busy_reading import bound_memory, busy_spans
from node.services.bookings.keeping import CalendarError, known
from node.services.bookings.rules import MOST_AHEAD_DAYS
from node.storage import busy
from node.storage.busy import BusyCalendar
from schemas.errors import DocumentError, Problem
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.fetch import Answer, Fetcher

MOST_CALENDARS, MOST_BYTES, LONGEST_URL = 10, 2 * 2**20, 2000
EVERY_S, LONGEST_PAUSE_S, LEASE_S = 1800, 86_400, 300
READ_WHOLE_S = 7 * 86_400
"""Even one that is unchanged is read whole so often: its recurring events go on, and the time ahead moves."""
LONGEST_S = 20.0
ACCEPT = "text/calendar, */*;q=0.5"
_DAY_S = 86_400
_AHEAD_S = (MOST_AHEAD_DAYS + 8) * _DAY_S


class Reader(Protocol):
    """What turns the bytes of a calendar into spans; see `busy_spans`."""

    def __call__(self, body: bytes, first: int, last: int, zone_name: str, /) -> list[tuple[int, int]]: ...


def add(node: Node, key: str, organisation_id: str, url: str, unit: int | None = None) -> int:
    """Let the calendar at ``url`` keep a piece, or all, from being booked; it is read soon. Raises `CalendarError`."""
    address = _address(url, node.settings.allow_loopback)
    with node.database.write() as tx:
        kept = known(node, tx, key, organisation_id)
        if unit is not None and not 1 <= unit <= kept.rules.units:
            raise CalendarError(Problem("/unit", "no-unit", "There is no piece of that number."))
        others = busy.of(tx, kept.row.id)
        if any((one.url, one.unit) == (address, unit) for one in others):
            raise CalendarError(Problem("/url", "repeated", "This calendar is read already."))
        if len(others) >= MOST_CALENDARS:
            raise CalendarError(Problem("/url", "too-many", "These are as many calendars as can be read: ten."))
        return busy.add(tx, kept.row.id, unit, address, node.now)


def remove(node: Node, key: str, organisation_id: str, busy_id: int) -> bool:
    """Read a calendar no more, and let what it said go; whether there was one of that number."""
    with node.database.write() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id
        gone = busy.remove(tx, busy_id, calendar_id)
    availability.follow(node, calendar_id)
    return gone


def of(node: Node, key: str, organisation_id: str) -> list[BusyCalendar]:
    """The calendars that are read for a listing's."""
    with node.database.read() as tx:
        return busy.of(tx, known(node, tx, key, organisation_id).row.id)


def _address(url: str, plain: bool) -> str:
    typed = url.strip()
    address = "https://" + typed[len("webcal://") :] if typed.lower().startswith("webcal://") else typed
    try:
        parts = urlsplit(address)
        schemes = ("https", "http") if plain else ("https",)
        good = parts.scheme in schemes and bool(parts.hostname) and not (parts.username or parts.password)
    except ValueError:
        good = False
    if not good or len(address) > LONGEST_URL or any(letter.isspace() for letter in address):
        message = "This must be the secure web address of a calendar, such as https://example.org/room.ics."
        raise CalendarError(Problem("/url", "bad-url", message))
    return address


def poll_due(node: Node, fetcher: Fetcher | None = None, read: Reader | None = None, most: int = 20) -> set[int]:
    """Read the calendars that are due; the listings' calendars for which that changed something."""
    touched: set[int] = set()
    for _ in range(most):
        with node.database.write() as tx:
            due = busy.claim(tx, node.now, node.now + LEASE_S)
        if due is None:
            break
        if fetcher is None:
            from node.services.aggregating.polling import make_fetcher

            fetcher = make_fetcher(node)
        if _poll(node, due, fetcher, read or read_apart):
            touched.add(due.calendar_id)
    return touched


@dataclass(frozen=True, slots=True)
class _Read:
    """What became of one: ``problem`` is a code or empty; ``spans`` None: they are what they were."""

    problem: str = ""
    spans: list[tuple[int, int]] | None = None
    etag: str | None = None
    last_modified: str | None = None


def _poll(node: Node, due: BusyCalendar, fetcher: Fetcher, read: Reader) -> bool:
    found, now = _read(node, due, fetcher, read), node.now
    failures = due.failures + 1 if found.problem else 0
    pause = min(EVERY_S * 2 ** min(failures, 10), LONGEST_PAUSE_S)
    values: dict[str, object] = {"polled_at": now, "problem": found.problem, "failures": failures}
    with node.database.write() as tx:
        if busy.by_id(tx, due.id) is None:
            return False  # It was taken away meanwhile.
        if not found.problem:
            values["good_at"] = now
        if found.spans is not None:
            busy.replace_spans(tx, due.id, found.spans)
            values.update(read_at=now, etag=found.etag, last_modified=found.last_modified, events=len(found.spans))
        busy.change(tx, due.id, next_poll_at=now + pause, **values)
    return found.spans is not None


def _read(node: Node, due: BusyCalendar, fetcher: Fetcher, read: Reader) -> _Read:
    fresh = due.read_at is not None and due.read_at > node.now - READ_WHOLE_S
    etag, since = (due.etag, due.last_modified) if fresh else (None, None)
    try:
        answer = fetcher.get(due.url, accept=ACCEPT, etag=etag, last_modified=since, max_bytes=MOST_BYTES)
    except FetchError as error:
        return _Read(error.code)
    if answer.status == 304 and fresh:
        return _Read()
    if answer.status != 200:
        return _Read(_refusal(answer))
    try:
        spans = read(answer.body, node.now - _DAY_S, node.now + _AHEAD_S, node.settings.timezone)
    except DocumentError as error:
        return _Read(error.problems[0].code)
    return _Read("", spans, answer.etag, answer.last_modified)


def _refusal(answer: Answer) -> str:
    if answer.status in (404, 410):
        return "gone"
    return "not-allowed" if answer.status in (401, 403) else "bad-answer"


def read_apart(
    body: bytes, first: int, last: int, zone_name: str, /, longest_s: float = LONGEST_S
) -> list[tuple[int, int]]:
    """`busy_spans` in a process of its own, which is ended with whatever it does after ``longest_s`` seconds.

    Raises `DocumentError`, with the code ``too-costly`` where it took too long or too much.
    """
    pool = spawned(1)
    try:
        pool.submit(bound_memory).result(timeout=longest_s)
        return pool.submit(busy_spans, body, first, last, zone_name).result(timeout=longest_s)
    except (FutureTimeoutError, BrokenExecutor, MemoryError) as error:
        raise DocumentError.of("too-costly", "Reading this calendar took too long or too much memory.") from error
    finally:
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
