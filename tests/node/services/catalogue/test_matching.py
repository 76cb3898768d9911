"""Wants meet offers: what is offered as a match is one, it says why, and what has no counterpart gets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.entries import hand_written, hand_written_key, rows
from node.services.catalogue import matching
from node.storage import catalogue
from node.storage.catalogue import Shown
from schemas.listing import Available, Listing
from schemas.organisation import Organisation
from tests.node.search.board import PETERBOROUGH, Board, at, entry, listing
from tests.node.services.catalogue.match_cases import EVERYDAY_FIT, EVERYDAY_NO_FIT, FIT, NO_FIT

SEEKER = Organisation("https://elsewhere.example.org/organisations/club", "Homework club", "school")
DESK = {"category": "furniture/desk", "place": at(*PETERBOROUGH)}


def shown(made: Listing, position: int = 1) -> Shown:
    return Shown(entry(made), position, 0, 0)


def want(title: str, **members: Any) -> Listing:
    return listing("want", title, **{"direction": "want", "organisation": SEEKER, **members})


def codes(wanted: Listing, offered: Listing) -> list[str] | None:
    found = matching.fit(shown(wanted), shown(offered))
    return None if found is None else [reason.code for reason in found.reasons]


FITTING = [
    pytest.param(
        want("Desks for homework club", **DESK),
        listing("a", "Oak desk", **DESK),
        ["things", "category", "distance"],
        id="same thing",
    ),
    pytest.param(
        want("Sofa", category="furniture/sofa"),
        listing("a", "Grey settee", category="furniture/sofa"),
        ["things", "category"],
        id="another word for it",
    ),
    pytest.param(
        want("Laptops", category="it/laptop"),
        listing("a", "Latitude 5490, ten of them", category="it/laptop"),
        ["category"],
        id="all of a category are it",
    ),
    pytest.param(
        want("Trestle table", category="furniture/table"),
        listing("a", "Folding trestle tables", category="events/furniture"),
        ["things"],
        id="filed in another corner",
    ),
    pytest.param(
        want("Bench", category="furniture/other"),
        listing("a", "Bench", category="tools/hand"),
        None,
        id="a word of several senses in another corner",
    ),
    pytest.param(
        want("Copper alembic"),
        listing("a", "Old copper alembic"),
        ["words"],
        id="unknown to the vocabulary",
    ),
    pytest.param(want("Copper alembic"), listing("a", "Copper kettle stand"), None, id="one of its words"),
    pytest.param(
        want("Somewhere quiet for lessons", kind="space", action="host", category="space/meeting-room"),
        listing("a", "Conference room", kind="space", action="host", category="space/meeting-room"),
        ["room"],
        id="a room by its category alone",
    ),
    pytest.param(
        want("Quiet room for lessons", kind="space", action="host", category="space/meeting-room"),
        listing("a", "Conference suite", kind="space", action="host", category="space/meeting-room"),
        ["room"],
        id="such a room",
    ),
    pytest.param(
        want("Quiet room", kind="space", action="host", category="space/meeting-room"),
        listing("a", "Room for six pallets", kind="space", action="host", category="space/storage"),
        None,
        id="another kind of room",
    ),
    pytest.param(
        want("Volunteer treasurer", kind="skill", action="help", category="skill/finance"),
        listing("a", "Gift Aid claims", kind="skill", action="help", category="skill/finance", tags=("treasurer",)),
        None,
        id="only tagged so",
    ),
    pytest.param(
        want("Someone to teach Excel", kind="skill", action="help", category="skill/digital", tags=("training",)),
        listing("a", "Forklift training", kind="skill", action="help", category="skill/transport"),
        None,
        id="a word that says nothing alone",
    ),
    pytest.param(
        want(
            "Storytellers in any language", kind="skill", action="help", category="skill/languages", tags=("languages",)
        ),
        listing("a", "Interpreting", kind="skill", action="help", category="skill/languages"),
        None,
        id="a skill of the same category",
    ),
    pytest.param(
        want("Watering cans", category="garden", tags=("garden",)),
        listing("a", "Greenhouse glass", category="garden", tags=("garden",)),
        None,
        id="a category of many things",
    ),
    pytest.param(
        want("Books", category="books"),
        listing("a", "Picture books", category="books"),
        ["kind", "category"],
        id="a category that is a thing",
    ),
    pytest.param(
        want("Computer screens for electronics bench", category="it/monitor"),
        listing("a", "Church pews", category="furniture/other", tags=("bench",)),
        None,
        id="what it is for",
    ),
]


@pytest.mark.parametrize(("wanted", "offered", "expected"), FITTING)
def test_what_fits_and_why(wanted: Listing, offered: Listing, expected: list[str] | None) -> None:
    assert codes(wanted, offered) == expected


def side_of(told: str) -> dict[str, Any]:
    """Members of a listing told as ``category: title # tag; tag``."""
    said, _, tags = told.partition("#")
    category, _, title = said.strip().partition(": ")
    kind = {"skill": "skill", "space": "space"}.get(category.partition("/")[0], "item")
    action = {"skill": "help", "space": "host"}.get(kind, "give")
    told_tags = tuple(tag.strip() for tag in tags.split(";") if tag.strip())
    return {"title": title, "category": category, "kind": kind, "action": action, "tags": told_tags}


def pairs(table: str) -> Iterator[Any]:
    """The lines of a table as cases, each with a name."""
    for line in table.strip().splitlines():
        *name, wanted, offered = (part.strip() for part in line.split(" | "))
        yield pytest.param(wanted, offered, id=name[0] if name else f"{wanted} <- {offered}")


@pytest.mark.parametrize(("wanted", "offered"), [*pairs(FIT), *pairs(EVERYDAY_FIT)])
def test_these_fit(wanted: str, offered: str) -> None:
    assert codes(want(**side_of(wanted)), listing("a", **side_of(offered)))


@pytest.mark.parametrize(("wanted", "offered"), [*pairs(NO_FIT), *pairs(EVERYDAY_NO_FIT)])
def test_these_do_not_fit(wanted: str, offered: str) -> None:
    assert codes(want(**side_of(wanted)), listing("a", **side_of(offered))) is None


def test_words_that_are_not_english_ask_for_nothing_more() -> None:
    offered = listing("a", "Mountain bike", category="bikes")
    assert codes(want("Reikalingi dviratis", category="bikes"), offered) is None
    assert codes(want("Reikalingi dviratis", category="bikes", language="lt"), offered)


def test_what_is_only_good_for_parts_meets_who_wants_parts() -> None:
    broken = listing("a", "iMac 21.5", condition="for_parts", category="it/desktop")
    asked = want("Desktop computer", category="it/desktop")
    assert codes(asked, broken) is None
    assert codes(replace(asked, content_text="Broken is fine, we repair them."), broken)
    assert codes(replace(asked, condition="for_parts"), broken)


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["item", "skill", "space"]))
def test_any_two_titles_have_an_answer(wanted: str, offered: str, kind: str) -> None:
    facts = {"kind": kind, "action": {"skill": "help", "space": "host"}.get(kind, "give")}
    asked, given = (shown(want("x", **facts)), shown(listing("a", "x", **facts)))
    found = matching.fit(titled(asked, wanted), titled(given, offered))
    assert found is None or matching.GOOD_ENOUGH <= found.score <= 1


def titled(one: Shown, title: str) -> Shown:
    return replace(one, entry=replace(one.entry, facts=one.entry.facts._replace(title=title)))


_DAY = date(2026, 12, 10)
REFUSED = [
    pytest.param({}, {"organisation": SEEKER}, id="of the same organisation"),
    pytest.param({}, {"direction": "want"}, id="a want itself"),
    pytest.param({}, {"status": "reserved"}, id="reserved"),
    pytest.param({}, {"action": "lend"}, id="only to borrow"),
    pytest.param({}, {"kind": "skill", "action": "help"}, id="a skill"),
    pytest.param({}, {"place": at(51.5, -0.1)}, id="too far away"),
    pytest.param(
        {"available": Available(None, _DAY)}, {"available": Available(_DAY + timedelta(days=1), None)}, id="too late"
    ),
    pytest.param(
        {"available": Available(_DAY + timedelta(days=1), None)}, {"available": Available(None, _DAY)}, id="too early"
    ),
]


@pytest.mark.parametrize(("wanted", "offered"), REFUSED)
def test_what_cannot_be(wanted: dict[str, Any], offered: dict[str, Any]) -> None:
    asked, given = want("Oak desk", **DESK), listing("a", "Oak desk", **DESK)
    assert codes(asked, given)
    assert codes(replace(asked, **wanted), replace(given, **offered)) is None


def test_what_is_nearer_and_fits_more_comes_first(board: Board) -> None:
    far = listing("far", "Oak desk", category="furniture/desk", place=at(52.9, -0.25))
    near = listing("near", "Small desk", **DESK)
    lent = want("A desk or a table to borrow", action="lend", **DESK)
    both = listing("both", "Desk and table, one lot", **DESK)
    board.put([far, near, both, replace(lent, kind="equipment")]).follow()
    [wanted] = _shown(board, "want")
    found = matching.partners(board.node, wanted, 10)
    assert [one.shown.entry.key for one in found] == ["both", "near", "far"]
    assert [one.fit.score for one in found] == sorted((one.fit.score for one in found), reverse=True)
    assert all(matching.GOOD_ENOUGH <= one.fit.score <= 1 for one in found)
    assert [one.shown.entry.key for one in matching.partners(board.node, wanted, 1)] == ["both"]


def test_an_offer_finds_the_want_that_finds_it(board: Board) -> None:
    board.put([want("Desks", **DESK), listing("near", "Oak desk", **DESK), listing("pot", "A pot", category="garden")])
    [wanted, offered] = _shown(board, "want", "near")
    assert matching.partners(board.node, wanted, 9) == []
    assert matching.met(board.node, [wanted]) == {}
    board.follow()
    [there], [back] = (matching.partners(board.node, one, 9) for one in (wanted, offered))
    assert (there.shown.entry.key, back.shown.entry.key) == ("near", "want")
    assert there.fit == back.fit


def test_offers_are_counted_and_what_is_gone_is_not(board: Board) -> None:
    board.put([want("Desks", **DESK), listing("a", "Oak desk", **DESK), listing("b", "Desk", **DESK)]).follow()
    [wanted] = _shown(board, "want")
    first = matching.met(board.node, [wanted])["want"]
    assert (first.count, first.best) == (2, matching.partners(board.node, wanted, 1)[0])
    board.drop("a").follow()
    assert matching.met(board.node, [wanted])["want"].count == 1
    board.drop("b").follow()
    assert matching.met(board.node, [wanted])["want"] == matching.Met()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    made = Board(tmp_path / "node")
    yield made
    made.node.database.close()


def _shown(board: Board, *keys: str) -> list[Shown]:
    with board.node.database.read() as tx:
        found = catalogue.by_keys(tx, keys)
    return [found[key] for key in keys]


NO_COUNTERPART = ("D018", "D023", "D038", "D068", "D176", "D187", "D233")
"""Genuine wants of the hand-written listings that nothing there meets."""

MET = {"D154": {"D101", "D246"}, "D096": {"D036", "D231"}, "D242": {"D019", "D131", "D202"}, "D200": {"D006", "D189"}}


@pytest.fixture(scope="module")
def everything() -> dict[str, Shown]:
    return {one.key: Shown(one, position, 0, 0) for position, one in enumerate(hand_written())}


def _met(everything: dict[str, Shown], row: str) -> set[str]:
    wanted = everything[hand_written_key(row)]
    return {key for key, other in everything.items() if matching.fit(wanted, other)}


@pytest.mark.parametrize("row", NO_COUNTERPART)
def test_a_want_without_a_counterpart_gets_nothing(everything: dict[str, Shown], row: str) -> None:
    assert _met(everything, row) == set()


def test_an_advertisement_gets_nothing(everything: dict[str, Shown]) -> None:
    promoted = [row["id"] for row in rows("listings.csv") if (row["direction"], row["label"]) == ("want", "promotion")]
    assert len(promoted) > 5
    assert [row for row in promoted if _met(everything, row)] == []


@pytest.mark.parametrize("row", MET)
def test_a_want_with_counterparts_gets_them(everything: dict[str, Shown], row: str) -> None:
    assert {hand_written_key(one) for one in MET[row]} <= _met(everything, row)


def test_nobody_meets_their_own_want(everything: dict[str, Shown]) -> None:
    wants = [one for one in everything.values() if one.entry.facts.direction == "want"]
    pairs = [(one, other) for one in wants for other in everything.values() if matching.fit(one, other)]
    assert pairs
    same = [one for one, other in pairs if one.entry.facts.organisation_id == other.entry.facts.organisation_id]
    assert same == []


JUDGED = {
    "D061": {"D006", "D189", "D087"},
    "D096": {"D231", "D036"},
    "D137": {"D089", "D013", "D079", "D113", "D035"},
    "D148": {"D153"},
    "D154": {"D101", "D246"},
    "D158": {"D015", "D041", "D009", "D051", "D107"},
    "D200": {"D006", "D189", "D087"},
    "D242": {"D202", "D131", "D019"},
    "D247": {"D133", "D211"},
    "D249": {"D109", "D250", "D045", "D213"},
    "D256": {"D043", "D128"},
}
"""Genuine wants of the hand-written listings, and the offers that a person reading all of them found to meet each."""


def test_precision_and_recall_over_the_hand_written_listings(everything: dict[str, Shown]) -> None:
    genuine = {hand_written_key(row["id"]) for row in rows("listings.csv") if row["label"] != "promotion"}
    right = {(row, hand_written_key(one)) for row, met in JUDGED.items() for one in met}
    told = {(row, key) for row in (*JUDGED, *NO_COUNTERPART) for key in _met(everything, row) & genuine}
    assert len(right & told) / len(right) == 1
    assert len(right & told) / len(told) > 0.93


def test_the_index_finds_every_counterpart_from_both_sides(
    everything: dict[str, Shown], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = Board(tmp_path_factory.mktemp("both") / "node")
    with made.node.database.write() as tx:
        catalogue.apply(tx, [one.entry for one in everything.values()], [], made.node.now)
    made.follow()
    wants = [one for one in everything.values() if one.entry.facts.direction == "want"]
    offers = [one for one in everything.values() if one.entry.facts.direction == "offer"]
    told = {(want.entry.key, offer.entry.key) for want in wants for offer in offers if matching.fit(want, offer)}
    there = {(one.entry.key, other.shown.entry.key) for one in wants for other in matching.partners(made.node, one, 99)}
    back = {(other.shown.entry.key, one.entry.key) for one in offers for other in matching.partners(made.node, one, 99)}
    made.node.database.close()
    assert told == there == back
