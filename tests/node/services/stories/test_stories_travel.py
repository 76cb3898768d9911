"""Stories from node to catalogue: what is told there is shown here, judged, and gone when it is gone there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from federation.fetch import FetchError
from federation.stories import Speaker, judge
from node.app import create_app
from node.services.stories import feed, harvest, moderating, reading, writing
from node.storage import sources, stories, story_shelf
from node.storage.story_shelf import FINE
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, school
from tests.fakes.stories import ANN, handed_to, handed_to_person, told
from tests.fakes.story_readers import CITY, Town, altered, town


@pytest.fixture
def here(tmp_path: Path) -> Town:
    return town(tmp_path)


def titles(here: Town) -> list[str]:
    return [one.story.title for one in reading.newest(here.city, 50)]


def set_aside(here: Town) -> list[str]:
    """The codes of what is set aside."""
    with here.city.database.read() as tx:
        rows = story_shelf.of_source(tx, here.source_id).values()
    return [problem["code"] for row in rows if row.problems != FINE for problem in orjson.loads(row.problems)]


def visitor(here: Town) -> FlaskClient:
    return client_of(create_app(here.city))


def page(here: Town, path: str) -> Any:
    return visitor(here).get(path, base_url=CITY)


def test_a_story_is_shown_in_the_catalogue_and_goes_when_it_is_taken_down(here: Town) -> None:
    own = told(here.school, handed_to_person(here.school))
    assert here.read().code == "ok"
    assert titles(here) == ["Chairs for the reading group"]
    [shown] = reading.newest(here.city, 1)
    text = page(here, f"/stories/{shown.key}").get_data(as_text=True)
    assert 'rel="canonical" href="https://share.example.org/stories/' in text
    assert "every Tuesday" in text
    assert (
        page(here, "/organisations/" + text.partition('href="/organisations/')[2].partition('"')[0]).status_code == 200
    )
    writing.withdraw(here.school, own, ANN)
    assert here.read().code == "ok"
    assert titles(here) == []
    assert page(here, f"/stories/{shown.key}").status_code == 404


def test_nothing_new_is_asked_for_once(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    here.read()
    here.asked.clear()
    assert here.read().code == "unchanged"
    assert len(here.asked) == 1
    clock_of(here.school).pass_by(days=2)
    assert here.read().code == "ok", "validators are left out once a day"


def test_no_name_leaves_the_node_without_a_yes(here: Town) -> None:
    own = told(here.school, handed_to(here.school))
    body = feed.json_document(here.school, "Stories", own=True, after="").body
    assert b"Mending" not in body
    with here.school.database.write() as tx:
        from node.services.stories import shelving
        from schemas.story import digest

        stories.answer(tx, own.key, "yes", digest(shelving.load(own.document or "")), here.school.now)
        shelving.shelve(tx, here.school, own.key)
    here.read()
    assert [one.story.other.name for one in reading.newest(here.city, 1)] == ["Mending Room"]


def test_many_stories_come_page_by_page(here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "A_PAGE", 2)
    for number in range(5):
        exchange = handed_to(here.school, exchange=f"https://share.example.org/exchanges/{number}")
        told(here.school, exchange, f"Story {number}")
        clock_of(here.school).pass_by(hours=1)
    here.read()
    assert titles(here) == [f"Story {number}" for number in (4, 3, 2, 1, 0)]
    assert len(here.asked) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda item: item.update(id="https://other.example/stories/1"), "not-its-own", id="another's id"),
        pytest.param(
            lambda item: item["_sharefeed"]["organisation"].update(id="https://other.example/org"),
            "not-its-own",
            id="another's organisation",
        ),
        pytest.param(lambda item: item.update(title=""), "missing", id="no title"),
        pytest.param(lambda item: item.update(content_text="x" * 4001), "too-long", id="too long"),
        pytest.param(lambda item: item.update(content_text="a\x00b"), "bad-text", id="NUL"),
        pytest.param(
            lambda item: item["_sharefeed"].update(other={"type": "person", "name": "Cem"}),
            "person-named",
            id="a person",
        ),
        pytest.param(
            lambda item: item.update(content_text="Buy now! Only £9.99 per month, 20% off, call us for a free quote."),
            "not-free-words",
            id="advert",
        ),
    ],
)
def test_a_bad_story_costs_itself_alone(here: Town, change: Any, code: str) -> None:
    told(here.school, handed_to_person(here.school, ref="a"), "The first")
    clock_of(here.school).pass_by(hours=1)
    told(here.school, handed_to_person(here.school, "Dan", ref="b"), "The second")
    here.change = altered(change)
    assert here.read().code == "ok"
    assert titles(here) == ["The first"]
    assert code in set_aside(here)
    operator = visitor(here)
    assert operator.get("/control/stories", base_url=CITY).status_code in (302, 303)


def test_the_operator_releases_what_reads_like_an_advert_until_it_says_something_else(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    advert = "Buy now! Only £9.99 per month, 20% off, call us for a free quote."
    here.change = altered(lambda item: item.update(content_text=advert))
    here.read()
    [looked] = moderating.looked_through(here.city, 10, 0)[0]
    moderating.release(here.city, looked.story.id)
    assert titles(here) == ["Chairs for the reading group"]
    here.read()
    assert titles(here) == ["Chairs for the reading group"], "it stays released"
    here.change = altered(lambda item: item.update(content_text=advert + " Hurry, call today."))
    here.read()
    assert titles(here) == []


def test_what_the_operator_hides_stays_hidden(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    here.read()
    [looked] = moderating.looked_through(here.city, 10, 0)[0]
    moderating.hide(here.city, looked.story.id, "It names a child")
    clock_of(here.school).pass_by(days=2)
    here.read()
    assert titles(here) == []
    moderating.show(here.city, looked.story.id)
    assert titles(here) == ["Chairs for the reading group"]


def test_what_cannot_be_reached_stays(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    here.read()

    def lost(answer: Any) -> Any:
        raise FetchError(answer.url, "connect", "nobody is there")

    for change in (
        lost,
        lambda answer: replace(answer, status=500, body=b"", etag=None),
        lambda answer: replace(answer, body=b"<html>", etag=None, status=200),
        lambda answer: replace(answer, body=b"x" * (harvest.MOST_BYTES + 1), etag=None, status=200),
        lambda answer: replace(answer, body=answer.body.replace(b'"node":"https://share', b'"node":"https://evil')),
    ):
        here.change = change
        clock_of(here.school).pass_by(days=2)
        assert not here.read().fine
        assert titles(here) == ["Chairs for the reading group"]


@pytest.mark.parametrize("to", ["https://evil.example/more", "/stories.json?own=1"])
def test_a_feed_that_leads_elsewhere_or_in_a_ring_is_not_followed(here: Town, to: str) -> None:
    told(here.school, handed_to_person(here.school))

    def led(answer: Any) -> Any:
        document = {**orjson.loads(answer.body), "next_url": to}
        return replace(answer, body=orjson.dumps(document), etag=None)

    here.change = led
    assert here.read().code == "bad-next"
    assert titles(here) == []
    assert all(one.startswith("https://share.example.org/") for one in here.asked)


def test_a_suspended_source_tells_nothing_and_a_removed_one_takes_its_stories_along(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    here.read()
    with here.city.database.write() as tx:
        sources.change(tx, here.source_id, state="suspended")
    assert titles(here) == []
    with here.city.database.write() as tx:
        sources.remove(tx, here.source_id)
    with here.city.database.read() as tx:
        assert story_shelf.count_all(tx) == 0


def test_a_node_that_tells_no_stories_any_more_has_none(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    here.read()
    with here.city.database.write() as tx:
        source = sources.by_id(tx, here.source_id)
        assert source is not None
        assert source.node_document is not None
        document = orjson.loads(source.node_document)
        del document["feeds"]["stories"]
        sources.amend(tx, replace(source, node_document=orjson.dumps(document).decode()))
    assert here.read().code == "no-stories"
    assert titles(here) == []


def test_the_worker_reads_what_is_due_and_leaves_the_rest(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    assert harvest.read_due(here.city, here) == 1
    assert titles(here) == ["Chairs for the reading group"]
    assert harvest.read_due(here.city, here) == 0
    clock_of(here.school).pass_by(hours=2)
    assert harvest.read_due(here.city, here) == 1


def test_photos_of_others_are_copied_before_they_are_shown(here: Town) -> None:
    told(here.school, handed_to_person(here.school))
    picture = {"url": "https://elsewhere.example/a.jpg", "alt": "Chairs"}
    here.change = altered(lambda item: item["_sharefeed"].update(images=[picture]))
    here.read()
    [shown] = reading.newest(here.city, 1)
    text = page(here, f"/stories/{shown.key}").get_data(as_text=True)
    assert "elsewhere.example" not in text.replace('"image":["https://elsewhere.example/a.jpg"]', "")
    from node.services.pictures.proxy import key_of
    from node.storage import photos

    with here.city.database.read() as tx:
        assert photos.by_keys(tx, [key_of(picture["url"])])


def test_a_story_comes_from_where_its_organisation_moved_to(here: Town) -> None:
    """It is told by another node than the one under whose address the organisation is: that one has to say so."""
    speaker = Speaker(("https://own.example/",), (URL, CITY), frozenset({school(here.school).id}))
    told(here.school, handed_to_person(here.school))
    [item] = orjson.loads(feed.json_document(here.school, "Stories", own=True, after="").body)["items"]
    item |= {"id": "https://own.example/stories/1", "url": "https://own.example/stories/1"}
    refused = judge(item, speaker)
    assert refused is not None
    assert [one.code for one in refused.problems] == ["not-its-own"]
    for given_by, fine in (((URL,), True), ((CITY,), False)):
        found = judge(item, replace(speaker, given_by=given_by))
        assert found is not None
        assert (found.problems == ()) is fine
    unnamed = judge(item, replace(speaker, given_by=(URL,), organisations=frozenset()))
    assert unnamed is not None
    assert unnamed.problems
