"""The log of who did what, made so that tampering shows.

Each entry holds a keyed hash (HMAC-SHA256 with the node's secret) of itself and of the hash before it. Whoever changes,
removes or adds an entry in the database alone cannot make the hashes fit again; a log that was cut at its end, or put
back whole from a copy, shows by a hash that was noted elsewhere. Whoever has the database and the secret file can
write a log anew: against that nothing on the same machine helps.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from node.context import Node
from node.storage import audit as stored
from node.storage.accounts import Account
from node.storage.audit import BEGINNING, Entry
from node.storage.engine import Tx
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from node.services.members import Member

LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Who:
    """Who did something: an account, or with ``account_id`` None the command line or the node itself."""

    account_id: str | None
    name: str


COMMAND_LINE = Who(None, "command line")


class AuditError(SharefeedError):
    """The log is not what was written. ``position`` is the first entry that does not fit."""

    def __init__(self, position: int, message: str) -> None:
        self.position = position
        super().__init__(message)


def by(person: Account | Member) -> Who:
    """The person as the log names them."""
    return Who(person.id if isinstance(person, Account) else person.account_id, f"{person.name} ({person.email})")


def record(tx: Tx, node: Node, who: Who, action: str, subject: str = "", organisation_id: str | None = None) -> None:
    """Add an entry in the transaction of what it is about. ``action`` is a code of `node.web.code_words.AUDIT`."""
    position, before = stored.end(tx, lock=True)
    entry = Entry(
        position + 1,
        node.now,
        organisation_id,
        who.account_id,
        who.name,
        action,
        subject.encode("utf-8", "replace").decode()[:LONGEST_SUBJECT],
        before,
        "",
    )
    stored.add(tx, replace(entry, hash=_hash(node, entry)))


@dataclass(frozen=True, slots=True)
class Checked:
    """A log that is whole: how many entries it has, and the hash of the last, to be noted elsewhere."""

    entries: int
    end: str


def verify(node: Node, known: str = "") -> Checked:
    """Read the whole log and compare every hash. Raises `AuditError`.

    ``known`` is a hash that an earlier check gave: it must be the end of an entry, else the log was cut or put back.
    """
    before, count, seen = BEGINNING, 0, not known or known == BEGINNING
    with node.database.read() as tx:
        for entry in stored.every(tx):
            count += 1
            if entry.position != count:
                raise AuditError(count, f"Entry {count} is missing. What stands before it is as it was written.")
            if entry.before != before or not is_whole(node, entry):
                raise AuditError(count, f"Entry {count} is not as it was written. What stands before it is.")
            before = entry.hash
            seen = seen or before == known
        position, end = stored.end(tx)
    if (position, end) != (count, before):
        raise AuditError(count + 1, f"The log ends after entry {count}, but {position} were written.")
    if not seen:
        raise AuditError(
            count + 1, "No entry has the hash that you know of: entries are missing, or all were replaced."
        )
    return Checked(count, before)


def is_whole(node: Node, entry: Entry) -> bool:
    """Whether an entry by itself is as it was written."""
    return hmac.compare_digest(_hash(node, entry), entry.hash)


def _hash(node: Node, entry: Entry) -> str:
    told = [getattr(entry, name) for name in Entry.__slots__ if name != "hash"]
    key = hmac.new(node.settings.secret(), b"audit log", hashlib.sha256).digest()
    return hmac.new(key, orjson.dumps(told), hashlib.sha256).hexdigest()


def of_organisation(node: Node, organisation_id: str, limit: int, skip: int = 0) -> tuple[list[Entry], int]:
    """Entries about one organisation, the newest first, and how many there are in all."""
    with node.database.read() as tx:
        return stored.newest(tx, organisation_id, limit, skip), stored.count(tx, organisation_id)
