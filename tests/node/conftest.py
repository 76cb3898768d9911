from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from tests.fakes.own_client import client_of
from tests.fakes.publisher import publisher


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A publisher on an SQLite file, its clock a `Clock`."""
    made = publisher(tmp_path / "home")
    yield made
    made.database.close()


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app)
