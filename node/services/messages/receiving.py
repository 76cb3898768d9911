"""Receiving messages of other nodes: whose each is, whether it is whole and fresh, and what it does, once.

Refuses what is not signed by a believed key of the node that it says it is from, and what is for another node. Nothing
that a message says is looked at before its signature is good, but for where to look its key up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from importlib import import_module

import orjson

from node.context import Node
from node.services.aggregating import peers
from node.services.aggregating.peers import Client
from node.services.listings import publishing
from node.storage import messages
from node.storage.engine import Tx
from schemas import http_signature
from schemas import message as types
from schemas.errors import DocumentError, SharefeedError
from schemas.http_signature import Request, SignatureError, Signed
from schemas.message import Message, load_message
from schemas.records import dataclass
from schemas.strict_json import loads

DONE, REFUSED = "done", "refused"
LONGEST_ID = 200

HANDLERS: Mapping[str, str] = {
    **dict.fromkeys(types.OF_EXCHANGES, "node.services.exchanges.between_nodes.heard"),
    types.RECEIPT: "node.services.receipts.passing",
}
"""Type of a message -> module with ``handle(tx, node, message)``; loaded when it is needed."""


class MessageError(SharefeedError):
    """A message that is not taken: ``status`` is the one of the answer, ``code`` says why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message did. ``refused`` is a code where it changed nothing, and ``detail`` a sentence on that.

    ``afterwards`` is called once all of it is kept.
    """

    refused: str = ""
    detail: str = ""
    afterwards: Callable[[], None] | None = None


def receive(
    node: Node,
    request: Request,
    body: bytes,
    client: Client | None = None,
    handlers: Mapping[str, str] = HANDLERS,
    network: str = "",
) -> bytes:
    """Take a message; the answer to it, as JSON. ``network`` is where it came from.

    Raises `MessageError`, and `NoTurnError` where its key must be looked up and others wait for that.
    """
    try:
        signed = http_signature.check(request, body, node.now)
        message = load_message(loads(body))
    except SignatureError as error:
        raise MessageError(401, error.code, str(error)) from error
    except DocumentError as error:
        raise MessageError(400, "bad-message", str(error)) from error
    _check_ends(node, message, signed)
    key_id = signed.keyid.removeprefix(f"{message.from_}#")
    public = peers.key_of(
        node, message.from_, key_id, client, turn=lambda: node.turns.take(network, node.settings.threads)
    )
    if public is None or not signed.is_by(public):
        raise MessageError(401, "unknown-key", "The signature is not by a key that is believed to be this node's.")
    with node.database.write() as tx:
        if not messages.use_nonce(tx, _keyed(signed), node.now):
            raise MessageError(409, "replayed", "A request with this nonce came before.")
    return _once(node, message, handlers)


def _check_ends(node: Node, message: Message, signed: Signed) -> None:
    if message.to != node.settings.url:
        raise MessageError(403, "not-for-us", f"This message is for another node; this one is {node.settings.url}")
    if message.from_ == node.settings.url:
        raise MessageError(403, "not-yours", "A node sends no messages to itself.")
    if not signed.keyid.startswith(f"{message.from_}#"):
        raise MessageError(401, "unknown-key", "The signature is by a key of another node than the message is from.")
    if len(message.id) > LONGEST_ID:
        raise MessageError(400, "bad-message", f"The id of a message has at most {LONGEST_ID} characters.")


def _keyed(signed: Signed) -> str:
    return hashlib.sha256(f"{signed.keyid} {signed.nonce}".encode()).hexdigest()


def _once(node: Node, message: Message, handlers: Mapping[str, str]) -> bytes:
    with publishing.writing(node) as tx:
        if not messages.took(tx, message.from_, message.id, node.now):
            # What is being taken at this moment holds the row, so there is an answer.
            return (messages.answer_to(tx, message.from_, message.id) or "").encode()
        outcome = _handled(tx, node, message, handlers)
        answer = _answer(message, outcome)
        if outcome.refused and outcome.refused not in types.CODE_ANSWERS:
            # It has changed nothing, and would be refused again: whoever says anything at all fills no database.
            messages.forget(tx, message.from_, message.id)
        else:
            messages.answered(tx, message.from_, message.id, answer.decode())
    if outcome.afterwards is not None:
        outcome.afterwards()
    return answer


def _handled(tx: Tx, node: Node, message: Message, handlers: Mapping[str, str]) -> Outcome:
    module = handlers.get(message.type)
    if module is None:
        return Outcome("unknown-type", "This node does not know messages of this type.")
    outcome: Outcome = import_module(module).handle(tx, node, message)
    return outcome


def _answer(message: Message, outcome: Outcome) -> bytes:
    result = {"id": message.id, "result": REFUSED if outcome.refused else DONE}
    more = {"code": outcome.refused, "detail": outcome.detail} if outcome.refused else {}
    return orjson.dumps({**result, **more})
