"""Is everything working? Each part of a node is looked at: what state it is in, and what is known of it.

Looking changes nothing but one row by which it is tried whether the database takes what is written. Nobody elsewhere is
asked: what needs the network is done by the worker, once an hour, and what it met is read here.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from node.context import Node
from node.services.backup import backups
from node.services.configuration import keys
from node.services.health import certificate, other_clocks
from node.services.mail import postman
from node.services.mail.mail_settings import smtp_password
from node.services.syndication.feed_readers import readers
from node.settings import LEAST_SECRET, SECRET_FILE, SettingError
from node.storage import copying, heartbeats, measured, messages, migrate, outbox, troubles
from node.storage.engine import BUSY, FULL, READ_ONLY, StorageError
from node.storage.measured import Reading
from schemas.errors import DocumentError, SharefeedError
from schemas.records import dataclass

OK, LOOK, BROKEN = "ok", "look", "broken"
STATES = (OK, LOOK, BROKEN)
WORK, TASKS, ADDRESS, BACKUP, PROBE = "worker", "tasks", "address", "backup", "probe"
"""Names of heartbeats: of the worker, of tasks that keep failing, of the look at our own address, of the day's backup,
of a look at the database."""
BEAT_EVERY_S, SILENT_S = 30, 240
HOUR_S, DAY_S = 3600, 86_400
MB = 1_000_000
LITTLE_BYTES, NO_BYTES = 1_000 * MB, 200 * MB
SLOW_S, PATIENCE_S = 2.0, 4
"""How long the database may make us wait before that is slow, and how long before it is said not to let us in."""
SKEW_S, FAR_OFF_S = 120, 600
CERTIFICATE_SOON_S = 14 * DAY_S
FILLS_SOON_DAYS = 14
DISK = "disk-free"
"""Name of the readings of how many bytes are free where the node keeps its things, one a day."""
FAR_BEHIND = 1000
MAIL_STUCK_S = 4 * HOUR_S
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part. ``reason`` says which case of its state it is, ``values`` belong into the words.

    ``since`` is the moment to which the words refer, in seconds since 1970: the last backup, the last mail.
    ``amiss_since`` is when it was first found not to be well.
    """

    code: str
    state: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    since: int | None = None
    amiss_since: int | None = None


def look(node: Node, only: Collection[str] = ()) -> list[Finding]:
    """What is found of every part, or of those with these codes, in the order in which they depend on each other."""
    found = [_looked(node, code, check) for code, check in CHECKS.items() if not only or code in only]
    try:
        with node.database.read() as tx:
            known = troubles.every(tx)
    except StorageError:
        known = {}
    return [
        replace(one, amiss_since=known[one.code].since) if one.state != OK and one.code in known else one
        for one in found
    ]


def count_broken(node: Node) -> int:
    """How many parts were broken when the worker looked last: cheap enough for every page."""
    with node.database.read() as tx:
        return sum(one.state == BROKEN for one in troubles.every(tx).values())


def worst(findings: Collection[Finding]) -> str:
    """The state of the whole: that of its worst part."""
    return max((one.state for one in findings), key=STATES.index, default=OK)


def _looked(node: Node, code: str, check: Callable[[Node], Finding]) -> Finding:
    try:
        return check(node)
    except (SharefeedError, OSError) as error:
        # A part that cannot be looked at is not well, and must not keep the others from being seen.
        return Finding(code, BROKEN, "unseen", {"problem": str(error)})


def _database(node: Node) -> Finding:
    version = migrate.revision(node.database)
    if version != migrate.HEAD:
        newer = version is not None and version > migrate.HEAD
        return Finding("database", BROKEN, "newer" if newer else "old")
    begun = time.monotonic()
    try:
        with node.database.write(PATIENCE_S) as tx:
            heartbeats.beat(tx, PROBE, node.now)
    except StorageError as error:
        reason = error.reason if error.reason in (BUSY, FULL, READ_ONLY) else "unwritable"
        return Finding("database", BROKEN, reason, {"problem": str(error), "seconds": PATIENCE_S})
    except OSError as error:
        return Finding("database", BROKEN, "unwritable", {"problem": str(error)})
    waited = time.monotonic() - begun
    return Finding("database", LOOK, "slow", {"seconds": round(waited)}) if waited > SLOW_S else _ok("database")


def _worker(node: Node) -> Finding:
    with node.database.read() as tx:
        beat = heartbeats.by_name(tx, WORK)
        failing = heartbeats.by_name(tx, TASKS)
    if beat is None:
        return Finding("worker", BROKEN, "never")
    if node.now - beat.at > SILENT_S:
        return Finding("worker", BROKEN, "silent", since=beat.at)
    # What no worker has said again for a while is over.
    if failing and failing.problem and 0 <= node.now - failing.at <= SILENT_S:
        return Finding("worker", BROKEN, "failing", {"problem": failing.problem}, since=failing.at)
    return _ok("worker", since=beat.at)


def _clock(node: Node) -> Finding:
    with node.database.read() as tx:
        beat = heartbeats.by_name(tx, WORK)
    made = backups.found(backups.folder_of(node.settings))
    latest = max([beat.at if beat else 0, made[0].made_at if made else 0])
    if latest > node.now + SKEW_S:
        return Finding("clock", BROKEN, "behind", {"minutes": _minutes(latest - node.now)}, since=latest)
    if beat and beat.moved_at is not None and node.now - beat.moved_at < DAY_S:
        return Finding("clock", LOOK, "moved", {"minutes": _minutes(beat.moved_s or 0)}, since=beat.moved_at)
    return _against_others(node)


def _against_others(node: Node) -> Finding:
    """The clock beside those of other sites, where some were read within the last two days."""
    with node.database.read() as tx:
        off, asked = measured.latest(tx, other_clocks.OFF), measured.latest(tx, other_clocks.ASKED)
    if off is None or asked is None or not 0 <= node.now - off.at < 2 * DAY_S or abs(off.value) <= SKEW_S:
        return _ok("clock")
    values = {"minutes": _minutes(abs(off.value)), "count": asked.value}
    if asked.value < other_clocks.LEAST_SITES:
        return Finding("clock", LOOK, "doubted", values, since=off.at)
    reason = "ahead" if off.value > 0 else "late"
    return Finding("clock", BROKEN if abs(off.value) > FAR_OFF_S else LOOK, reason, values, since=off.at)


def _minutes(seconds: int) -> int:
    return max(1, round(seconds / 60))


def _certificate(node: Node) -> Finding:
    if not node.settings.url.startswith("https:"):
        return Finding("certificate", OK, "none")
    span = certificate.known(node)
    if span is None:
        return Finding("certificate", OK, "unknown")
    left = span.ends - node.now
    values = {"days": max(0, left // DAY_S)}
    if left <= 0:
        return Finding("certificate", BROKEN, "over", values, since=span.ends)
    # Where they are renewed by themselves, that is done when a third of their time is left.
    soon = min(CERTIFICATE_SOON_S, (span.ends - span.begins) // 6)
    if left < soon:
        return Finding("certificate", BROKEN if left < soon // 3 else LOOK, "soon", values)
    return _ok("certificate", values)


def _disk(node: Node) -> Finding:
    free = {folder: backups.free_bytes(folder) for folder in (node.settings.home, backups.folder_of(node.settings))}
    least = min(free, key=lambda folder: free[folder])
    values = {"megabytes": free[least] // MB, "folder": str(least)}
    if free[least] < NO_BYTES:
        return Finding("disk", BROKEN, "full", values)
    if free[least] < LITTLE_BYTES:
        return Finding("disk", LOOK, "low", values)
    with node.database.read() as tx:
        days = days_left(measured.every(tx, DISK), backups.free_bytes(node.settings.home), node.now)
    if days is not None and days < FILLS_SOON_DAYS:
        return Finding("disk", LOOK, "filling", {**values, "folder": str(node.settings.home), "days": days})
    return _ok("disk", values)


def days_left(readings: Sequence[Reading], free: int, now: int) -> int | None:
    """In how many days the disk is full if it goes on as it did since the oldest reading; None where it does not fill.

    Three days are the least from which anything can be told.
    """
    oldest = readings[0] if readings else None
    if oldest is None or now - oldest.at < 3 * DAY_S or oldest.value <= free:
        return None
    per_day = (oldest.value - free) * DAY_S / (now - oldest.at)
    return int(max(0, free - NO_BYTES) / per_day)


def _backup(node: Node) -> Finding:
    if not backups.are_regular(node.settings):
        return Finding("backup", LOOK, "off")
    folder = backups.folder_of(node.settings)
    made = backups.found(folder)
    values = {"folder": str(folder)}
    if not made:
        return Finding("backup", LOOK, "none", values)
    newest = made[0]
    if not _is_archive(newest.path):
        return Finding("backup", BROKEN, "unreadable", {"file": newest.path.name, **values}, since=newest.made_at)
    if node.now - newest.made_at > 2 * DAY_S:
        return Finding("backup", BROKEN, "old", values, since=newest.made_at)
    with node.database.read() as tx:
        last = heartbeats.by_name(tx, BACKUP)
    if last and last.problem and last.at > newest.made_at:
        return Finding("backup", LOOK, "failed", {"problem": last.problem}, since=newest.made_at)
    return _ok("backup", {"kept": len(made), "megabytes": max(1, newest.size // MB)}, newest.made_at)


def _is_archive(path: Path) -> bool:
    """Whether it can be read and begins and ends as a whole gzip file does; all of it is checked by restoring it."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b" and path.stat().st_size > 100
    except OSError:
        return False


def _mail(node: Node) -> Finding:
    settings = node.settings
    if settings.mail_capture:
        return Finding("mail", LOOK, "captured")
    if not settings.smtp_host:
        return Finding("mail", LOOK, "off")
    try:
        if settings.smtp_user:
            smtp_password(settings)
    except SettingError as error:
        return Finding("mail", BROKEN, "no-password", {"problem": str(error)})
    post = postman.how_it_is(node)
    with node.database.read() as tx:
        sent, waiting, oldest = outbox.last_sent(tx), outbox.count(tx, outbox.WAITING), outbox.oldest_try(tx)
        knocked = heartbeats.by_name(tx, postman.KNOCK)
    values = {"waiting": waiting, "problem": post.problem}
    if post.late and oldest is not None and node.now - oldest > MAIL_STUCK_S:
        return Finding("mail", BROKEN, "stuck", values, since=oldest)
    if post.late:
        return Finding("mail", LOOK, "late", values, since=sent)
    if knocked and knocked.problem and knocked.at > (sent or 0):
        return Finding("mail", LOOK, "away", {"problem": knocked.problem}, since=knocked.at)
    if post.failed:
        return Finding("mail", LOOK, "failed", {**values, "failed": post.failed}, since=sent)
    return _ok("mail", {"waiting": waiting}, sent)


def _messages(node: Node) -> Finding:
    with node.database.read() as tx:
        found = messages.standing(tx, node.now - 14 * DAY_S)
    values = {"late": found.late, "failed": found.failed, "who": ", ".join(found.nodes), "problem": found.problem}
    if found.late and found.oldest is not None and node.now - found.oldest > DAY_S:
        return Finding("messages", BROKEN, "stuck", values, since=found.oldest)
    if found.late:
        return Finding("messages", LOOK, "late", values, since=found.oldest)
    return Finding("messages", LOOK, "failed", values) if found.failed else _ok("messages")


def _feed(node: Node) -> Finding:
    from node.services.configuration.setup import check_described
    from node.services.syndication.feeds import FeedCache, changes

    try:
        check_described(node.settings)
        body = changes(node, None, FeedCache()).body
        # To the end of the hour: before its beginning, what was just renewed would end too late.
        listings, problem = _judged(body, node.settings.url, -(-node.now // HOUR_S) * HOUR_S)
    except (DocumentError, SettingError) as error:
        return Finding("feed", BROKEN, "unreadable", {"problem": str(error)})
    return Finding("feed", LOOK, "faulty", {"problem": problem}) if problem else _ok("feed", {"listings": listings})


@lru_cache(maxsize=2)
def _judged(body: bytes, url: str, now: int) -> tuple[int, str]:
    """How many listings a page of our feed has, and the first fault; the same page is judged once an hour."""
    from federation.reading import Context, read_page
    from schemas import json_feed

    page = read_page(body, json_feed.MEDIA_TYPE, Context(url, now, url=url))
    problems = [*page.outside, *(problem for item in page.items for problem in item.problems)]
    return len(page.items), str(problems[0]) if problems else ""


def _address(node: Node) -> Finding:
    with node.database.read() as tx:
        beat = heartbeats.by_name(tx, ADDRESS)
    values = {"address": node.settings.url}
    if beat is None:
        return Finding("address", OK, "unknown", values)
    if beat.problem:
        return Finding("address", BROKEN, "unreachable", {**values, "problem": beat.problem}, since=beat.at)
    return _ok("address", values, beat.at)


def _readers(node: Node) -> Finding:
    found = readers(node)
    if not found:
        return Finding("readers", OK, "none")
    quiet = node.now - found[0].last_at > 7 * DAY_S
    values = {"count": len(found), "who": found[0].node_url}
    return Finding("readers", LOOK if quiet else OK, "quiet" if quiet else "ok", values, since=found[0].last_at)


def _search(node: Node) -> Finding:
    if not node.settings.aggregate:
        return Finding("search", OK, "none")
    from node.search.index import read_state
    from node.services.moderation.controlling import changes_behind

    if read_state(node.settings.home) is None:
        return Finding("search", LOOK, "building")
    behind = changes_behind(node)
    return Finding("search", LOOK, "behind", {"count": behind}) if behind > FAR_BEHIND else _ok("search")


def _photos(_node: Node) -> Finding:
    missing = [name for name in ("PIL", "pillow_heif") if find_spec(name) is None]
    return Finding("photos", BROKEN, "missing", {"problem": ", ".join(missing)}) if missing else _ok("photos")


def _secrets(node: Node) -> Finding:
    path = node.settings.home / SECRET_FILE
    if not path.exists():
        return Finding("secrets", BROKEN, "missing", {"file": str(path)})
    if path.stat().st_mode & _OTHERS:
        return Finding("secrets", BROKEN, "open", {"file": str(path)})
    if path.stat().st_size < LEAST_SECRET:
        return Finding("secrets", BROKEN, "short", {"file": str(path)})
    try:
        keys.own(node)
    except SharefeedError as error:
        return Finding("secrets", BROKEN, "key", {"problem": str(error)})
    seen = _database_for_all(node)
    return Finding("secrets", LOOK, "names", {"file": str(seen)}) if seen else _ok("secrets")


def _database_for_all(node: Node) -> Path | None:
    """The file of the database, where others on this machine may read it."""
    if not node.database.is_sqlite:
        return None
    file = copying.sqlite_file(node.database.url)
    reached = file.parent.stat().st_mode & _OTHERS
    return file if reached and file.stat().st_mode & _OTHERS else None


def _ok(code: str, values: Mapping[str, Any] | None = None, since: int | None = None) -> Finding:
    return Finding(code, OK, "ok", values or {}, since)


CHECKS: Mapping[str, Callable[[Node], Finding]] = {
    "database": _database,
    "worker": _worker,
    "disk": _disk,
    "backup": _backup,
    "feed": _feed,
    "address": _address,
    "certificate": _certificate,
    "readers": _readers,
    "mail": _mail,
    "messages": _messages,
    "search": _search,
    "clock": _clock,
    "photos": _photos,
    "secrets": _secrets,
}
FOR_OWNERS = ("database", "feed", "readers", "mail", "messages")
"""What concerns an organisation's owner, such as that nothing can be kept; the rest is for whoever runs the node."""
