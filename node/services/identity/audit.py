"""The log of who did what, made so that tampering shows.

Each entry holds a keyed hash (HMAC-SHA256 with the node's secret) of itself and of the hash before it. Whoever changes,
removes or adds an entry in the database alone cannot make the hashes fit again; a log that was cut at its end, or put
back whole from a copy, shows by a hash that was noted elsewhere. Whoever has the database and the secret file can
write a log anew: against that nothing on the same machine helps.

Names and addresses of people stand beside the hashes, which hold only digests of them, made with a key of each person's
own. When an account goes, its names and its key are taken out of the log, and the hashes still fit: nobody can tell any
more who it was, and nobody can take out a name of whose account the log does not say that it was closed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from node.context import Node
from node.storage import accounts
from node.storage import audit as stored
from node.storage.accounts import Account
from node.storage.audit import BEGINNING, Entry
from node.storage.engine import Tx
from schemas.errors import SharefeedError
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.identity.members import Member

LONGEST_SUBJECT = 300
NAME_ERASED = "name-erased"
CLOSING = ("account-closed", "account-removed", NAME_ERASED)
"""What an entry says of the id that it is about when that is gone, and its names with it."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who did something: an account, or with ``account_id`` None the command line or the node itself."""

    account_id: str | None
    name: str


COMMAND_LINE = Who(None, "command line")
THE_NODE = Who(None, "the node")


class AuditError(SharefeedError):
    """The log is not what was written. ``position`` is the first entry that does not fit."""

    def __init__(self, position: int, message: str) -> None:
        self.position = position
        super().__init__(message)


def by(person: Account | Member) -> Who:
    """The person as the log names them."""
    return Who(person.id if isinstance(person, Account) else person.account_id, f"{person.name} ({person.email})")


def record(
    tx: Tx,
    node: Node,
    who: Who,
    action: str,
    subject: str = "",
    organisation_id: str | None = None,
    *,
    about: str | None = None,
) -> None:
    """Add an entry in the transaction of what it is about. ``action`` is a code of `node.web.wording.code_words.AUDIT`.

    ``about`` says whose name stands in the subject: an account's id, or what `named` gave.
    """
    position, before = stored.end(tx, lock=True)
    text = subject.encode("utf-8", "replace").decode()[:LONGEST_SUBJECT]
    keys = _keys(tx, who.account_id, about)
    entry = Entry(
        position + 1,
        node.now,
        organisation_id,
        who.account_id,
        who.name,
        action,
        about,
        text,
        _digest(node, keys, who.account_id, "who", who.name),
        _digest(node, keys, about, "subject", text),
        before,
        "",
    )
    stored.add(tx, replace(entry, hash=_hash(node, entry)))


def named(tx: Tx, email: str) -> str:
    """Who is meant by an address in the log, whether or not it has an account."""
    account = accounts.by_email(tx, email)
    if account is not None:
        return account.id
    address = accounts.key_of(email)
    stored.end(tx, lock=True)
    found = stored.id_of(tx, address)
    if found is None:
        found = secrets.token_hex(8)
        stored.add_name(tx, found, secrets.token_hex(32), address)
    return found


def adopt(tx: Tx, email: str, account_id: str) -> None:
    """An address that was named before is this account's: when that goes, so do all its names."""
    stored.adopt(tx, accounts.key_of(email), account_id)


def erase(tx: Tx, node: Node, account: Account, who: Who) -> None:
    """Take the name and address of an account out of the log, after the entry that says that it is gone (`CLOSING`).

    What they did stays, with the account's id, and so do the digests of what was taken out. Nobody can compare those
    with a name any more: the key is gone, too.
    """
    others = stored.ids_of(tx, account.id)
    for one in others:
        record(tx, node, who, NAME_ERASED, about=one)
    stored.erase(tx, [account.id, *others])


def forget(tx: Tx, node: Node, before: int, but: Collection[str]) -> None:
    """Take addresses that no account came of out of the log, if nothing was said of them after ``before``.

    ``but`` are addresses that somebody still waits for, read after the end of the log was locked.
    """
    kept = {accounts.key_of(email) for email in but}
    gone = [one for one, address in stored.addresses(tx, before).items() if address not in kept]
    for one in gone:
        record(tx, node, THE_NODE, NAME_ERASED, about=one)
    stored.erase(tx, gone)


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
        names = _Names(node, stored.keys(tx))
        for entry in stored.every(tx):
            count += 1
            if entry.position != count:
                raise AuditError(count, f"Entry {count} is missing. What stands before it is as it was written.")
            if entry.before != before or not names.fit(entry):
                raise AuditError(count, f"Entry {count} is not as it was written. What stands before it is.")
            before = entry.hash
            seen = seen or before == known
        position, end = stored.end(tx)
    if (position, end) != (count, before):
        raise AuditError(count + 1, f"The log ends after entry {count}, but {position} were written.")
    if names.lost:
        raise AuditError(names.lost, f"A name was taken out of entry {names.lost}, and nobody closed that account.")
    if not seen:
        raise AuditError(
            count + 1, "No entry has the hash that you know of: entries are missing, or all were replaced."
        )
    return Checked(count, before)


class _Names:
    """The names in some entries: whether they are those that were written, or were taken out by those who may."""

    def __init__(self, node: Node, keys: Mapping[str, str]) -> None:
        self._node, self._keys = node, keys
        self._gone: dict[str, int] = {}
        self._closed: set[str] = set()

    @property
    def lost(self) -> int:
        """The first entry without a name whose account nobody closed; 0 without any."""
        return min((at for one, at in self._gone.items() if one not in self._closed), default=0)

    def forget(self) -> None:
        """Look at the next entry by itself."""
        self._gone.clear()

    def fit(self, entry: Entry) -> bool:
        """Whether an entry is as it was written, but for names that were taken out; those are noted."""
        if not hmac.compare_digest(_hash(self._node, entry), entry.hash):
            return False
        if entry.action in CLOSING and entry.about_id:
            self._closed.add(entry.about_id)
        told = (
            ("who", entry.account_id, entry.who, entry.who_digest),
            ("subject", entry.about_id, entry.subject, entry.subject_digest),
        )
        return all(self._fits(entry.position, *one) for one in told)

    def _fits(self, position: int, part: str, id_: str | None, text: str | None, digest: str) -> bool:
        if text is None:
            if id_ is not None:
                self._gone.setdefault(id_, position)
            return id_ is not None and id_ not in self._keys
        if id_ is not None and id_ not in self._keys:
            return False
        return hmac.compare_digest(_digest(self._node, self._keys, id_, part, text), digest)


def whole(node: Node, entries: Sequence[Entry]) -> set[int]:
    """The positions of those entries that, each by itself, are as they were written."""
    ids = {one for entry in entries for one in (entry.account_id, entry.about_id) if one}
    with node.database.read() as tx:
        names = _Names(node, stored.keys(tx, ids))
        for closing in stored.saying(tx, CLOSING, ids):
            names.fit(closing)
    found = set()
    for entry in entries:
        names.forget()
        if names.fit(entry) and not names.lost:
            found.add(entry.position)
    return found


def _keys(tx: Tx, *ids: str | None) -> Mapping[str, str]:
    """The keys of these ids; who has none yet gets one."""
    wanted = {one for one in ids if one}
    found = stored.keys(tx, wanted) if wanted else {}
    for one in wanted - found.keys():
        stored.add_name(tx, one, secrets.token_hex(32))
    return found if wanted <= found.keys() else stored.keys(tx, wanted)


def _digest(node: Node, keys: Mapping[str, str], id_: str | None, part: str, text: str) -> str:
    """What stands for a text in the hash of its entry: keyed by the person's own key, where it names one."""
    key = keys[id_].encode() if id_ else _log_key(node)
    return hmac.new(key, f"{part}\0{text}".encode(), hashlib.sha256).hexdigest()


def _hash(node: Node, entry: Entry) -> str:
    told = [getattr(entry, name) for name in Entry.__slots__ if name not in ("who", "subject", "hash")]
    return hmac.new(_log_key(node), orjson.dumps(told), hashlib.sha256).hexdigest()


def _log_key(node: Node) -> bytes:
    return hmac.new(node.settings.secret(), b"audit log", hashlib.sha256).digest()


def of_organisation(node: Node, organisation_id: str, limit: int, skip: int = 0) -> tuple[list[Entry], int]:
    """Entries about one organisation, the newest first, and how many there are in all."""
    with node.database.read() as tx:
        return stored.newest(tx, organisation_id, limit, skip), stored.count(tx, organisation_id)
