"""Browsers of people who are signed in at the desk."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from node.context import Node
from node.services.identity import accounts, members
from node.services.identity.members import OWNER
from node.services.organisations import hosting
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def signed_in(app: Flask, node: Node, slug: str, role: str = OWNER) -> FlaskClient:
    """A browser of a member of the organisation with this slug, which is made where it is not there.

    For one role of one organisation it is always the same person; ``operator`` as a role is who runs the node.
    """
    if hosting.organisation(node, slug) is None:
        hosting.put_profile(node, slug.replace("-", " ").title(), slug, {})
    account = _account(node, slug, role)
    if role != "operator":
        members.join(node, account, slug, role)
    client = client_of(app)
    with node.database.write() as tx:
        secret = accounts.let_in(tx, node, account, "")
    client.set_cookie(accounts.COOKIE, secret, domain="share.example.org", path="/desk", secure=True, httponly=True)
    return client


def _account(node: Node, slug: str, role: str) -> accounts.Account:
    email = f"{role}@{slug}.example"
    known = next((one for one in accounts.every(node) if one.email == email), None)
    return known or accounts.add(node, f"{role.title()} of {slug}", email, operator=role == "operator")


def token_of(client: FlaskClient, page: str) -> str:
    """The token of a form on a page."""
    found = _TOKEN.search(client.get(page).get_data(as_text=True))
    assert found is not None, f"{page} has no form"
    return found[1]


def send(client: FlaskClient, path: str, page: str = "/desk/", **fields: object) -> TestResponse:
    """Send a form to ``path`` with the token of ``page``, as a browser would."""
    data = {"csrf_token": token_of(client, page), **fields}
    return client.post(path, data=data, headers={"Referer": URL}, content_type="multipart/form-data")
