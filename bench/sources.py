"""A server of many made-up nodes for benchmarks: every page is rendered before the first request is answered.

Run as ``python -m bench.sources NODES LISTINGS``; it prints its port when ready, and ends with its
standard input.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson

from bench.entries import made_up
from schemas.canonical import contribution, digest_hex
from schemas.fields import rfc3339_of
from schemas.json_feed import MEDIA_TYPE, encode
from schemas.page import Page, PageHead, with_hash

EPOCH = "00000000-0000-4000-8000-000000000000"


def node_id(port: int, number: int) -> str:
    return f"http://127.0.0.1:{port}/n{number}/"


def items_of(port: int, number: int, listings: int, now: int) -> list[dict[str, Any]]:
    """The items of one node, dated so that they are valid at ``now`` (seconds since 1970)."""
    home = node_id(port, number)
    items = []
    for count, entry in enumerate(made_up(listings, seed=number)):
        item = orjson.loads(entry.item)
        item["id"] = item["url"] = f"{home}listings/{count}"
        item["date_modified"] = item["date_published"] = rfc3339_of(now - 3600)
        item["_sharefeed"]["expires"] = rfc3339_of(now + 90 * 86_400)
        items.append(with_hash(item))
    return items


def change_page(port: int, number: int, items: Sequence[dict[str, Any]]) -> bytes:
    """The whole change feed of one node as one page."""
    total = sum(contribution(str(i["id"]), i["_sharefeed"]["hash"]) for i in items)
    head = PageHead(node_id(port, number), epoch=EPOCH, checkpoint="end", count=len(items), digest=digest_hex(total))
    page = Page("json", f"Node {number}", head=head, home_page_url=node_id(port, number))
    return encode(page, [orjson.dumps(item) for item in items])


def serve(nodes: int, listings: int, now: int) -> ThreadingHTTPServer:
    """A server, bound but not yet running, that answers ``/nN/changes.json`` for each node."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = pages.get(self.path.partition("?")[0])
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", MEDIA_TYPE)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    port = server.server_address[1]
    for number in range(nodes):
        pages[f"/n{number}/changes.json"] = change_page(port, number, items_of(port, number, listings, now))
    return server


def main() -> None:
    nodes, listings, now = (int(word) for word in sys.argv[1:4])
    server = serve(nodes, listings, now)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
