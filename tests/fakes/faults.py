"""What can be wrong with one answer of a scripted node. Each is a function (node, request, honest answer) -> answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from federation.fetch import Answer, FetchError
from schemas.problem import RESYNC
from tests.fakes.scripted import Fault, Request, ScriptedNode, answer


def lost(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    raise FetchError(request.url, "connect", "the connection was refused")


def truncated(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    return replace(honest, body=honest.body[: len(honest.body) * 2 // 3])


def empty_body(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    """A 200 that was cut off inside its headers."""
    return replace(honest, body=b"")


def stale_copy(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    """What a cache kept of this address, unless it was told to stand aside."""
    return honest if request.no_cache else node.kept.get(request.url, honest)


def lying_etag(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    """Nothing has changed, says a node that was asked with a validator, whatever happened since."""
    return replace(honest, status=304, body=b"") if request.etag else honest


def unasked_304(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    return replace(honest, status=304, body=b"")


def gone(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    return answer(request.url, 410, b"It is gone.", node.clock.now, "text/plain")


def resync(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    return answer(request.url, 410, orjson.dumps({"type": RESYNC}), node.clock.now)


def dated(moment: int) -> Fault:
    """The honest answer under another ``Date``."""
    return lambda node, request, honest: replace(honest, date=datetime.fromtimestamp(moment, UTC))


def for_seconds(max_age_s: float) -> Fault:
    """The honest answer, to be kept for that long."""
    return lambda node, request, honest: replace(honest, max_age_s=max_age_s)


def status(code: int, retry_after_s: float | None = None) -> Fault:
    def fault(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        return answer(request.url, code, b"", node.clock.now, "text/plain", retry_after_s=retry_after_s)

    return fault


def rewritten(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """The page with its document changed by ``change``, in place."""

    def fault(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        if honest.status != 200:
            return honest
        document = orjson.loads(honest.body)
        change(document)
        return replace(honest, body=json.dumps(document).encode())

    return fault


def head(**members: Any) -> Fault:
    """The page with other members in its ``_sharefeed``; None takes one away."""

    def change(document: dict[str, Any]) -> None:
        for name, value in members.items():
            document["_sharefeed"][name] = value
            if value is None:
                del document["_sharefeed"][name]

    return rewritten(change)


def top(**members: Any) -> Fault:
    """The page with other members at its top."""
    return rewritten(lambda document: document.update(members))


def item(index: int, **members: Any) -> Fault:
    """The page with other members in the ``_sharefeed`` of one item; None takes one away."""

    def change(document: dict[str, Any]) -> None:
        extension = document["items"][index]["_sharefeed"]
        extension.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del extension[name]

    return rewritten(change)


def repeated_name(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    """A member of the first item stands twice, so that two readers could see two listings."""
    return replace(honest, body=honest.body.replace(b'"title": "A ', b'"title": "Another", "title": "A ', 1))


def stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def empty_with_more(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    def change(document: dict[str, Any]) -> None:
        document["items"] = []
        document["next_url"] = node.address() + "?after=elsewhere"
        document["_sharefeed"].update(more=True, deleted=[], checkpoint="elsewhere")

    return rewritten(change)(node, request, honest)


def repeated_checkpoint(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    """More follows, says the page, and sends its reader back to where it just was."""
    here = request.url.partition("after=")[2].replace("%2E", ".") or "0"
    return rewritten(lambda document: document["_sharefeed"].update(more=True, checkpoint=here))(node, request, honest)


def next_url_here(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    return top(next_url=request.url)(node, request, honest)


def leading_to(cursor: str) -> Fault:
    """The page, but reading goes on at ``cursor``."""

    def fault(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        def change(document: dict[str, Any]) -> None:
            document["next_url"] = f"{node.address()}?after={cursor}"
            document["_sharefeed"].update(more=True, checkpoint=cursor)

        return rewritten(change)(node, request, honest)

    return fault


wrong_digest = head(digest="f" * 64)
wrong_count = head(count=999)
wrong_node = head(node="https://somebody-else.example/")
other_epoch = head(epoch="99999999-9999-4999-8999-999999999999")
foreign_next_url = top(next_url="https://evil.example/changes.json?after=1")
malformed_next_url = top(next_url="https://[evil/changes.json")
no_next_url = rewritten(lambda document: document.pop("next_url", None))
no_checkpoint = head(checkpoint=None)
no_epoch = head(epoch=None)
no_longer_sharefeed = rewritten(lambda document: document.pop("_sharefeed"))
