"""The receipts of an export: halves that other nodes have signed, believed once their signers' own keys say so.

What stands in the file is nobody's word but that of the signatures, so a half is kept aside until the node that has
signed it was asked for its keys. They are not published here: each node publishes what it has signed itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from federation.chunks import chunked
from federation.receipts import Teller, judge
from node.context import Node
from node.services.moving.brought_files import Export
from node.services.moving.brought_stories import take_down
from node.services.receipts import matching
from node.storage import organisations, receipt_halves
from node.storage import peers as stored_peers
from node.storage.engine import Tx
from node.storage.peers import FORMER, PINNED
from node.storage.receipt_halves import KnownHalf
from schemas.errors import DocumentError, Problem
from schemas.exchange import OWNER
from schemas.receipt import LARGEST_HALF_BYTES, Half, load_half, not_signed
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.aggregating.peers import Client

MOST_RECEIPTS, MOST_SIGNERS = 200_000, 200
NOBODY_ANSWERS = Problem("/_sharefeed/signed_by", "no-answer", "The node that has signed this could not be asked.")
_AT_ONCE, _LONGEST_PROBLEM = 200, 500
_PATIENCE_S = 30 * 86_400
_FIRST = ("", "", "")


class Remarks(Protocol):
    def remark(self, words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """How many halves were found to be their signers' own, how many not, and whose signers could not be asked."""

    good: int = 0
    bad: int = 0
    unasked: tuple[str, ...] = ()


def bring_receipts(node: Node, tx: Tx, export: Export, organisation_id: str, remarks: Remarks) -> int:
    """Keep the halves that speak of this organisation, unchecked; how many were not known here."""
    latest = datetime.fromtimestamp(node.now, UTC).date() + timedelta(days=1)
    number = left_out = 0
    for lines in chunked(export.lines("receipts.ndjson")):
        found: dict[tuple[str, str, str], KnownHalf] = {}
        for item in lines:
            half = _half(item)
            if half is None or not _may_come(node, half, organisation_id) or half.ended > latest:
                left_out += 1
                continue
            text = orjson.dumps(item).decode()
            name = half.exchange, half.side, half.signed_by
            found[name] = KnownHalf(*name, text, verified=False, changed_at=node.now)
        known = receipt_halves.of_exchanges(tx, {one.exchange for one in found.values()})
        here = {(one.exchange, one.side, one.signed_by) for some in known.values() for one in some}
        fresh = [one for name, one in found.items() if name not in here]
        receipt_halves.put(tx, fresh)
        number += len(fresh)
        if number > MOST_RECEIPTS:
            remarks.remark(f"Of the receipts, only some {MOST_RECEIPTS} were kept.")
            break
    if left_out:
        words = f"Left out: {left_out} of the receipts. They cannot be read, or are not this organisation's."
        remarks.remark(words)
    return number


def _may_come(node: Node, half: Half, organisation_id: str) -> bool:
    """Whether a half speaks of the organisation that comes, and in its name, or by who signed it for one of its own.

    Another home than its own address is believed of this one alone: its neighbours here have not come with this file.
    """
    if organisation_id not in (half.owner.id, half.asker.id) or half.signed_by == node.settings.url:
        return False
    speaker = (half.owner if half.side == OWNER else half.asker).id
    return speaker is None or speaker == organisation_id or speaker.startswith(half.signed_by)


def _half(item: Any) -> Half | None:
    try:
        half = load_half(item)
    except DocumentError:
        return None
    return half if len(orjson.dumps(item)) <= LARGEST_HALF_BYTES else None


def check_waiting(node: Node, client: Client | None = None, most: int = MOST_SIGNERS) -> Checked:
    """Ask the signers of what was brought for their keys, and believe what they have signed.

    At most so many signers are asked; one that cannot be leaves its halves waiting for the next time, for a month.
    """
    keys, checked, after = _Keys(node, client, most), Checked(), _FIRST
    while True:
        with node.database.read() as tx:
            some = receipt_halves.waiting(tx, after, _AT_ONCE)
            hosted = frozenset(own.organisation.id for own in organisations.every(tx)) if some else frozenset()
        if not some:
            return replace(checked, unasked=tuple(sorted(keys.silent)))
        judged = [one for one in (_judged(node, one, keys, hosted) for one in some) if one is not None]
        with node.database.write() as tx:
            receipt_halves.put(tx, judged)
            named = sorted({one.exchange for one in judged})
            matching.settle(tx, node, named)
            known = receipt_halves.of_exchanges(tx, named)
            take_down(tx, node, [name for name in named if all(one.problem for one in known[name])])
        good = sum(one.verified for one in judged)
        checked = Checked(checked.good + good, checked.bad + len(judged) - good)
        after = some[-1].exchange, some[-1].side, some[-1].signed_by


def _judged(node: Node, one: KnownHalf, keys: _Keys, hosted: Collection[str]) -> KnownHalf | None:
    """A half with what came of it; None where its signer could not be asked."""
    if not keys.can_ask(one.signed_by):
        is_over = node.now - one.changed_at > _PATIENCE_S
        return replace(one, problem=str(NOBODY_ANSWERS), changed_at=node.now) if is_over else None
    item = orjson.loads(one.item)
    found = judge(item, _teller(node, load_half(item), hosted), keys.of)
    if found is not None and found.half is not None:
        return replace(one, verified=True, changed_at=node.now)
    problem = found.problems[0] if found is not None else not_signed()
    return replace(one, problem=str(problem)[:_LONGEST_PROBLEM], changed_at=node.now)


def _teller(node: Node, half: Half, hosted: Collection[str]) -> Teller:
    """The node that has signed a half: it speaks for organisations under its own address.

    It may also have been the home of one that is here now.
    """
    named = {one for one in (half.owner.id, half.asker.id) if one is not None}
    foreign = {one for one in named if one not in hosted and not one.startswith(half.signed_by)}
    return Teller((half.signed_by,), datetime.fromtimestamp(node.now, UTC).date(), tuple(sorted(foreign)))


class _Keys:
    """The keys of the nodes that have signed what was brought; each node is asked once, and only so many are."""

    def __init__(self, node: Node, client: Client | None, most: int) -> None:
        self._node, self._client, self._most = node, client, most
        self._answered: set[str] = set()
        self.silent: set[str] = set()

    def can_ask(self, node_id: str) -> bool:
        if node_id not in self._answered | self.silent:
            (self._answered if self._asked(node_id) else self.silent).add(node_id)
        return node_id in self._answered

    def _asked(self, node_id: str) -> bool:
        from node.services.aggregating import peers

        if len(self._answered) + len(self.silent) >= self._most:
            return False
        try:
            peers.look(self._node, node_id, self._client)
        except peers.PeerError:
            with self._node.database.read() as tx:
                return stored_peers.pinned(tx, node_id) is not None
        return True

    def of(self, node_id: str, key_id: str) -> str | None:
        """A key that is or was a node's, as far as is known here."""
        with self._node.database.read() as tx:
            found = stored_peers.key(tx, node_id, key_id)
        return found.public if found is not None and found.state in (PINNED, FORMER) else None
