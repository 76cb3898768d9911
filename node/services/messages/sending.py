"""Sending messages to other nodes: kept in the transaction of what causes them, then tried with patience.

A message whose answer was lost is sent again under the same id, signed anew; the receiver answers as before. What a
node refuses is not sent again, and what cannot be delivered within a week is given up: the desk says so.
"""

from __future__ import annotations

import logging
import random
import secrets
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from federation.fetch_error import FetchError
from node.context import Node
from node.services.aggregating import peers
from node.services.aggregating.peers import Client, PeerError
from node.services.configuration import keys
from node.services.listings import publishing
from node.services.messages import endings
from node.storage import messages
from node.storage import peers as known_nodes
from node.storage.engine import Tx, once_kept
from node.storage.messages import FAILED, REFUSED, Outgoing
from schemas import http_signature
from schemas.errors import DocumentError
from schemas.fields import rfc3339
from schemas.http_signature import Request
from schemas.message import HANDED_OVER, VERSION
from schemas.records import dataclass
from schemas.strict_json import loads

if TYPE_CHECKING:
    from federation.fetch import Answer

LEASE_S, AT_ONCE, PARALLEL, TO_ONE_SITE = 120, 16, 8, 2
"""So many messages are sent at the same time, and so many of them to the nodes of one host, which may answer slowly."""
DEADLINE_S = 10.0
DAY_S = 86_400
PATIENCE_S = 7 * DAY_S
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 6 * 3600
NONCES_S, KEPT_S = DAY_S, 30 * DAY_S
FINAL = (400, 403, 413, 415, 422)
"""Statuses that would be the same at every further try."""
MEDIA_TYPE = "application/json"
_LONGEST_PROBLEM = 300

log = logging.getLogger(__name__)


class Post(Client, Protocol):
    """The guarded client (`federation.fetch.Fetcher`), as far as it is needed here."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, deadline_s: float | None = None) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Fate:
    """What a try came to: ``state`` is "" where it has arrived, else waiting, failed or refused.

    ``code`` says why it was refused.
    """

    state: str = ""
    problem: str = ""
    retry_s: float | None = None
    code: str = ""


def send(tx: Tx, node: Node, to_node_id: str, message: Mapping[str, Any], exchange_id: str = "") -> str:
    """Put a message on its way to a node; its id. ``message`` are its members but for those that each one has.

    It is kept in this transaction. Messages about one exchange, by its number here, arrive in order.
    """
    message_id = uuid.UUID(bytes=secrets.token_bytes(16), version=4).urn
    head = {"sharefeed": VERSION, "id": message_id, "from": node.settings.url, "to": to_node_id}
    document = {
        **head,
        "at": rfc3339(node.clock()),
        **{name: value for name, value in message.items() if value is not None},
    }
    body = orjson.dumps(document).decode()
    messages.add(tx, message_id, to_node_id, exchange_id, str(message["type"]), body, node.now)
    once_kept(tx, node.outgoing.set)
    return message_id


class Courier:
    """Delivers the messages of one node. Any process may have one; close it in the end."""

    def __init__(self, node: Node, client: Post | None = None) -> None:
        self._node, self._client = node, client
        self._threads: ThreadPoolExecutor | None = None
        self._under_way: Counter[str] = Counter()
        self._lock = Lock()

    def deliver(self) -> int:
        """Send what is due; how many messages arrived."""
        if not self._is_due():
            return 0
        with self._node.database.write() as tx:
            claimed = messages.claim(tx, self._node.now, LEASE_S, AT_ONCE)
        if len(claimed) < 2:
            return sum(self._deliver(one) for one in claimed)
        return sum(self._pool().map(self._deliver, claimed))

    def dispatch(self) -> int:
        """Begin to send what is due and wait for none of it, so that a slow node keeps nobody waiting; how many.

        When one has been dealt with, ``outgoing`` of the node is set: another may go in its place.
        """
        if not self._is_due():
            return 0
        begun = self._claim_free()
        for one in begun:
            self._pool().submit(self._deliver_and_tell, one)
        return len(begun)

    def _is_due(self) -> bool:
        with self._node.database.read() as tx:
            return messages.is_due(tx, self._node.now)

    def _claim_free(self) -> list[Outgoing]:
        """As many as there are hands free, and of those to one node no more than it may have at once."""
        found: list[Outgoing] = []
        with self._lock, self._node.database.write() as tx:
            while self._under_way.total() < PARALLEL:
                full = [site for site, count in self._under_way.items() if count >= TO_ONE_SITE]
                one = next(iter(messages.claim(tx, self._node.now, LEASE_S, 1, full)), None)
                if one is None:
                    break
                self._under_way[peers.site_of(one.to_node)] += 1
                found.append(one)
        return found

    def _deliver_and_tell(self, message: Outgoing) -> None:
        try:
            self._deliver(message)
        except Exception:
            # Its lease runs out, and it is tried again.
            log.exception("message %s could not be sent", message.id)
        finally:
            with self._lock:
                self._under_way[peers.site_of(message.to_node)] -= 1
            self._node.outgoing.set()

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        close = getattr(self._client, "close", None)
        if close is not None:
            close()

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="message")
        return self._threads

    def _deliver(self, message: Outgoing) -> bool:
        fate = self._try(message)
        if not fate.state or endings.is_answer(message, fate.code):
            return self._arrived(message, fate.code)
        with self._node.database.write() as tx:
            due_at = self._node.now + int(fate.retry_s or pause_s(message.tries))
            if fate.state == messages.WAITING and due_at <= message.made_at + PATIENCE_S:
                messages.postpone(tx, message, due_at, fate.problem)
                return False
            state = REFUSED if fate.state == REFUSED else FAILED
            if messages.settle(tx, message, state, fate.problem):
                log.warning("message %s is given up: %s", message.id, fate.problem)
                endings.given_up(tx, self._node, message, state)
        return False

    def _arrived(self, message: Outgoing, code: str) -> bool:
        afterwards = None
        with publishing.writing(self._node) if message.type == HANDED_OVER else self._node.database.write() as tx:
            taken = messages.delivered(tx, message)
            if taken:
                afterwards = endings.arrived(tx, self._node, message, code)
        if afterwards is not None:
            afterwards()
        return taken

    def _try(self, message: Outgoing) -> Fate:
        try:
            client = self._own_client()
            inbox = peers.inbox_of(self._node, message.to_node, client)
            answer = post(self._node, client, inbox, message.body.encode())
        except (FetchError, PeerError, keys.KeyFileError) as error:
            return Fate(messages.WAITING, str(error)[:_LONGEST_PROBLEM])
        return fate_of(answer)

    def _own_client(self) -> Post:
        with self._lock:
            if self._client is None:
                from node.services.aggregating.polling import make_fetcher

                self._client = make_fetcher(self._node)
            return self._client


def post(node: Node, client: Post, inbox: str, body: bytes) -> Answer:
    """Sign a message now and send it. Raises `FetchError` and `KeyFileError`."""
    own, now = keys.own(node), node.now
    request = Request("POST", inbox, {})
    keyid = f"{node.settings.url}#{own.id}"
    signed = http_signature.sign(own.private, keyid, request, body, now, secrets.token_urlsafe(18))
    headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json", **signed}
    return client.post(inbox, body, headers, deadline_s=DEADLINE_S)


def fate_of(answer: Answer) -> Fate:
    """What an answer means for a message."""
    said = _said(answer)
    if 200 <= answer.status < 300:
        refused = said.get("result") == "refused"
        code = _text(said, "code")
        return Fate(REFUSED, _text(said, "detail") or code, code=code) if refused else Fate()
    problem = f"{answer.status} {_text(said, 'title', 'detail')}".strip()[:_LONGEST_PROBLEM]
    return Fate(FAILED if answer.status in FINAL else messages.WAITING, problem, answer.retry_after_s)


def _said(answer: Answer) -> Mapping[str, Any]:
    try:
        document = loads(answer.body)
    except DocumentError:
        return {}
    return document if isinstance(document, dict) else {}


def _text(said: Mapping[str, Any], *names: str) -> str:
    found = " ".join(str(said[name]) for name in names if isinstance(said.get(name), str))
    return "".join(letter if letter.isprintable() else " " for letter in found)[:_LONGEST_PROBLEM]


def pause_s(tries: int) -> int:
    """How long to wait after a failed try, in seconds, when there were ``tries`` before it; never twice the same."""
    return int(min(FIRST_PAUSE_S * 3 ** min(tries, 10), LONGEST_PAUSE_S) * random.uniform(0.75, 1.25))  # noqa: S311


def tidy(node: Node) -> None:
    """Forget nonces after a day, and after a month which messages came and which were given up.

    Also, after a day, under which names somebody only said to be a node.
    """
    with node.database.write() as tx:
        known_nodes.forget_silent(tx, node.now - NONCES_S)
        messages.tidy(tx, node.now - NONCES_S, node.now - KEPT_S)
