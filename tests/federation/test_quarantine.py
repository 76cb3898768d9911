"""Reader rule 3: a bad listing never costs its neighbours, and a bad version never costs the last good one."""

from __future__ import annotations

from typing import Any

import pytest

from federation.records import L0, PLAIN
from tests.fakes import faults
from tests.fakes.city import City
from tests.fakes.scripted import ScriptedNet, ScriptedNode

LEVELS = pytest.mark.parametrize("level", [L0, "L1"])


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node("https://school.example/")
    node.add("desk", "chair")
    return node


BAD_ITEMS = [
    pytest.param({"title": None}, "missing", id="no title"),
    pytest.param({"_sharefeed": {}}, "missing", id="none of our members"),
    pytest.param({"_sharefeed__expires": "soon"}, "bad-date", id="no date"),
    pytest.param({"_sharefeed__expires": "2031-01-01T00:00:00Z"}, "expires-too-late", id="expires in years"),
    pytest.param({"date_modified": "2027-06-01T00:00:00Z"}, "from-the-future", id="from the future"),
    pytest.param({"_sharefeed__category": "dragons/green"}, "unknown-category", id="unknown category"),
    pytest.param({"_sharefeed__price": 5}, "not-free", id="a price"),
    pytest.param({"offers": {"@type": "Offer", "price": "5.00"}}, "not-free", id="a price in schema.org's terms"),
    pytest.param({"title": "A\x00desk"}, "bad-text", id="NUL"),
    pytest.param({"title": "\ud83d desk"}, "bad-text", id="half a character"),
    pytest.param({"_sharefeed__weight_kg": 2**60}, "bad-number", id="an endless number"),
    pytest.param({"content_html": "x" * 300_000}, "too-large", id="far too large"),
    pytest.param({"_sharefeed__action": "help"}, "action-does-not-fit", id="action does not fit"),
]


@LEVELS
@pytest.mark.parametrize(("changes", "code"), BAD_ITEMS)
def test_a_bad_listing_is_quarantined_and_its_neighbours_are_kept(
    city: City, school: ScriptedNode, level: str, changes: dict[str, Any], code: str
) -> None:
    school.put(school.item("bad", **changes))
    source_id = city.follow(school, level)
    result = city.poll(source_id)
    assert (result.code, result.tally.quarantined) == ("ok", 1)
    assert city.refs(school) == {"desk", "chair"}
    assert city.states(source_id) == {"desk": "shown", "chair": "shown", "bad": "quarantined"}
    assert code in city.reasons(source_id, school.listing_id("bad"))
    city.check_source(source_id)


@LEVELS
@pytest.mark.parametrize(("changes", "code"), BAD_ITEMS)
def test_a_bad_update_leaves_the_last_good_version(
    city: City, school: ScriptedNode, level: str, changes: dict[str, Any], code: str
) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.put(school.item("desk", **changes))
    city.poll_fine(source_id)
    left = set() if code == "not-free" else {"desk"}
    assert city.refs(school) == {"chair"} | left
    assert city.states(source_id)["desk"] == "quarantined"
    school.add("desk", title="Mended")
    city.poll_fine(source_id)
    assert city.titles(school) == {"desk": "Mended", "chair": "A chair"}
    city.check_source(source_id)


@LEVELS
def test_an_update_with_a_price_hides_at_once_whatever_else_is_wrong(
    city: City, school: ScriptedNode, level: str
) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.put(school.item("desk", _sharefeed__price=5, title="\ud83d", tags=["\x00"] * 20), hash_="x" * 43)
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair"}
    assert city.reasons(source_id, school.listing_id("desk"))[0] == "not-free"


def test_a_price_that_was_hidden_behind_a_first_fault_hides_as_well(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", title="\x00"))
    city.poll_fine(source_id)
    assert "desk" in city.refs(school)
    school.put(school.item("desk", title="\x00", _sharefeed__price=5))
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair"}


@LEVELS
def test_a_hash_that_differs_is_quarantined(city: City, school: ScriptedNode, level: str) -> None:
    school.put(school.item("bad"), hash_="A" * 43)
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    assert city.states(source_id)["bad"] == "quarantined"
    assert city.reasons(source_id, school.listing_id("bad")) == ["hash-differs"]
    assert city.refs(school) == {"desk", "chair"}


@pytest.mark.parametrize(
    "stated",
    [pytest.param("", id="empty"), pytest.param("A", id="short"), pytest.param(7, id="a number"), [1]],
)
def test_a_hash_that_is_none_differs(city: City, school: ScriptedNode, stated: Any) -> None:
    school.faults.append(faults.item(0, hash=stated))
    source_id = city.follow(school)
    city.poll_fine(source_id)
    assert city.states(source_id) == {"desk": "quarantined", "chair": "shown"}


def test_a_listing_without_a_stated_hash_is_fine(city: City, school: ScriptedNode) -> None:
    school.faults.append(faults.item(0, hash=None))
    source_id = city.follow(school)
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair"}


@LEVELS
def test_repeated_and_missing_ids_stay_outside_count_and_digest(city: City, school: ScriptedNode, level: str) -> None:
    source_id = city.follow(school, level)
    twin, nameless = school.item("desk", title="Twin"), school.item("x")
    del nameless["id"]
    strange = [twin, nameless, {**nameless, "id": 5}, {**nameless, "id": "no uri"}, "text", None, 7, []]
    school.faults.append(faults.rewritten(lambda document: document["items"].extend(strange)))
    result = city.poll(source_id)
    assert result.code == "ok"
    assert city.titles(school) == {"desk": "A desk", "chair": "A chair"}
    source = city.source(source_id)
    assert (source.mirror_count, source.verified_at, source.reread_at) == (2, city.now, None)
    city.check_source(source_id)


def test_a_page_of_nothing_but_nameless_items_is_not_empty(city: City, school: ScriptedNode) -> None:
    """With more to follow, an empty page is refused; this one is full, of things that cannot be used."""
    school.page_size = 1
    source_id = city.follow(school)
    school.faults.append(faults.rewritten(lambda document: document["items"][0].pop("id")))
    assert city.poll(source_id).code == "ok"
    assert city.refs(school) == {"chair"}


@LEVELS
def test_the_last_good_version_stays_until_it_expires(city: City, school: ScriptedNode, level: str) -> None:
    """Whoever keeps house takes it out of the catalogue then; the engine never brings it back."""
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.put(school.item("desk", title="\x00"))
    city.poll_fine(source_id)
    city.net.clock.pass_by(days=61)
    city.poll_fine(source_id)
    shown = city.shown()[school.listing_id("desk")]
    assert shown.text is not None
    assert city.states(source_id)["desk"] == "quarantined"


@LEVELS
@pytest.mark.parametrize("days", [-1, 0])
def test_a_listing_whose_time_is_over_is_not_shown(city: City, school: ScriptedNode, level: str, days: int) -> None:
    over = faults.stamp(city.now + days * 86_400)
    school.add("desk", _sharefeed__expires=over)
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    assert (city.refs(school), city.states(source_id)["desk"]) == ({"chair"}, "expired")
    assert city.source(source_id).mirror_count == 2
    school.add("desk", title="Renewed")
    city.poll_fine(source_id)
    assert city.titles(school)["desk"] == "Renewed"


def test_an_update_that_has_expired_takes_the_listing_out(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.add("desk", _sharefeed__expires=faults.stamp(city.now - 5))
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair"}


def test_what_is_wrong_only_as_of_now_is_right_later(city: City, school: ScriptedNode) -> None:
    school.put(school.item("bad", date_modified=faults.stamp(city.now + 3 * 86_400)))
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    assert city.states(source_id)["bad"] == "quarantined"
    city.net.clock.pass_by(days=2)
    city.poll_fine(source_id)
    assert "bad" in city.refs(school)


@pytest.mark.parametrize("ruling", ["released", "refused"])
def test_the_operators_word_counts_for_one_version(city: City, school: ScriptedNode, ruling: str) -> None:
    school.put(school.item("odd", _sharefeed__category="dragons/green"))
    source_id = city.follow(school)
    city.poll_fine(source_id)
    odd = school.listing_id("odd")
    city.rule(source_id, odd, ruling, "because")
    states = {"released": "shown", "refused": "refused"}
    assert city.states(source_id)["odd"] == states[ruling]
    assert (odd in city.shown()) == (ruling == "released")
    city.net.clock.pass_by(days=1)
    city.poll_fine(source_id)
    assert city.states(source_id)["odd"] == states[ruling]
    school.put(school.item("odd", title="Newer", _sharefeed__category="dragons/green"))
    city.poll_fine(source_id)
    assert city.states(source_id)["odd"] == "quarantined"
    city.check_source(source_id)


@LEVELS
def test_a_released_listing_stays_released_when_it_is_read_again(city: City, school: ScriptedNode, level: str) -> None:
    school.put(school.item("odd", _sharefeed__category="dragons/green"))
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    city.rule(source_id, school.listing_id("odd"), "released")
    position = city.shown()[school.listing_id("odd")].position
    city.store.change(source_id, epoch="another")
    city.net.clock.pass_by(days=2)
    city.poll_fine(source_id)
    assert city.shown()[school.listing_id("odd")].position == position


UNREADABLE = [
    pytest.param(faults.item(0, hash="A" * 43), id="hash differs"),
    pytest.param(faults.repeated_name, id="a name stands twice"),
    pytest.param(faults.item(0, via=["\ud83d"]), id="via holds half a character"),
    pytest.param(faults.item(0, via="nobody"), id="via is no list"),
]


@pytest.mark.parametrize("fault", UNREADABLE)
def test_what_was_unreadable_when_it_came_cannot_be_released(city: City, school: ScriptedNode, fault: Any) -> None:
    """The text that was kept no longer shows what was wrong with the bytes."""
    school.faults.append(fault)
    source_id = city.follow(school)
    city.poll_fine(source_id)
    assert city.states(source_id)["desk"] == "quarantined"
    city.rule(source_id, school.listing_id("desk"), "released")
    assert city.states(source_id)["desk"] == "quarantined"
    assert city.refs(school) == {"chair"}


def test_new_listings_of_a_watched_source_wait(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, hold_new=True)
    city.poll_fine(source_id)
    assert city.states(source_id) == {"desk": "held", "chair": "held"}
    assert city.shown() == {}
    city.rule(source_id, school.listing_id("desk"), "released")
    city.rule(source_id, school.listing_id("chair"), "refused", "not here")
    assert city.refs(school) == {"desk"}
    school.add("desk", title="An accepted listing may change")
    school.add("chair", title="A refused one waits again")
    city.poll_fine(source_id)
    assert city.states(source_id) == {"desk": "shown", "chair": "held"}
    assert city.titles(school) == {"desk": "An accepted listing may change"}


def test_a_mended_listing_of_a_watched_source_does_not_vanish_while_it_waits(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    city.store.change(source_id, hold_new=True)
    school.put(school.item("desk", title="\x00"))
    city.poll_fine(source_id)
    school.add("desk", title="Mended")
    city.poll_fine(source_id)
    assert city.states(source_id)["desk"] == "held"
    assert city.titles(school)["desk"] == "A desk"
    city.rule(source_id, school.listing_id("desk"), "released")
    assert city.titles(school)["desk"] == "Mended"


def test_a_broken_tombstone_costs_nothing_else(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.remove("desk")
    school.add("lamp")
    broken = [{"at": "2026-11-22T10:00:00Z"}, "text", {"id": school.listing_id("chair"), "at": "never"}]
    school.faults.append(faults.rewritten(lambda page: page["_sharefeed"]["deleted"].extend(broken)))
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp"}


def test_a_listing_that_is_live_wins_over_its_own_tombstone(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.add("desk", title="Back again")
    stone = {"id": school.listing_id("desk"), "at": "2026-11-22T10:00:00Z", "reason": "given"}
    school.faults.append(faults.rewritten(lambda page: page["_sharefeed"]["deleted"].append(stone)))
    city.poll_fine(source_id)
    assert city.titles(school)["desk"] == "Back again"


def test_a_listing_comes_back_under_its_id(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.remove("desk")
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair"}
    school.add("desk")
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair"}
    assert city.store.withdrawn(source_id) == {}


def test_a_source_whose_defaults_were_broken_fails_plainly(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, PLAIN, defaults="{}")
    result = city.poll(source_id)
    assert (result.fine, city.shown()) == (False, {})
    assert "organisation" in result.message
