"""Watching over the node: its pulse, a look at its own address, and a mail when something breaks and when it is over.

What is broken is told once, after two looks in a row have found it so, and once more when it is well again.
"""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from node.context import Node
from node.languages import translations
from node.services.backup import backups
from node.services.backup.backups import free_bytes
from node.services.health.checks import ADDRESS, BACKUP, BROKEN, DAY_S, DISK, OK, TASKS, WORK, Finding, look
from node.services.health.words import told
from node.services.mail.mail_settings import can_mail
from node.services.syndication.node_document import NODE_DOCUMENT_PATH
from node.storage import accounts, due_times, heartbeats, measured, troubles
from node.storage.engine import StorageError, Tx
from node.storage.measured import Reading
from node.storage.troubles import Trouble
from node.voices import Voice, later
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

LOOK_EVERY_S = 300
DISK_DAYS = 31
SURE_AFTER = 2
"""Looks in a row that find something broken before anybody is written to."""
TIMEOUT_S = 8.0
_MOST_BYTES = 1_000_000
_BROKEN = later("Something is broken at %(site)s: %(names)s")
_WELL = later("Well again at %(site)s: %(names)s")

log = logging.getLogger(__name__)

Ask = Callable[[str], bytes]


def beat(node: Node, failing: str = "") -> None:
    """The worker is alive, but for what of it is ``failing``.

    Where the clock was put back, what it left due too far ahead is due now.
    """
    with node.database.write() as tx:
        if heartbeats.beat(tx, WORK, node.now):
            due_times.pull_in(tx, node.now)
        if failing:
            heartbeats.beat(tx, TASKS, node.now, failing)


def back_up(node: Node) -> None:
    """Make the day's backup where it is due, and note what stood in its way.

    Raises `BackupError` and `StorageError`.
    """
    try:
        made = backups.make_due(node)
    except SharefeedError as error:
        with node.database.write() as tx:
            heartbeats.beat(tx, BACKUP, node.now, str(error))
        raise
    if made is not None:
        with node.database.write() as tx:
            heartbeats.beat(tx, BACKUP, node.now)


def ask_ourselves(node: Node, ask: Ask | None = None) -> None:
    """Ask for our node document by our own name, as everybody else has to, and note what became of it."""
    problem = _wrong_with(node, ask or _asked)
    if node.lines.are_ending():
        return  # it has ended itself what it was asking
    with node.database.write() as tx:
        heartbeats.beat(tx, ADDRESS, node.now, problem)


def _wrong_with(node: Node, ask: Ask) -> str:
    try:
        document = json.loads(ask(node.settings.url + NODE_DOCUMENT_PATH))
        found = document.get("id") if isinstance(document, dict) else None
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", "") or error) or type(error).__name__
    return "" if found == node.settings.url else "another site answers there"


def _asked(url: str) -> bytes:
    # Our own address, as the settings have it: no stranger chooses where this goes.
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310
        return bytes(answer.read(_MOST_BYTES))


class Watcher:
    """Looks again and again; where the database takes no note of what is broken, it says so past the database."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._unheard, self._said = 0, False

    def look(self) -> int:
        """Look at everything, as `watch` does; how many mails. Raises `StorageError` once that has been told."""
        try:
            told = watch(self._node)
        except StorageError:
            self._unheard += 1
            if self._unheard < SURE_AFTER or self._said:
                raise
            self._said = True
            self._cry(_BROKEN, [one for one in look(self._node) if one.state == BROKEN])
            raise
        if self._said:
            self._cry(_WELL, look(self._node, ["database"]))
        self._unheard, self._said = 0, False
        return told

    def _cry(self, subject: str, findings: Sequence[Finding]) -> None:
        from node.services.mail.postman import send_now

        node = self._node
        _log(subject, findings)
        if node.settings.health_mails and findings:
            send_now(node, [_letter(node, to, subject, findings) for to in _whom(node)])


def _whom(node: Node) -> list[tuple[str, str, str]]:
    try:
        with node.database.read() as tx:
            return _operators(tx, node)
    except StorageError:
        own, contact = node.settings.language, node.settings.contact_email
        return [("contact", contact, own)] if contact else []


def _log(subject: str, findings: Sequence[Finding]) -> None:
    """The same in the log, for who watches that."""
    for one in findings:
        said = told(one, str)
        if subject == _BROKEN:
            log.error("broken: %s: %s %s", said.name, said.what, said.next)
        else:
            log.warning("well again: %s", said.name)


def watch(node: Node) -> int:
    """Look at everything, note what is amiss, and write to who runs the node about what changed; how many mails."""
    _measure_disk(node)
    found = look(node)
    with node.database.write() as tx:
        before = troubles.every(tx)
        new = [one for one in found if _is_news(tx, node, one, before.get(one.code))]
        over = [one for one in found if one.state != BROKEN and _was_told(before.get(one.code))]
        _settle(tx, found, before)
        _log(_BROKEN, new)
        _log(_WELL, over)
        return _tell(tx, node, _BROKEN, new) + _tell(tx, node, _WELL, over)


def _measure_disk(node: Node) -> None:
    """Keep once a day how much room there is, so that it can be told in how many days there is none."""
    with node.database.read() as tx:
        last = measured.latest(tx, DISK)
    # A clock that was put back makes a gap below nothing: then it is measured as well.
    if last is not None and 0 <= node.now - last.at < DAY_S:
        return
    with node.database.write() as tx:
        measured.keep(tx, Reading(DISK, node.now, free_bytes(node.settings.home)), DISK_DAYS)


def _is_news(tx: Tx, node: Node, one: Finding, known: Trouble | None) -> bool:
    """Note a part that is not well; whether it is broken for sure, and nobody was written to yet."""
    if one.state == OK:
        return False
    same = known is not None and known.state == one.state
    trouble = replace(known, seen=known.seen + 1) if known and same else Trouble(one.code, one.state, node.now)
    if known is not None and not same:
        trouble = replace(trouble, told=known.told and one.state == BROKEN)
    news = one.state == BROKEN and trouble.seen >= SURE_AFTER and not trouble.told
    troubles.keep(tx, replace(trouble, told=trouble.told or news))
    return news


def _was_told(known: Trouble | None) -> bool:
    return known is not None and known.told


def _settle(tx: Tx, found: Sequence[Finding], before: dict[str, Trouble]) -> None:
    for one in found:
        if one.state == OK and one.code in before:
            troubles.over(tx, one.code)


def _tell(tx: Tx, node: Node, subject: str, findings: Sequence[Finding]) -> int:
    """One mail to each operator about all of it; none where mails are not wanted, or cannot be sent."""
    if not findings or not node.settings.health_mails or not can_mail(node.settings):
        return 0
    from node.services.mail.letters import MailError, post

    sent = 0
    for id_, address, language in _operators(tx, node):
        try:
            sent += post(tx, node, _letter(node, (id_, address, language), subject, findings))
        except MailError:
            continue
    return sent


def _operators(tx: Tx, node: Node) -> list[tuple[str, str, str]]:
    """Whom to write to, by what they are known and in which language: who runs the node, else the address it names."""
    own, contact = node.settings.language, node.settings.contact_email
    found = [(one.id, one.email, one.language or own) for one in accounts.every(tx) if one.operator]
    return found or ([("contact", contact, own)] if contact else [])


def _letter(node: Node, to: tuple[str, str, str], subject: str, findings: Sequence[Finding]) -> Letter:
    from node.services.mail.letters import Letter, render

    settings, (id_, address, language) = node.settings, to
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    parts = [told(one, voice.say) for one in findings]
    names = ", ".join(part.name for part in parts)
    text, html = render(
        settings,
        "health",
        language,
        site=settings.node_name,
        home_url=settings.url,
        parts=parts,
        link=f"{settings.url}desk/health",
    )
    key = f"health:{'broken' if subject == _BROKEN else 'well'}:{node.now}:{id_}"
    return Letter(address, voice.say(subject, site=settings.node_name, names=names), text, html, key, "health")
