"""Publishing listings and organisations, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from node.context import Node
from node.services.listings import publishing
from node.services.listings.publishing import Draft, PublishingError, UnknownListingError
from node.services.organisations import hosting
from node.storage import catalogue
from schemas.listing import Image, Quantity, load_listing
from schemas.organisation import Identifier, Organisation
from schemas.place import Place
from schemas.strict_json import loads
from tests.fakes.publisher import START, URL, clock_of, desk, draft, school

KEY = "riverside-school.a"


def put(node: Node, ref: str = "a", **members: Any) -> str:
    (outcome,) = publishing.put_listings(node, [draft(node, ref, **members)])
    return outcome.change


def published(node: Node) -> dict[str, Any]:
    """Key -> item, of everything in the catalogue."""
    with node.database.read() as tx:
        return {shown.entry.key: loads(shown.entry.item.encode()) for shown in catalogue.live(tx)}


def head(node: Node) -> int:
    with node.database.read() as tx:
        return catalogue.state(tx).head


def codes(error: PublishingError) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


def test_a_new_listing_is_stored_and_published_at_once(node: Node) -> None:
    assert put(node, title="Oak desk", place=Place(locality="Bretton")) == "added"
    item = published(node)[KEY]
    listing = load_listing(item)
    assert (listing.id, listing.url) == (f"{URL}listings/{KEY}", f"{URL}listings/{KEY}")
    assert (listing.date_modified, listing.date_published) == (START, START)
    assert listing.organisation == school(node)
    (row,) = publishing.listings(node)
    assert (row.key, row.state, row.import_ref) == (KEY, "live", "a")
    assert row.listing() == listing


def test_the_same_again_changes_nothing_however_much_later(node: Node) -> None:
    put(node)
    before, at = published(node), head(node)
    clock_of(node).pass_by(days=20)
    assert put(node) == "unchanged"
    assert (published(node), head(node)) == (before, at)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"title": "A better desk"}, id="title"),
        pytest.param({"quantity": Quantity(3)}, id="quantity"),
        pytest.param({"images": (Image(f"{URL}media/a.jpg", "A desk"),)}, id="images"),
        pytest.param({"expires": START + timedelta(days=80)}, id="expires"),
        pytest.param({"tags": ("oak",)}, id="tags"),
    ],
)
def test_another_word_is_a_change_with_a_new_date(node: Node, members: dict[str, Any]) -> None:
    put(node)
    clock_of(node).pass_by(hours=1)
    assert put(node, **members) == "changed"
    listing = load_listing(published(node)[KEY])
    assert listing.date_modified == START + timedelta(hours=1)
    assert listing.date_published == START


def test_many_at_once_are_told_apart(node: Node) -> None:
    put(node, "a")
    put(node, "b")
    drafts = [draft(node, "a"), draft(node, "b", title="Changed"), draft(node, "c")]
    assert [outcome.change for outcome in publishing.put_listings(node, drafts)] == ["unchanged", "changed", "added"]


def test_a_listing_without_an_end_gets_one_and_keeps_it_until_it_is_near(node: Node) -> None:
    def again() -> str:
        (outcome,) = publishing.put_listings(node, [replace(draft(node), default_expires=True)])
        return outcome.change

    assert again() == "added"
    assert publishing.listing(node, KEY).expires_at == (START + timedelta(days=90)).timestamp()
    clock_of(node).pass_by(days=59)
    assert again() == "unchanged"
    clock_of(node).pass_by(days=2)
    assert again() == "changed"
    assert publishing.listing(node, KEY).expires_at == (START + timedelta(days=61 + 90)).timestamp()


def test_what_was_withdrawn_stays_so_until_its_row_changes(node: Node) -> None:
    put(node)
    publishing.withdraw(node, KEY, "given")
    clock_of(node).pass_by(days=5)
    assert put(node) == "unchanged"
    assert published(node) == {}
    assert put(node, title="Another desk") == "changed"
    assert list(published(node)) == [KEY]


def test_a_row_of_another_spreadsheet_is_remembered_without_a_change(node: Node) -> None:
    put(node)
    at = head(node)
    publishing.put_listings(node, [replace(draft(node), import_ref="other")])
    assert (publishing.listing(node, KEY).import_ref, head(node)) == ("other", at)


Bad = Callable[[Node], Draft]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        pytest.param(lambda n: draft(n, title=""), ("/1/title", "missing"), id="no-title"),
        pytest.param(lambda n: draft(n, action="host"), ("/1/_sharefeed/action", "action-does-not-fit"), id="action"),
        pytest.param(lambda n: draft(n, title="a\x00b"), ("/1/title", "bad-text"), id="control-character"),
        pytest.param(lambda n: draft(n, title="\ud800"), ("/1/title", "bad-text"), id="half-a-character"),
        pytest.param(lambda n: draft(n, expires=START), ("/1/_sharefeed/expires", "expired"), id="over"),
        pytest.param(
            lambda n: draft(n, expires=START + timedelta(days=400)),
            ("/1/_sharefeed/expires", "expires-too-late"),
            id="too-long",
        ),
        pytest.param(
            lambda n: Draft(desk(Organisation(f"{URL}organisations/x", "X", "charity")), "x.1"),
            ("/1/_sharefeed/organisation/id", "unknown-organisation"),
            id="not-our-organisation",
        ),
        pytest.param(lambda n: draft(n, "good"), ("/1", "repeated-key"), id="twice"),
    ],
)
def test_a_refused_draft_refuses_all_and_says_where(node: Node, bad: Bad, problem: tuple[str, str]) -> None:
    good = draft(node, "good")
    with pytest.raises(PublishingError) as refused:
        publishing.put_listings(node, [good, bad(node)])
    assert codes(refused.value) == [problem]
    assert (publishing.listings(node), published(node), head(node)) == ([], {}, 0)


def test_withdrawing_takes_a_listing_off_once(node: Node) -> None:
    put(node)
    assert publishing.withdraw(node, KEY, "given").state == "withdrawn"
    at = head(node)
    assert publishing.withdraw(node, KEY).state == "withdrawn"
    assert (published(node), head(node)) == ({}, at)


def test_renewing_brings_a_listing_back_to_the_end_of_a_day(node: Node) -> None:
    put(node)
    publishing.withdraw(node, KEY)
    row = publishing.renew(node, KEY, date(2027, 3, 1))
    assert datetime.fromtimestamp(row.expires_at, UTC) == datetime(2027, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert (row.state, list(published(node))) == ("live", [KEY])


def test_the_end_of_a_day_is_that_of_the_nodes_people() -> None:
    assert publishing.end_of_day(date(2027, 7, 1), "Europe/London") == datetime(2027, 7, 1, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "code"),
    [
        pytest.param(date(2026, 11, 30), "expired", id="over"),
        pytest.param(date(2028, 1, 1), "expires-too-late", id="too-long"),
    ],
)
def test_a_day_that_cannot_be_renewed_to_changes_nothing(node: Node, until: date, code: str) -> None:
    put(node)
    publishing.withdraw(node, KEY)
    with pytest.raises(PublishingError) as refused:
        publishing.renew(node, KEY, until)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert publishing.listing(node, KEY).state == "withdrawn"


def test_editing_changes_what_is_named_and_nothing_else(node: Node) -> None:
    put(node, content_text="Solid.")
    clock_of(node).pass_by(hours=1)
    publishing.edit(node, KEY, title="Desk, oak", status="reserved")
    listing = load_listing(published(node)[KEY])
    assert (listing.title, listing.status, listing.content_text) == ("Desk, oak", "reserved", "Solid.")
    assert listing.date_modified == START + timedelta(hours=1)


def test_editing_what_is_withdrawn_does_not_bring_it_back(node: Node) -> None:
    put(node)
    publishing.withdraw(node, KEY)
    publishing.edit(node, KEY, title="Desk, oak")
    assert published(node) == {}
    assert publishing.renew(node, KEY).listing().title == "Desk, oak"


@pytest.mark.parametrize("name", ["id", "date_modified", "organisation", "price"])
def test_what_is_not_for_editing_is_refused(node: Node, name: str) -> None:
    put(node)
    with pytest.raises(PublishingError) as refused:
        publishing.edit(node, KEY, **{name: "x"})
    assert codes(refused.value) == [(f"/{name}", "unknown-name")]


@pytest.mark.parametrize("verb", [publishing.withdraw, publishing.renew, publishing.edit, publishing.listing])
def test_a_listing_that_is_not_there_is_named(node: Node, verb: Callable[[Node, str], object]) -> None:
    with pytest.raises(UnknownListingError) as refused:
        verb(node, "riverside-school.nothing")
    assert refused.value.key == "riverside-school.nothing"


def test_many_are_withdrawn_together_or_not_at_all(node: Node) -> None:
    put(node, "a")
    put(node, "b")
    keys = ["riverside-school.a", "riverside-school.b"]
    with pytest.raises(UnknownListingError, match="nothing"):
        publishing.withdraw_all(node, {**dict.fromkeys(keys, "given"), "riverside-school.nothing": "given"})
    assert sorted(published(node)) == keys
    assert [row.state for row in publishing.withdraw_all(node, dict.fromkeys(keys, "given"))] == ["withdrawn"] * 2
    assert list(published(node)) == []


def test_a_reason_of_ones_own_is_refused(node: Node) -> None:
    put(node)
    with pytest.raises(PublishingError):
        publishing.withdraw(node, KEY, "bored")
    assert list(published(node)) == [KEY]


def test_listings_are_found_by_state_and_by_organisation(node: Node) -> None:
    put(node, "a")
    put(node, "b")
    publishing.withdraw(node, KEY)
    assert [row.key for row in publishing.listings(node, state="live")] == ["riverside-school.b"]
    assert len(publishing.listings(node, organisation="riverside-school")) == 2
    assert publishing.listings(node, organisation="another") == []


# Organisations


def test_an_organisation_is_found_again_by_its_name(node: Node) -> None:
    made = publishing.ensure_organisation(node, "St Mary's Church", "faith_group", url="https://st.example/")
    assert made.id == f"{URL}organisations/st-marys-church"
    assert publishing.ensure_organisation(node, "St. Mary’s church", "charity") == made
    assert [own.slug for own in hosting.organisations(node)] == ["st-marys-church"]


@pytest.mark.parametrize(
    ("change", "republished"),
    [
        pytest.param({"name": "Riverside Academy"}, True, id="name"),
        pytest.param({"type": "charity"}, True, id="type"),
        pytest.param({"identifiers": (Identifier("GB-EDU", "1"),)}, True, id="register"),
        pytest.param({"description": "By the river."}, False, id="description"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_listings_follow_what_they_say_of_their_organisation(
    node: Node, change: dict[str, Any], republished: bool
) -> None:
    put(node, "a")
    put(node, "b")
    publishing.withdraw(node, "riverside-school.b")
    at = head(node)
    clock_of(node).pass_by(hours=1)
    host = replace(school(node), **change)
    assert publishing.put_organisation(node, host) == "riverside-school"
    assert (head(node) > at) is republished
    assert list(published(node)) == [KEY]
    embedded = load_listing(published(node)[KEY]).organisation
    assert embedded == replace(host, description=None)
    assert put(node, "a") == "unchanged"


@pytest.mark.parametrize(
    ("organisation", "pointer"),
    [
        pytest.param(Organisation("https://elsewhere.example/o", "X", "charity"), "/id", id="of-another-node"),
        pytest.param(Organisation(f"{URL}organisations/", "X", "charity"), "/id", id="no-slug"),
        pytest.param(Organisation(f"{URL}organisations/a/b", "X", "charity"), "/id", id="a-path"),
        pytest.param(Organisation(f"{URL}organisations/Upper", "X", "charity"), "/id", id="upper-case"),
        pytest.param(Organisation(f"{URL}organisations/x", "X", "club"), "/type", id="unknown-type"),
        pytest.param(Organisation(f"{URL}organisations/x", "", "charity"), "/name", id="no-name"),
    ],
)
def test_an_organisation_that_cannot_be_hosted(node: Node, organisation: Organisation, pointer: str) -> None:
    with pytest.raises(PublishingError) as refused:
        publishing.put_organisation(node, organisation)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert hosting.organisations(node) == []


def test_a_profile_changes_member_by_member(node: Node) -> None:
    hosting.put_profile(node, "Food Bank", None, {"type": "charity", "url": "https://food.example/"})
    hosting.put_profile(node, "The Food Bank", "food-bank", {"description": "Open on Fridays."})
    (own,) = hosting.organisations(node)
    assert (own.organisation.name, own.organisation.url) == ("The Food Bank", "https://food.example/")
    assert own.organisation.description == "Open on Fridays."
