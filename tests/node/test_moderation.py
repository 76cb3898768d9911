"""The operator's queue: listings that wait, removals that wait, undoing, and what housekeeping does by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from federation.records import HELD, L0, QUARANTINED
from node.services.aggregating import sources
from node.services.moderation import decisions
from node.services.moderation.decisions import ModerationError
from node.storage import catalogue
from node.storage.engine import Database, Tx
from tests.fakes import faults
from tests.fakes.aggregator import Aggregator, aggregator, boxes
from tests.fakes.scripted import ScriptedNode


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Aggregator]:
    with aggregator(tmp_path / "home") as one:
        yield one


def odd(made: Aggregator, **changes: Any) -> tuple[ScriptedNode, int, str]:
    """A school with a fine listing and an odd one, which waits; the source and the odd one's id."""
    school = made.school("desk")
    school.put(school.item("odd", **(changes or {"_sharefeed__category": "dragons/green"})))
    source_id = made.city.follow(school)
    made.city.poll_fine(source_id)
    return school, source_id, school.listing_id("odd")


def test_the_queue_shows_what_waits_and_why(made: Aggregator) -> None:
    _, source_id, odd_id = odd(made)
    [item] = decisions.waiting(made.node)
    assert (item.row.id, item.title, item.source_name) == (odd_id, "A odd", "https://school.example/")
    assert (item.can_release, [reason.code for reason in item.row.reasons]) == (True, ["unknown-category"])
    assert decisions.count_waiting(made.node) == {HELD: 0, QUARANTINED: 1, "removals": 0}
    assert decisions.waiting_one(made.node, source_id, odd_id).row == item.row


def test_release_shows_and_refuse_hides(made: Aggregator) -> None:
    school, source_id, odd_id = odd(made)
    decisions.release(made.node, source_id, odd_id)
    assert made.city.refs(school) == {"desk", "odd"}
    assert decisions.waiting(made.node) == []
    decisions.refuse(made.node, source_id, odd_id, " not for here ")
    assert made.city.refs(school) == {"desk"}
    [row, _] = made.city.store.rows(source_id)[odd_id]
    assert (row.state, row.reasons[0].message) == ("refused", "not for here")
    made.city.check_source(source_id)


def test_a_refused_update_takes_the_older_version_with_it(made: Aggregator) -> None:
    school, source_id, _ = odd(made)
    school.put(school.item("desk", _sharefeed__category="dragons/green"))
    made.city.poll_fine(source_id)
    assert "desk" in made.city.refs(school)
    decisions.refuse(made.node, source_id, school.listing_id("desk"), "no")
    assert made.city.refs(school) == set()


NASTY = [
    pytest.param({"title": "\ud83d half"}, id="half a character"),
    pytest.param({"title": "\x00"}, id="NUL"),
    pytest.param({"_sharefeed__weight_kg": 2**80}, id="an endless number"),
    pytest.param({"content_html": "x" * 300_000}, id="far too large"),
    pytest.param({"title": {"a": [1, 2]}}, id="a title that is none"),
    pytest.param({"title": None}, id="no title"),
]


@pytest.mark.parametrize("changes", NASTY)
def test_no_listing_breaks_the_queue(made: Aggregator, changes: dict[str, Any]) -> None:
    school, source_id, odd_id = odd(made, **changes)
    [item] = decisions.waiting(made.node)
    assert not item.can_release
    item.title.encode()
    with pytest.raises(ModerationError, match="cannot be shown as it is"):
        decisions.release(made.node, source_id, odd_id)
    decisions.refuse(made.node, source_id, odd_id, "broken")
    assert made.city.refs(school) == {"desk"}


@pytest.mark.parametrize("fault", [faults.item(1, hash="A" * 43), faults.item(1, via=["no node"])])
def test_what_was_unreadable_when_it_came_cannot_be_released(made: Aggregator, fault: Any) -> None:
    school = made.school("desk", "odd")
    school.faults.append(fault)
    source_id = made.city.follow(school)
    made.city.poll_fine(source_id)
    [item] = decisions.waiting(made.node)
    assert not item.can_release
    with pytest.raises(ModerationError):
        decisions.release(made.node, source_id, school.listing_id("odd"))
    assert made.city.refs(school) == {"desk"}


def test_words_that_cannot_take_effect(made: Aggregator) -> None:
    _, source_id, odd_id = odd(made)
    with pytest.raises(ModerationError, match="reason"):
        decisions.refuse(made.node, source_id, odd_id, "  ")
    with pytest.raises(ModerationError):
        decisions.refuse(made.node, source_id, "https://x.example/1", "no")
    with pytest.raises(ModerationError):
        decisions.release(made.node, source_id, "https://school.example/listings/desk")
    assert len(decisions.waiting(made.node)) == 1


def held(made: Aggregator, count: int = 30) -> tuple[ScriptedNode, int, str]:
    """A shop that withdrew everything: the source, and the batch that waits."""
    shop, source_id = made.shop(count)
    shop.remove(*boxes(count))
    made.city.poll_fine(source_id)
    [batch] = decisions.batches(made.node)
    assert (batch.size, batch.state) == (count, "waiting")
    return shop, source_id, batch.batch


def test_apply_lets_everything_go_with_its_reason(made: Aggregator) -> None:
    shop, _, batch = held(made)
    assert decisions.count_waiting(made.node)["removals"] == 30
    assert decisions.apply_batch(made.node, batch) == 30
    assert made.city.refs(shop) == set()
    assert decisions.batches(made.node) == []
    with made.node.database.read() as tx:
        tombstones = [row for row in catalogue.log_after(tx, 0, 0, 100) if not row.live]
    assert {row.removed_reason for row in tombstones} == {"given"}
    assert decisions.apply_batch(made.node, batch) == 0


def test_undo_keeps_everything_through_later_readings(made: Aggregator) -> None:
    shop, source_id, batch = held(made)
    assert decisions.undo_batch(made.node, batch) == 30
    assert decisions.batches(made.node) == []
    made.net.clock.pass_by(days=8)
    made.city.poll_fine(source_id)
    assert decisions.apply_overdue(made.node) == 0
    assert len(made.city.refs(shop)) == 30


def test_undo_after_apply_restores_what_was_shown(made: Aggregator) -> None:
    shop, _, batch = held(made)
    before = {id_: (row.text, row.hash, row.via) for id_, row in made.city.shown().items()}
    decisions.apply_batch(made.node, batch)
    decisions.undo_batch(made.node, batch)
    assert {id_: (row.text, row.hash, row.via) for id_, row in made.city.shown().items()} == before
    assert len(made.city.refs(shop)) == 30


def test_apply_after_undo_lets_everything_go_after_all(made: Aggregator) -> None:
    shop, _, batch = held(made)
    decisions.undo_batch(made.node, batch)
    assert decisions.apply_batch(made.node, batch) == 30
    assert made.city.refs(shop) == set()


def test_undo_leaves_alone_what_was_sent_again(made: Aggregator) -> None:
    shop, source_id, batch = held(made)
    decisions.apply_batch(made.node, batch)
    shop.add("box1", title="Newer")
    made.city.poll_fine(source_id)
    made.net.clock.pass_by(days=2)
    shop.remove("box1")
    made.city.poll_fine(source_id)
    assert decisions.undo_batch(made.node, batch) == 29
    assert "box1" not in made.city.refs(shop)
    assert len(made.city.refs(shop)) == 29


def test_a_kept_listing_that_is_sent_again_is_its_nodes_once_more(made: Aggregator) -> None:
    shop, source_id, batch = held(made)
    decisions.undo_batch(made.node, batch)
    shop.add("box1", title="Newer")
    made.city.poll_fine(source_id)
    assert made.city.titles(shop)["box1"] == "Newer"
    shop.remove("box1")
    made.net.clock.pass_by(days=2)
    made.city.poll_fine(source_id)
    assert "box1" not in made.city.refs(shop)


def test_small_removals_can_be_undone_too(made: Aggregator) -> None:
    shop, source_id = made.shop(10)
    shop.remove("box1", "box2", "box3")
    made.city.poll_fine(source_id)
    [batch] = decisions.recent_batches(made.node)
    assert (batch.size, len(made.city.refs(shop))) == (3, 7)
    assert len(decisions.batch_listings(made.node, batch.batch)) == 3
    decisions.undo_batch(made.node, batch.batch)
    assert len(made.city.refs(shop)) == 10


def test_after_seven_days_a_removal_applies(made: Aggregator) -> None:
    shop, _, _ = held(made)
    made.net.clock.pass_by(days=7, seconds=-1)
    assert decisions.apply_overdue(made.node) == 0
    assert len(made.city.refs(shop)) == 30
    made.net.clock.pass_by(seconds=1)
    assert decisions.apply_overdue(made.node) == 1
    assert made.city.refs(shop) == set()


def test_what_applied_by_itself_can_still_be_undone_for_a_week(made: Aggregator) -> None:
    shop, _, batch = held(made)
    made.net.clock.pass_by(days=7)
    decisions.apply_overdue(made.node)
    assert decisions.forget_old(made.node) == 0
    made.net.clock.pass_by(days=6)
    assert decisions.forget_old(made.node) == 0
    decisions.undo_batch(made.node, batch)
    assert len(made.city.refs(shop)) == 30
    decisions.apply_batch(made.node, batch)
    made.net.clock.pass_by(days=8)
    assert decisions.forget_old(made.node) == 30
    assert decisions.undo_batch(made.node, batch) == 0


def test_a_held_removal_ends_with_its_listings_time(made: Aggregator) -> None:
    shop, source_id, _ = held(made)
    made.net.clock.pass_by(days=61)
    assert decisions.expire_foreign(made.node) == 30
    assert (made.city.refs(shop), decisions.batches(made.node)) == (set(), [])
    made.city.check_source(source_id)


def test_undoing_does_not_bring_back_what_a_suspension_hid(made: Aggregator) -> None:
    shop, source_id, batch = held(made)
    made.suspend(shop, source_id)
    decisions.undo_batch(made.node, batch)
    assert made.city.refs(shop) == set()
    sources.resume(made.node, source_id)
    assert len(made.city.refs(shop)) == 30


@pytest.mark.parametrize("level", [L0, "L1"])
def test_what_is_over_leaves_the_catalogue(made: Aggregator, level: str) -> None:
    school = made.school("desk", "chair")
    school.add("soon", _sharefeed__expires=faults.stamp(made.city.now + 3600))
    source_id = made.city.follow(school, level)
    made.city.poll_fine(source_id)
    assert decisions.expire_foreign(made.node) == 0
    made.net.clock.pass_by(hours=1)
    assert decisions.expire_foreign(made.node) == 1
    assert decisions.expire_foreign(made.node) == 0
    assert made.city.refs(school) == {"desk", "chair"}
    assert made.city.states(source_id)["soon"] == "expired"
    made.net.clock.pass_by(days=1)
    made.city.poll_fine(source_id)
    assert made.city.states(source_id)["soon"] == "expired"
    school.add("soon", title="Renewed")
    made.city.poll_fine(source_id)
    assert made.city.titles(school)["soon"] == "Renewed"


def test_the_last_good_version_of_a_broken_listing_expires(made: Aggregator) -> None:
    school, source_id, _ = odd(made)
    school.put(school.item("desk", title="\x00"))
    made.city.poll_fine(source_id)
    made.net.clock.pass_by(days=60)
    assert decisions.expire_foreign(made.node) == 1
    assert made.city.refs(school) == set()
    assert made.city.states(source_id)["desk"] == "quarantined"


def test_copies_that_are_over_do_not_come_forward_one_after_the_other(made: Aggregator) -> None:
    school = made.school()
    hubs = [made.net.node(f"https://hub{number}.example/") for number in range(3)]
    for hub in hubs:
        hub.put(school.item("desk"), (school.id,))
        made.city.poll_fine(made.city.follow(hub))
    made.net.clock.pass_by(days=60)
    assert decisions.expire_foreign(made.node) == 1
    assert made.city.shown() == {}
    with made.node.database.read() as tx:
        assert catalogue.state(tx).head == 2


def test_a_renewal_that_comes_in_between_is_not_expired(made: Aggregator) -> None:
    """What is over is asked for again inside the transaction that takes it out."""
    school = made.school("desk")
    source_id = made.city.follow(school)
    made.city.poll_fine(source_id)
    made.net.clock.pass_by(days=60)

    def renew() -> None:
        school.add("desk", title="Renewed")
        made.city.poll_fine(source_id)

    meanwhile = replace(made.node, database=Interrupted(made.node.database, renew))
    assert decisions.expire_foreign(meanwhile) == 0
    assert made.city.titles(school) == {"desk": "Renewed"}
    assert made.city.states(source_id) == {"desk": "shown"}


class Interrupted:
    """A database on which something else happens just before each writing."""

    def __init__(self, database: Database, act: Callable[[], None]) -> None:
        self.read = database.read
        self.database, self.act = database, act

    def write(self) -> AbstractContextManager[Tx]:
        self.act()
        return self.database.write()


def test_what_waits_for_no_reason_any_more_is_shown(made: Aggregator) -> None:
    """A change feed does not send it again."""
    early = faults.stamp(made.city.now + 2 * 86_400)
    school, source_id, _ = odd(made, date_modified=early)
    assert decisions.judge_again(made.node) == 1
    assert made.city.states(source_id)["odd"] == "quarantined"
    made.net.clock.pass_by(days=2)
    assert decisions.judge_again(made.node) == 1
    assert made.city.refs(school) == {"desk", "odd"}
    assert decisions.judge_again(made.node) == 0
    made.city.check_source(source_id)


def test_judging_again_minds_the_operators_word_and_what_is_broken(made: Aggregator) -> None:
    school, source_id, odd_id = odd(made)
    school.put(school.item("broken", title="\x00"))
    made.city.poll_fine(source_id)
    decisions.refuse(made.node, source_id, odd_id, "no")
    decisions.judge_again(made.node)
    assert made.city.states(source_id) == {"desk": "shown", "odd": "refused", "broken": "quarantined"}


def test_what_was_held_is_shown_once_its_source_is_trusted(made: Aggregator) -> None:
    school = made.school("desk", "chair")
    source_id = made.city.follow(school, hold_new=True)
    made.city.poll_fine(source_id)
    assert decisions.judge_again(made.node) == 0
    assert decisions.count_waiting(made.node)[HELD] == 2
    sources.change(made.node, source_id, hold_new=False)
    assert decisions.judge_again(made.node) == 2
    assert made.city.refs(school) == {"desk", "chair"}
