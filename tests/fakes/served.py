"""A scripted node behind a real loopback server, for tests that need the real client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from federation.fetch import Answer
from tests.fakes.hostile_server import HostileServer, Script, Wire, head, send
from tests.fakes.scripted import Clock, Request, ScriptedNode


class _Answers:
    """A script for every path: what the node answers there."""

    def __init__(self, server: HostileServer, node: ScriptedNode) -> None:
        self.server, self.node = server, node

    def get(self, path: str, default: Script) -> Script:
        def script(wire: Wire) -> None:
            headers = self.server.asked[-1].headers
            request = Request(
                self.node.id + path.lstrip("/"),
                headers.get("if-none-match"),
                headers.get("if-modified-since"),
                headers.get("cache-control") == "no-cache",
            )
            self.node.asked.append(request)
            send(_bytes(self.node.answer(request)), hang_up=False)(wire)

        return script


def _bytes(answer: Answer) -> bytes:
    fields = [f"Content-Length: {len(answer.body)}", f"Content-Type: {answer.media_type}"]
    fields += [f"ETag: {answer.etag}"] if answer.etag else []
    return head(answer.status, *fields) + answer.body


@contextmanager
def served_node() -> Iterator[ScriptedNode]:
    """A scripted node whose id is the address of a server that runs as long as the block."""
    with HostileServer({}) as server:
        node = ScriptedNode(server.url("/"), Clock())
        server.scripts = _Answers(server, node)  # looked up by path, like the dict that it takes the place of
        yield node
