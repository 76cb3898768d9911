"""Reading a node document again: what is followed, what is not, and that what goes wrong there costs no source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from federation.fetch import Answer
from federation.plain import Defaults
from federation.records import L0, L1, PLAIN, SUSPENDED
from federation.renewal import document_of
from schemas.node_document import Area
from tests.fakes import faults
from tests.fakes.city import CITY, City
from tests.fakes.scripted import Request, ScriptedNet, ScriptedNode
from tests.schemas.made import PARK

SCHOOL, NEW, RIVAL = "https://school.example/", "https://new.example/", "https://rival.example/"
WELL_KNOWN = ".well-known/sharefeed.json"
AS_PLAIN = {"defaults": Defaults(PARK).to_json()}


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node(SCHOOL)
    node.add("desk", "chair")
    node.describe("changes", "json", name="School", ttl=900)
    return node


def follow(city: City, node: ScriptedNode, level: str = L1, **values: Any) -> int:
    """A source as it is when it was just added: its document was read, and its feed has been read once."""
    known = {
        "name": "Scripted",
        "node_document": orjson.dumps(node.document).decode(),
        "document_url": node.address(WELL_KNOWN),
        "document_asked_at": city.now,
        "document_read_at": city.now,
    }
    source_id = city.follow(node, level, **(AS_PLAIN if level == PLAIN else {}))
    if node.document is not None:
        city.store.change(source_id, **{**known, "name": node.document["name"], **values})
    assert city.visit(source_id).fine
    return source_id


def asked(node: ScriptedNode) -> list[Request]:
    return [request for request in node.asked if request.url.endswith(WELL_KNOWN)]


def a_day_later(city: City, source_id: int) -> None:
    city.net.clock.pass_by(days=1)
    city.visit(source_id)


def test_a_changed_name_pace_and_area_are_taken_over(city: City, school: ScriptedNode) -> None:
    source_id = follow(city, school)
    school.describe("changes", "json", name="The School", ttl=7200, area={"name": "Fletton"})
    a_day_later(city, source_id)
    source = city.source(source_id)
    document = document_of(source)
    assert (source.name, source.ttl_s, source.document_read_at) == ("The School", 7200, city.now)
    assert document is not None
    assert document.area == Area("Fletton")
    assert city.store.events(source_id) == ["renamed"]
    city.visit(source_id)
    assert city.source(source_id).due_at == city.now + 7200


def test_a_name_that_the_operator_chose_stays(city: City, school: ScriptedNode) -> None:
    source_id = follow(city, school, name="Our school")
    school.describe("changes", name="The School")
    a_day_later(city, source_id)
    assert city.source(source_id).name == "Our school"
    assert city.store.events(source_id) == []


def test_it_is_asked_for_once_a_day_and_with_validators(city: City, school: ScriptedNode) -> None:
    source_id = follow(city, school)
    for _ in range(30):
        city.net.clock.pass_by(hours=2)
        city.visit(source_id)
    requests = asked(school)
    assert len(requests) == 2
    assert [request.etag is not None for request in requests] == [False, True]
    source = city.source(source_id)
    assert (source.document_asked_at, source.document_read_at) == (city.now - 12 * 3600, city.now - 12 * 3600)


def test_a_source_that_never_had_one_gets_it(city: City, net: ScriptedNet) -> None:
    node = net.node(SCHOOL)
    node.add("desk")
    source_id = city.follow(node, L0)
    city.visit(source_id)
    node.describe("json", name="School", ttl=600)
    a_day_later(city, source_id)
    source = city.source(source_id)
    assert (source.ttl_s, source.document_url, source.name) == (600, node.address(WELL_KNOWN), SCHOOL)


def gone_silent(node: ScriptedNode) -> None:
    node.document = None


def told(**members: Any) -> Callable[[ScriptedNode], None]:
    return lambda node: node.describe("changes", "json", **members)


def listing(**feeds: str) -> Callable[[ScriptedNode], None]:
    return lambda node: node.describe(feeds=feeds)


HARMLESS = [
    pytest.param(gone_silent, id="not there any more"),
    pytest.param(told(sharefeed="9.0"), id="of a version that we cannot read"),
    pytest.param(told(id=RIVAL), id="of another node"),
    pytest.param(told(feeds={}), id="names no feed"),
    pytest.param(listing(changes=SCHOOL + "nothing.json"), id="names a feed that is not there"),
    pytest.param(listing(json="https://nowhere.example/feed.json"), id="names a site that is not there"),
    pytest.param(listing(json=RIVAL + "feed.json"), id="names another node's feed"),
    pytest.param(listing(changes=SCHOOL + "feed.json", json=SCHOOL + "feed.json"), id="calls a document a change feed"),
    pytest.param(told(moved_to=SCHOOL), id="moved to where it is"),
    pytest.param(told(moved_to=CITY), id="moved to this aggregator"),
    pytest.param(told(moved_to="https://nowhere.example/"), id="moved to where nothing is"),
    pytest.param(told(moved_to=RIVAL), id="moved to a node that knows nothing of it"),
]


@pytest.mark.parametrize("change", HARMLESS)
def test_a_document_that_is_wrong_never_harms_the_source(
    city: City, net: ScriptedNet, school: ScriptedNode, change: Callable[[ScriptedNode], None]
) -> None:
    rival = net.node(RIVAL)
    rival.add("sofa")
    rival.describe("changes", "json")
    source_id = follow(city, school)
    before = city.source(source_id)
    change(school)
    a_day_later(city, source_id)
    source = city.source(source_id)
    same = ("url", "node_id", "format", "level", "epoch", "state", "failures", "reread_at", "former_ids")
    assert {name: getattr(source, name) for name in same} == {name: getattr(before, name) for name in same}
    assert source.document_asked_at == city.now
    school.add("lamp")
    assert city.visit(source_id).code == "ok"
    assert city.refs(school) == {"desk", "chair", "lamp"}
    city.check_source(source_id)


class TestAnotherFeed:
    def test_a_level_upgrade_is_followed(self, city: City, school: ScriptedNode) -> None:
        """Published as a file at first, and by the software later."""
        school.describe("json")
        source_id = follow(city, school, L0)
        school.describe("changes", "json")
        a_day_later(city, source_id)
        source = city.source(source_id)
        assert (source.url, source.level, source.due_at) == (school.address(), L1, city.now)
        assert city.store.events(source_id) == ["another-feed"]
        school.remove("desk")
        assert city.visit(source_id).code == "ok"
        source = city.source(source_id)
        assert (city.refs(school), source.verified_at, source.reread_at) == ({"chair"}, city.now, None)
        city.check_source(source_id)

    def test_a_new_address_is_followed_and_absence_counts_as_ever(self, city: City, school: ScriptedNode) -> None:
        school.describe("json")
        source_id = follow(city, school, L0)
        school.describe(feeds={"json": SCHOOL + "new/feed.json"})
        school.remove("desk")
        a_day_later(city, source_id)
        assert city.source(source_id).url == SCHOOL + "new/feed.json"
        city.visit(source_id)
        assert (city.refs(school), city.source(source_id).verified_at) == ({"chair"}, city.now)

    def test_a_change_feed_that_is_broken_today_is_not_left_for_less(self, city: City, school: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.describe(feeds={"changes": SCHOOL + "broken.json", "json": SCHOOL + "feed.json"})
        a_day_later(city, source_id)
        assert (city.source(source_id).url, city.source(source_id).level) == (school.address(), L1)

    def test_a_change_feed_that_is_given_up_is_left(self, city: City, school: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.describe("json")
        a_day_later(city, source_id)
        city.visit(source_id)
        source = city.source(source_id)
        assert (source.url, source.level, source.verified_at) == (SCHOOL + "feed.json", L0, city.now)

    def test_what_another_source_reads_already_is_left_to_it(self, city: City, school: ScriptedNode) -> None:
        school.describe("json")
        source_id = follow(city, school, L0)
        city.follow(school)
        school.describe("changes")
        a_day_later(city, source_id)
        assert city.source(source_id).url == SCHOOL + "feed.json"
        assert city.store.events(source_id) == ["not-followed"]


class TestRedirects:
    """A feed whose address leads elsewhere for good."""

    @pytest.mark.parametrize("level", [L0, L1, PLAIN])
    def test_within_one_site_it_is_followed(self, city: City, school: ScriptedNode, level: str) -> None:
        school.document = None
        source_id = follow(city, school, level)
        cursor = city.source(source_id).cursor
        school.faults.append(leads_to(f"{SCHOOL}deep/{'changes' if level == L1 else 'feed'}.json?after=x&lang=en"))
        city.net.clock.pass_by(hours=1)
        assert city.visit(source_id).fine
        source = city.source(source_id)
        assert source.url == f"{SCHOOL}deep/{'changes' if level == L1 else 'feed'}.json?lang=en"
        assert (source.cursor, source.reread_at) == (cursor, None)
        assert city.store.events(source_id) == ["another-feed"]

    @pytest.mark.parametrize("level", [L0, L1, PLAIN])
    def test_to_another_site_it_is_not_unless_the_node_says_so(
        self, city: City, school: ScriptedNode, level: str
    ) -> None:
        source_id = follow(city, school, level)
        if level != PLAIN:
            school.describe(feeds={})
        url = city.source(source_id).url
        for _ in range(3):
            school.faults.append(leads_to(RIVAL + "feed.json"))
            a_day_later(city, source_id)
        assert city.source(source_id).url == url
        assert city.store.events(source_id) == ["not-followed"]

    def test_a_document_that_still_names_the_old_address_counts(self, city: City, school: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.faults.append(leads_to(SCHOOL + "deep/changes.json"))
        a_day_later(city, source_id)
        assert city.source(source_id).url == school.address()

    def test_a_page_of_another_node_behind_a_redirect_changes_nothing(self, city: City, school: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.document = None
        city.store.change(source_id, node_document=None)
        lie = faults.head(node=RIVAL)
        school.faults.append(lambda n, r, h: replace(lie(n, r, h), permanent_url=SCHOOL + "deep.json"))
        city.net.clock.pass_by(days=1)
        assert city.visit(source_id).code == "other-node"
        assert city.source(source_id).url == school.address()


def leads_to(url: str) -> Callable[[ScriptedNode, Request, Answer], Answer]:
    return lambda node, request, honest: replace(honest, permanent_url=url)


@pytest.fixture
def new(net: ScriptedNet) -> ScriptedNode:
    """The school's new place, which names the old one, with the same listings under the same ids."""
    node = net.node(NEW, log=lambda: net.nodes[SCHOOL[:-1]]._log)
    node.describe("changes", name="New school", moved_from=[SCHOOL])
    return node


class TestMoving:
    def test_a_node_that_moved_is_followed(self, city: City, school: ScriptedNode, new: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.describe(moved_to=NEW)
        a_day_later(city, source_id)
        source = city.source(source_id)
        assert (source.node_id, source.url, source.level, source.name) == (NEW, new.address(), L1, "New school")
        assert orjson.loads(source.former_ids) == [SCHOOL]
        assert city.store.events(source_id) == ["renamed", "moved"]
        assert {row.via for row in city.shown().values()} == {(NEW,)}
        school.remove("desk")
        assert city.visit(source_id).code == "ok"
        assert (city.refs(school), city.source(source_id).verified_at) == ({"chair"}, city.now)
        city.check_source(source_id)

    def test_a_whole_site_that_leads_to_its_new_place_moved(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        source_id = follow(city, school)
        school.leads_to = NEW
        city.net.clock.pass_by(hours=2)
        assert city.visit(source_id).code == "other-node"
        assert city.source(source_id).node_id == NEW
        assert city.visit(source_id).code == "ok"
        assert city.refs(school) == {"desk", "chair"}

    def test_a_feed_that_is_gone_is_found_again_before_it_is_suspended(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        source_id = follow(city, school)
        school.describe(moved_to=NEW)
        city.net.clock.pass_by(hours=2)
        school.faults.append(faults.gone)
        assert city.visit(source_id).code == "gone"
        assert city.source(source_id).node_id == NEW
        assert city.visit(source_id).code == "ok"
        assert len(city.shown()) == 2

    def test_a_suspended_node_that_is_found_again_comes_back(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        source_id = follow(city, school)
        for _ in range(3):
            school.faults.append(faults.gone)
            city.poll(source_id)
        assert (city.source(source_id).state, city.shown()) == (SUSPENDED, {})
        school.describe(moved_to=NEW)
        school.faults.append(faults.gone)
        a_day_later(city, source_id)
        assert city.visit(source_id).code == "ok"
        assert len(city.shown()) == 2
        city.check_source(source_id)

    def test_it_goes_on_speaking_for_what_lay_under_its_old_address(
        self, city: City, net: ScriptedNet, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        """A forwarder that still has its listings cannot bring back what is gone, nor can a rival invent some."""
        hub, rival = net.node("https://hub.example/"), net.node(RIVAL)
        for ref in ("desk", "chair"):
            hub.put(school.item(ref), (SCHOOL,))
        source_id = follow(city, school)
        school.describe(moved_to=NEW)
        a_day_later(city, source_id)
        school.remove("desk")
        rival.put(school.item("invented"))
        rival.put(school.item("claimed", id="urn:x:claimed"), (SCHOOL,))
        rival.put(school.item("claimed", id=NEW + "listings/claimed"))
        city.poll_fine(source_id, city.follow(hub), city.follow(rival))
        assert set(city.shown()) == {school.listing_id("chair")}

    def test_what_others_said_for_the_new_place_ends(
        self, city: City, net: ScriptedNet, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        hub = net.node("https://hub.example/")
        hub.put(school.item("sofa", id=NEW + "listings/sofa"), (NEW,))
        city.poll_fine(city.follow(hub))
        assert len(city.shown()) == 1
        source_id = follow(city, school)
        school.describe(moved_to=NEW)
        a_day_later(city, source_id)
        assert city.refs(school) == {"desk", "chair"}
        assert len(city.shown()) == 2

    def test_what_waits_and_older_versions_come_along(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        refs = [f"box{number}" for number in range(30)]
        school.add(*refs)
        source_id = follow(city, school)
        school.put(school.item("desk", title="\x00"))
        school.remove(*refs)
        city.poll_fine(source_id)
        school.describe(moved_to=NEW)
        a_day_later(city, source_id)
        assert len(city.shown()) == 32
        assert {row.via for row in city.shown().values()} == {(NEW,)}
        city.visit(source_id)
        assert len(city.shown()) == 32
        city.check()

    def test_a_program_that_ends_in_the_middle_goes_on_later(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        source_id = follow(city, school)
        cut_off = {"node_id": NEW, "url": new.address(), "former_ids": f'["{SCHOOL}"]'}
        city.store.change(source_id, document_asked_at=None, document_read_at=None, **cut_off)
        city.visit(source_id)
        assert {row.via for row in city.shown().values()} == {(NEW,)}
        assert city.source(source_id).document_asked_at == city.now

    @pytest.mark.parametrize(
        ("members", "why"),
        [
            pytest.param({"moved_from": []}, "moved_from", id="it does not name the old id"),
            pytest.param({"moved_from": [RIVAL]}, "moved_from", id="it names another"),
            pytest.param({"id": RIVAL, "moved_from": [SCHOOL]}, "No feed", id="it speaks for another"),
            pytest.param({"moved_to": RIVAL, "moved_from": [SCHOOL]}, "", id="it moved on itself"),
            pytest.param({"moved_to": SCHOOL, "moved_from": [SCHOOL]}, "", id="it moved back"),
            pytest.param({"feeds": {}, "moved_from": [SCHOOL]}, "", id="it has no feed"),
        ],
    )
    def test_a_move_that_the_new_place_does_not_confirm(
        self, city: City, net: ScriptedNet, school: ScriptedNode, new: ScriptedNode, members: dict[str, Any], why: str
    ) -> None:
        rival = net.node(RIVAL)
        rival.describe("changes", moved_from=[SCHOOL])
        source_id = follow(city, school)
        new.describe("changes", **members)
        school.describe("changes", moved_to=NEW)
        for _ in range(3):
            a_day_later(city, source_id)
        assert (city.source(source_id).node_id, city.source(source_id).url) == (SCHOOL, school.address())
        assert city.store.events(source_id) == ["not-followed"]
        assert why in city.store.last_event(source_id)
        assert city.refs(school) == {"desk", "chair"}

    def test_where_it_says_it_moved_must_be_the_new_nodes_id(
        self, city: City, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        source_id = follow(city, school)
        school.describe("changes", moved_to=NEW + "about")
        a_day_later(city, source_id)
        assert city.source(source_id).node_id == SCHOOL
        assert f"calls itself {NEW}" in city.store.last_event(source_id)

    def test_a_node_that_claims_to_have_been_another_gets_nothing(
        self, city: City, net: ScriptedNet, school: ScriptedNode
    ) -> None:
        """[takeover] Only the old place can say that it moved."""
        rival = net.node(RIVAL)
        rival.describe("changes", moved_from=[SCHOOL])
        rival.put(school.item("desk", title="Mine now"))
        source_id, hostile = follow(city, school), follow(city, rival)
        a_day_later(city, source_id)
        city.visit(hostile)
        assert (city.source(source_id).node_id, city.titles(school)["desk"]) == (SCHOOL, "A desk")

    def test_a_node_cannot_move_into_another_source(self, city: City, net: ScriptedNet, school: ScriptedNode) -> None:
        """[takeover] Neither with its consent, which would show one node's listings twice, nor without."""
        rival = net.node(RIVAL)
        rival.describe("changes", moved_to=SCHOOL)
        school.describe("changes", moved_from=[RIVAL])
        source_id, hostile = follow(city, school), follow(city, rival)
        a_day_later(city, hostile)
        assert city.source(hostile).node_id == RIVAL
        assert city.store.events(hostile) == ["not-followed"]
        assert f"source {source_id}" in city.store.last_event(hostile)

    def test_a_document_elsewhere_cannot_say_that_the_node_moved(
        self, city: City, net: ScriptedNet, school: ScriptedNode, new: ScriptedNode
    ) -> None:
        """[takeover] Its own site named the feed there once; that is no word on where the node lives."""
        files = net.node("https://files.example/")
        files.document = {**(school.document or {}), "moved_to": NEW}
        school.document = None
        source_id = follow(city, school)
        city.store.change(source_id, node_document="{}", document_url=files.address(WELL_KNOWN))
        a_day_later(city, source_id)
        assert city.source(source_id).node_id == SCHOOL

    def test_a_document_to_which_a_site_leads_for_now_is_not_its_own(self, city: City, school: ScriptedNode) -> None:
        """Whatever id it states: only where the site leads for good does it speak through another."""
        source_id = follow(city, school)
        school.describe("changes", name="Not the school")
        school.faults.extend([None, lambda node, request, honest: replace(honest, url=RIVAL + WELL_KNOWN)])
        a_day_later(city, source_id)
        assert city.source(source_id).name == "School"

    def test_who_lost_the_lease_changes_nothing(self, city: City, school: ScriptedNode, new: ScriptedNode) -> None:
        source_id = follow(city, school)
        school.describe(moved_to=NEW)
        city.net.clock.pass_by(days=1)

        def take_over(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
            city.store.lease(source_id, city.now)
            return honest

        school.faults.extend([None, take_over])
        city.visit(source_id)
        assert city.source(source_id).node_id == SCHOOL


def test_trouble_with_the_feed_leads_to_the_document_sooner_but_not_each_time(city: City, school: ScriptedNode) -> None:
    source_id = follow(city, school)
    for _ in range(12):
        city.net.clock.pass_by(seconds=600)
        school.faults.append(faults.status(404))
        city.visit(source_id)
    assert len(asked(school)) == 2
