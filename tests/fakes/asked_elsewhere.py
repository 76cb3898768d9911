"""A catalogue that reads a folder of files, whose listings are asked for at the catalogue: in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from federation.facts import short_key
from federation.records import L0
from node.app import create_app
from node.context import Node
from node.services.exchanges import asking
from node.services.exchanges.asking import Askable
from node.settings import SECRET_FILE
from node.storage import sources
from tests.fakes.aggregator import Aggregator, aggregator
from tests.fakes.city import CITY
from tests.fakes.scripted import ScriptedNode
from tests.node.web.desk.signed_in import token_of

CONTACT = "post@school.example"


@dataclass
class Elsewhere:
    """``folder`` publishes one listing, ``desk``; ``source_id`` is the catalogue's source of it."""

    made: Aggregator
    folder: ScriptedNode
    source_id: int

    @property
    def node(self) -> Node:
        return self.made.node

    @property
    def key(self) -> str:
        return short_key(self.folder.listing_id("desk"))

    def what(self) -> Askable:
        found = asking.askable(self.node, self.key)
        assert found is not None
        return found

    def what_was(self) -> dict[str, Any]:
        """What the folder says of its desk, under our name."""
        said: dict[str, Any] = self.folder.item("desk")["_sharefeed"]
        return said

    def publish(self, **members: Any) -> None:
        """The folder says something else of its desk, and the catalogue reads it."""
        self.made.net.clock.pass_by(hours=1)
        self.folder.add("desk", **{"_sharefeed__request_url": None, **members})
        self.made.city.poll_fine(self.source_id)

    def app(self) -> Flask:
        return create_app(self.node)


class CityClient(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", CITY)
            kwargs.setdefault("buffered", True)
        return super().open(*args, **kwargs)


def browser(app: Flask) -> FlaskClient:
    app.test_client_class = CityClient
    return app.test_client()


def send(client: FlaskClient, path: str, page: str, **fields: object) -> TestResponse:
    data = {"csrf_token": token_of(client, page), **fields}
    return client.post(path, data=data, headers={"Referer": CITY}, content_type="multipart/form-data")


@contextmanager
def elsewhere(home: Path, level: str = L0, quantity: int = 1, **document: Any) -> Iterator[Elsewhere]:
    home.mkdir(parents=True, exist_ok=True)
    (home / SECRET_FILE).write_text("not a secret, but as long as a true one is")
    with aggregator(home, mail_capture=True) as made:
        folder = made.school()
        folder.add("desk", _sharefeed__quantity={"available": quantity}, _sharefeed__request_url=None)
        said = {"contact": {"email": CONTACT}, "languages": ["en"], **document}
        source_id = made.city.follow(folder, L0, node_document=orjson.dumps(said).decode())
        made.city.poll_fine(source_id)
        with made.node.database.write() as tx:
            sources.change(tx, source_id, level=level)
        yield Elsewhere(made, folder, source_id)
