"""Stories on every database: written, published, answered, hidden, read page by page, and gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from federation.facts import short_key
from node.context import Node
from node.services.identity import accounts, members
from node.services.stories import consent, feed, moderating, reading, shelving, writing
from node.services.stories.writing import StoryError
from node.storage import stories, story_shelf
from node.storage.engine import Database
from node.storage.stories import ASKED, NO, PUBLISHED, WITHDRAWN, YES, OwnStory
from schemas.story import digest
from tests.fakes.exchanges import subjects
from tests.fakes.publisher import URL, clock_of, publisher, school
from tests.fakes.stories import ANN, handed_to, handed_to_person, told, written

MENDING = f"{URL}organisations/mending-room"


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, mail_capture=True, aggregate=True)


def say(node: Node, own: OwnStory, word: str) -> None:
    asked = consent.by_organisation(node, MENDING, own.key, ANN)
    assert asked is not None
    consent.answer(node, asked, word, digest(asked.story))


def kept(node: Node, key: str) -> OwnStory | None:
    with node.database.read() as tx:
        return stories.by_key(tx, key)


def several(node: Node, number: int) -> list[OwnStory]:
    """Stories of one exchange each, the first of them the oldest."""
    made = []
    for at in range(number):
        clock_of(node).pass_by(minutes=1)
        exchange = handed_to(node, exchange=f"{URL}exchanges/{at:020}", category=("tools", "furniture/chair")[at % 2])
        made.append(told(node, exchange, f"Story {at}"))
    return made


def test_a_story_from_draft_to_gone(node: Node) -> None:
    exchange = handed_to_person(node)
    draft = written(node, exchange)
    begun = writing.begin(node, school(node).id, exchange)
    assert begun == draft
    assert reading.newest(node, 9) == []
    own = writing.publish(node, draft, ANN)
    assert [one.key for one in reading.newest(node, 9)] == [own.key]
    again = writing.save(node, replace(own, typed={**own.typed, "title": "Better"}))
    assert (again.state, again.document) == (PUBLISHED, own.document), "what is typed is not published by that"
    writing.publish(node, again, ANN)
    assert [one.story.title for one in reading.newest(node, 9)] == ["Better"]
    writing.withdraw(node, own, ANN)
    assert reading.one(node, own.key) is None
    with node.database.read() as tx:
        assert [one.change for one in stories.versions(tx, own.key)] == [PUBLISHED, PUBLISHED, WITHDRAWN]
        assert stories.count(tx, school(node).id) == 1
    writing.discard(node, own, ANN)
    assert kept(node, own.key) is None
    with node.database.read() as tx:
        assert stories.versions(tx, own.key) == []


def test_nobody_who_does_not_answer_is_asked_for_ever(node: Node) -> None:
    bo = accounts.add(node, "Bo", "bo@mending.example", operator=False)
    handed_to(node)
    members.join(node, bo, "mending-room", members.EDITOR)
    own = several(node, consent.MOST_WAITING + 2)[0]
    assert len(subjects(node)) == consent.MOST_WAITING
    clock_of(node).pass_by(days=2)
    for number in range(9):
        changed = replace(own, typed={**own.typed, "title": f"Anew {number}"})
        writing.publish(node, writing.save(node, changed), ANN)
    assert len(subjects(node)) == consent.MOST_WAITING, "there are many that wait"
    for one in reading.newest(node, 20):
        with node.database.read() as tx:
            found = stories.by_key(tx, one.key)
        if found is not None and found.key != own.key:
            say(node, found, YES)
    before = len([subject for name, subject in subjects(node) if name == "bo"])
    clock_of(node).pass_by(days=2)
    for number in range(9):
        changed = replace(own, typed={**own.typed, "title": f"Once more {number}"})
        writing.publish(node, writing.save(node, changed), ANN)
    assert len([subject for name, subject in subjects(node) if name == "bo"]) == before + consent.MOST_A_DAY


def test_the_others_word_from_asked_to_taken_back(node: Node) -> None:
    own = told(node, handed_to(node))
    assert own.consent == ASKED
    assert consent.count_asked(node, MENDING) == 1
    with node.database.read() as tx:
        assert [one.key for one in stories.about(tx, MENDING, 9)] == [own.key]
    say(node, own, YES)
    assert consent.count_asked(node, MENDING) == 0
    assert [one.story.other.name for one in reading.of_organisation(node, MENDING, 9)] == ["Mending Room"]
    say(node, own, NO)
    assert reading.of_organisation(node, MENDING, 9) == []
    [shown] = reading.newest(node, 9)
    assert shown.story.other.name is None
    assert [(one.state, one.consent) for one in [kept(node, own.key)] if one] == [(PUBLISHED, NO)]


def test_a_name_that_was_taken_back_stays_so_when_a_backup_is_brought_back(node: Node) -> None:
    own = told(node, handed_to(node))
    clock = clock_of(node)
    say(node, own, YES)
    assert consent.take_back_again(node) == 0
    clock.pass_by(days=1)
    say(node, own, NO)

    def as_in_the_backup() -> None:
        """What it said, and what is shown of it, was in the backup."""
        before = kept(node, own.key)
        assert before is not None
        with node.database.write() as tx:
            stories.answer(tx, own.key, YES, digest(shelving.load(before.document or "")), node.now - 86_400)
            shelving.shelve(tx, node, own.key)

    as_in_the_backup()
    assert len(reading.of_organisation(node, MENDING, 9)) == 1
    assert consent.take_back_again(node) == 1
    assert reading.of_organisation(node, MENDING, 9) == []
    # Who has said yes since then is named.
    clock.pass_by(days=1)
    say(node, own, YES)
    assert consent.take_back_again(node) == 0


def test_pages_hold_each_story_once_the_newest_first(node: Node) -> None:
    made = several(node, 14)
    first, total = reading.page(node, 1)
    second, _ = reading.page(node, 2)
    assert total == 14
    assert [one.key for one in [*first, *second]] == [one.key for one in reversed(made)]
    with node.database.read() as tx:
        begun = story_shelf.newest(tx, 5)
        rest = story_shelf.newest(tx, 50, (begun[-1].published_at, begun[-1].id))
        assert [one.key for one in [*begun, *rest]] == [one.key for one in reversed(made)]
        assert [id_ for id_, _ in story_shelf.marks(tx, own=True)] == sorted(f"{URL}stories/{one.key}" for one in made)


def test_beside_a_listing_its_organisations_come_first_and_then_its_kind(node: Node) -> None:
    made = several(node, 4)
    beside = reading.beside(node, short_key("https://nobody.example/organisations/x"), "tools/power", 9)
    assert [one.key for one in beside] == [made[2].key, made[0].key]
    own = reading.beside(node, short_key(school(node).id), "toys", 3)
    assert [one.key for one in own] == [one.key for one in reversed(made[1:])]


def test_what_the_operator_hides_is_shown_nowhere_until_it_is_shown_again(node: Node) -> None:
    own = told(node, handed_to_person(node))
    before = feed.json_document(node, "Stories", own=True, after="").body
    story_id = f"{URL}stories/{own.key}"
    moderating.hide(node, story_id, "It shows a number plate.")
    assert reading.newest(node, 9) == []
    assert orjson.loads(feed.json_document(node, "Stories", own=True, after="").body)["items"] == []
    rows, total = moderating.looked_through(node, 9, 0)
    assert ([one.reason for one in rows], total) == (["It shows a number plate."], 1)
    moderating.show(node, story_id)
    assert feed.json_document(node, "Stories", own=True, after="").body == before


def test_the_latest_story_of_an_exchange_is_the_one_that_is_gone_on_with(node: Node) -> None:
    own = told(node, handed_to(node))
    with node.database.read() as tx:
        assert stories.of_exchange(tx, school(node).id, own.exchange) == kept(node, own.key)
        assert stories.of_exchange(tx, MENDING, own.exchange) is None
        assert [one.key for one in stories.published(tx)] == [own.key]


def test_every_letter_is_kept_and_the_mail_is_written_once(node: Node) -> None:
    title, text = "Krzesła, 椅子 und \N{WHITE CHESS KING}", "Zażółć gęślą jaźń.\n" * 200
    own = told(node, handed_to(node), title, text)
    writing.publish(node, own, ANN)
    found = reading.one(node, own.key)
    assert found is not None
    assert (found.story.title, found.story.content_text) == (title, text.strip())
    assert len(subjects(node)) == len(set(subjects(node)))


def test_a_key_of_another_organisation_is_not_taken(node: Node) -> None:
    own = told(node, handed_to(node))
    with pytest.raises(StoryError):
        writing.save(node, replace(own, organisation_id=MENDING))
    assert kept(node, own.key) == own
