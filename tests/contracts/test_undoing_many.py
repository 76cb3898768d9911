"""What was done with several listings at the desk is taken back on both databases, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from node.services.desk import listings, undo
from node.services.identity import accounts, members
from node.services.identity.members import OWNER, Member
from node.services.listings import publishing
from node.services.listings.own_ids import new_key
from node.storage.engine import Database
from tests.fakes.publisher import draft, publisher, school


def test_it_is_taken_back_but_for_what_changed_since(database: Database, tmp_path: Path) -> None:
    node = publisher(tmp_path, database)
    publishing.put_listings(node, [draft(node, ref) for ref in "abc"])
    anna = accounts.add(node, "Anna", "anna@school.example")
    members.join(node, anna, "riverside-school", OWNER)
    member = members.member_of(node, anna, "riverside-school")
    assert isinstance(member, Member)
    keys = [new_key("riverside-school", ref) for ref in "abc"]
    mark = undo.mark_of(member, "category", node.now)
    fields = {"category": "furniture/table"}
    assert listings.do(node, member, keys, "category", fields, mark) == 3
    publishing.edit(node, keys[2], title="A desk that is red")

    stranger = replace(member, organisation_id=f"{school(node).id}x")
    assert undo.undo(node, stranger, mark).done == 0
    assert undo.undo(node, member, mark) == undo.Undone(2, 1, 0)
    found = {row.key: row.listing().category for row in publishing.listings(node)}
    assert [found[key] for key in keys] == ["furniture/desk", "furniture/desk", "furniture/table"]
    assert undo.undo(node, member, mark).done == 0
