"""A publishing node for tests: its clock stands still until it is moved, its listings are made in a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from node.context import Node
from node.services.configuration.setup import prepare_database
from node.services.listings.drafts import Draft
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import ensure_organisation, pause_in, writing
from node.settings import SECRET_FILE, Settings
from node.storage.engine import Database
from schemas.listing import Listing
from schemas.organisation import Organisation
from tests.fakes.databases import database_at

URL = "https://share.example.org/"
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


class Clock:
    """Returns ``moment`` until `pass_by` moves it."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


def publisher(home: Path, database: Database | None = None, **settings: Any) -> Node:
    """A node in ``home``, its database ready; on an SQLite file there unless another is given."""
    home.mkdir(parents=True, exist_ok=True)
    (home / SECRET_FILE).write_text("not a secret, but as long as a true one is")
    values = {"node_url": URL, "node_name": "Share", **settings}
    chosen = database or database_at(home / "sharefeed.sqlite")
    node = Node.open(Settings(home, values), chosen, Clock())
    prepare_database(node)
    return node


def clock_of(node: Node) -> Clock:
    assert isinstance(node.clock, Clock)
    return node.clock


def school(node: Node) -> Organisation:
    return ensure_organisation(node, "Riverside School", "school")


def desk(organisation: Organisation, **members: Any) -> Listing:
    """A valid listing; any member may be another."""
    listing = Listing(
        id="",
        title="A desk",
        date_modified=START,
        direction="offer",
        kind="item",
        action="give",
        category="furniture/desk",
        expires=START + timedelta(days=60),
        organisation=organisation,
    )
    return replace(listing, **members)


def draft(node: Node, ref: str = "a", **members: Any) -> Draft:
    """A draft of a desk of `school`, known by ``ref``."""
    return Draft(desk(**{"organisation": school(node), **members}), new_key("riverside-school", ref), ref)


def pause(node: Node, key: str) -> None:
    """Do with one listing what its organisation does at the desk."""
    with writing(node) as tx:
        pause_in(tx, node, [key])
