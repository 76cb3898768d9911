"""A clock that was wrong for a while: nothing stands still until it is reached again, and no backup is lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from node.context import Node
from node.services.backup import backups
from node.services.health import watch
from node.storage import messages, outbox
from node.storage.due_times import FARTHEST_S
from node.storage.metadata import metadata
from node.storage.outbox import Mail
from tests.fakes.publisher import clock_of, publisher

SPANS = [pytest.param(span, id=name) for name, span in (("hour", 1 / 24), ("day", 1), ("year", 365))]


def kept(node: Node) -> int:
    return len(backups.found(backups.folder_of(node.settings)))


def plenty(_folder: Path) -> int:
    return 10**12


@pytest.mark.parametrize("days", SPANS)
def test_backups_go_on_after_the_clock_was_ahead(tmp_path: Path, days: float) -> None:
    node = publisher(tmp_path / "home")
    clock_of(node).pass_by(days=days)
    assert backups.make_due(node, plenty) is not None
    clock_of(node).pass_by(days=-days)
    for _ in range(3):
        clock_of(node).pass_by(days=1)
        backups.make_due(node, plenty)
    assert kept(node) >= 3
    assert backups.make_due(node, plenty) is None


def test_a_clock_that_jumps_ahead_takes_no_backup_with_it(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", backup_days=5)
    for _ in range(5):
        backups.make(node)
        clock_of(node).pass_by(days=1)
    clock_of(node).pass_by(days=365)
    assert backups.make_due(node, plenty) is not None
    assert kept(node) == 6
    clock_of(node).pass_by(days=1)
    backups.make_due(node, plenty)
    assert kept(node) == 6


def test_a_mail_that_was_put_off_by_a_wrong_clock_is_due_when_it_is_right_again(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home")
    clock_of(node).pass_by(days=365)
    watch.beat(node)
    with node.database.write() as tx:
        outbox.add(tx, Mail(key="a", topic="a", recipient="a@b.example", message="x", made_at=0, due_at=node.now))
        assert len(outbox.claim(tx, node.now, 600, 1)) == 1
    clock_of(node).pass_by(days=-365)
    with node.database.write() as tx:
        assert outbox.claim(tx, node.now, 600, 1) == []
    watch.beat(node)
    with node.database.write() as tx:
        assert [mail.key for mail in outbox.claim(tx, node.now, 600, 1)] == ["a"]
        assert outbox.claim(tx, node.now, 600, 1) == []


def test_what_is_due_in_time_stays_so_when_the_clock_is_put_back(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home")
    watch.beat(node)
    with node.database.write() as tx:
        outbox.add(tx, Mail(key="a", topic="a", recipient="a@b.example", message="x", made_at=0, due_at=node.now))
        [mail] = outbox.claim(tx, node.now, 600, 1)
        outbox.postpone(tx, mail, node.now, node.now + 60, "not now")
    due_at = node.now + 60
    clock_of(node).pass_by(hours=-2)
    watch.beat(node)
    with node.database.read() as tx:
        assert tx.execute(select(outbox.outbox.c.due_at)).scalar_one() == due_at


class TestTwoHoursBack:
    """Nobody waits two hours, and what is under way is not begun a second time meanwhile."""

    @pytest.fixture
    def node(self, tmp_path: Path) -> Node:
        node = publisher(tmp_path / "home")
        watch.beat(node)
        with node.database.write() as tx:
            outbox.add(tx, Mail(key="a", topic="a", recipient="a@b.example", message="x", made_at=0, due_at=node.now))
            messages.add(tx, "urn:x:1", "https://b.example/", "", "request", "{}", node.now)
        return node

    def back(self, node: Node) -> None:
        clock_of(node).pass_by(hours=-2)
        watch.beat(node)

    def claimed(self, node: Node) -> int:
        with node.database.write() as tx:
            return len(outbox.claim(tx, node.now, 600, 9)) + len(messages.claim(tx, node.now, 120, 9))

    def test_what_was_never_tried_is_sent_now(self, node: Node) -> None:
        self.back(node)
        assert self.claimed(node) == 2

    def test_what_is_under_way_is_free_after_the_time_that_any_may_take(self, node: Node) -> None:
        assert self.claimed(node) == 2
        self.back(node)
        assert self.claimed(node) == 0
        clock_of(node).pass_by(minutes=10)
        assert self.claimed(node) == 2


def test_no_time_at_which_a_worker_does_something_is_left_out() -> None:
    kept = {str(due) for due, _ in FARTHEST_S}
    names = {"due_at", "next_poll_at", "again_at"}
    there = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c}
    assert {one for one in there if one.partition(".")[2] in names} == kept
