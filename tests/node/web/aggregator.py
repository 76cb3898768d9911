"""An aggregator with its application, a signed-in operator, and a source that has sent something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import Source
from federation.schedule import Pace
from node.app import create_app
from node.context import Node
from node.services.aggregating import sources
from node.services.identity import operator
from node.storage import sources as stored
from node.storage.ledger import StoredBook
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, publisher
from tests.fakes.sites import PARK, Sites, complete, feed, json_feed_at

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A browser at the aggregator: it keeps cookies, and sends a form's token with it."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.node = publisher(home, aggregate=True, **settings)
        self.client: FlaskClient = client_of(create_app(self.node))

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str) -> str:
        """The page, after redirects."""
        return self.client.get(path, follow_redirects=True).get_data(as_text=True)

    def post(self, path: str, page: str = "", **fields: str) -> TestResponse:
        """Send a form with the token of ``page``; without one, of some page that has one."""
        page = page or operator.new_link(self.node).removeprefix(URL.rstrip("/"))
        return self.client.post(path, data={"csrf_token": self.token(page), **fields}, headers={"Referer": URL})

    def token(self, page: str) -> str:
        found = _TOKEN.search(self.text(page))
        assert found is not None, f"{page} has no form"
        return found[1]

    def sign_in(self) -> None:
        link = operator.new_link(self.node).removeprefix(URL.rstrip("/"))
        assert self.post(link).status_code == 303


def follow(node: Node, url: str = PARK, **values: Any) -> Source:
    """Add a source of a complete document at ``url``feed.json."""
    members = {"name": "Park node", "format": "json", "level": "L0", "added_at": node.now, **values}
    with node.database.write() as tx:
        return stored.add(tx, Source(0, f"{url}feed.json", url, **members))


def send(node: Node, source: Source, items: Sequence[dict[str, Any]], **head: Any) -> None:
    """Let the source publish exactly these items, and read it; ``head`` has members of another value, None for none."""
    listed = list(items)
    stated = {**complete(listed, source.node_id), **head}
    known = {name: value for name, value in stated.items() if value is not None}
    site = Sites(json_feed_at(source.url, feed(listed, known)))
    with node.database.write() as tx:
        [leased] = stored.lease(tx, [source.id], node.now, 600)
    poll = Poll(StoredBook(node.database), site, read_page, node.settings.url, Pace(), Limits(), node.now)
    result = poll.run(leased)
    assert result.fine, result
    assert sources.get(node, source.id).last_code == result.code
