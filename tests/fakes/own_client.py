"""Flask's test client, asking under the node's own name: any other name is refused."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes.publisher import URL


class OwnClient(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", URL)
            # An answer from a file would otherwise keep the file open.
            kwargs.setdefault("buffered", True)
        return super().open(*args, **kwargs)


def client_of(app: Flask) -> FlaskClient:
    app.test_client_class = OwnClient
    return app.test_client()
