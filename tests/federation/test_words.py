"""Words that read like an advert: what becomes of such listings, and whose word counts for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from federation import decide
from federation.merge import Current, KnownNode, Nodes, resolve
from federation.reading import HIDING
from federation.records import EXPIRED, HELD, L0, L1, QUARANTINED, REFUSED, SHOWN, ReadItem, Ruling
from federation.rejudge import read_row
from schemas.free.explain import DOUBTFUL_WORDS, NOT_FREE_WORDS, fingerprint
from tests.fakes.city import City
from tests.fakes.scripted import ScriptedNet, ScriptedNode
from tests.federation.made import DAY_S, OWN, PRESENT, SOURCE, read, row

LEVELS = pytest.mark.parametrize("level", [L0, L1])
NO_APPEAL = {"_sharefeed__appeal": None}
ADVERT = {"title": "Marquee hire", "content_text": "From £250 a day. Half price in May with code MAY.", **NO_APPEAL}
HOPED = {"content_text": "Free for members. Deposit of £20 and a donation of £5 per use for all else.", **NO_APPEAL}
APPEAL = {"_sharefeed__appeal": "The sum is what others ask for such a thing."}


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node("https://school.example/")
    node.add("desk", "chair")
    return node


CLEAR, DOUBTED, APPEALED = read(**ADVERT), read(**HOPED), read(**{**ADVERT, **APPEAL})
ODD = read(**HOPED, _sharefeed__category="dragons/green")
UNREADABLE = read(**ADVERT, _sharefeed__kind="castle")
TRUSTED, WATCHED = replace(SOURCE, trusts_words=True), replace(SOURCE, hold_new=True)


def released(item: ReadItem, **values: Any) -> Ruling:
    return Ruling(**{"hash": "earlier", "ruling": "released", "reason": "", "words": item.words, **values})


@pytest.mark.parametrize(
    ("source", "item", "word", "state", "code"),
    [
        pytest.param(SOURCE, read(), None, SHOWN, None, id="plain words"),
        pytest.param(SOURCE, CLEAR, None, QUARANTINED, NOT_FREE_WORDS, id="an advert"),
        pytest.param(SOURCE, DOUBTED, None, HELD, DOUBTFUL_WORDS, id="in doubt"),
        pytest.param(SOURCE, APPEALED, None, HELD, NOT_FREE_WORDS, id="an advert whose author appeals"),
        pytest.param(SOURCE, ODD, None, QUARANTINED, "unknown-category", id="in doubt, and odd"),
        pytest.param(SOURCE, UNREADABLE, None, QUARANTINED, NOT_FREE_WORDS, id="an advert that is no listing"),
        pytest.param(TRUSTED, CLEAR, None, SHOWN, None, id="an advert of a trusted source"),
        pytest.param(TRUSTED, DOUBTED, None, SHOWN, None, id="in doubt, from a trusted source"),
        pytest.param(TRUSTED, ODD, None, QUARANTINED, "unknown-category", id="odd, from a trusted source"),
        pytest.param(SOURCE, CLEAR, released(CLEAR, hash=CLEAR.hash, words=""), SHOWN, None, id="this version"),
        pytest.param(SOURCE, CLEAR, released(CLEAR), SHOWN, None, id="these words released"),
        pytest.param(SOURCE, DOUBTED, released(DOUBTED), SHOWN, None, id="these doubtful words released"),
        pytest.param(SOURCE, DOUBTED, released(CLEAR), HELD, DOUBTFUL_WORDS, id="other words released"),
        pytest.param(SOURCE, DOUBTED, released(DOUBTED, words=""), HELD, DOUBTFUL_WORDS, id="another version released"),
        pytest.param(SOURCE, DOUBTED, released(DOUBTED, ruling="refused"), REFUSED, "refused", id="words refused"),
        pytest.param(SOURCE, read(), released(read(), ruling="refused"), SHOWN, None, id="no words were in doubt"),
        pytest.param(SOURCE, ODD, released(ODD), QUARANTINED, "unknown-category", id="odd, its words released"),
        pytest.param(WATCHED, DOUBTED, released(DOUBTED), SHOWN, None, id="its words released, new ones wait"),
        pytest.param(WATCHED, DOUBTED, None, HELD, DOUBTFUL_WORDS, id="in doubt, new ones wait"),
    ],
)
def test_the_fate_of_words(source: Any, item: ReadItem, word: Ruling | None, state: str, code: str | None) -> None:
    found, reasons = decide.fate(source, item, None, word, OWN, PRESENT)
    assert (found, reasons[0].code if reasons else None) == (state, code)


def test_what_is_over_is_over_whatever_it_says() -> None:
    assert decide.fate(SOURCE, CLEAR, None, None, OWN, PRESENT + 61 * DAY_S)[0] == EXPIRED


def test_the_words_of_an_advert_hide_what_was_shown_and_a_doubt_does_not() -> None:
    assert frozenset(["not-free", NOT_FREE_WORDS]) == HIDING


@LEVELS
def test_an_advert_is_quarantined_and_a_doubtful_listing_waits(city: City, school: ScriptedNode, level: str) -> None:
    school.put(school.item("advert", **ADVERT))
    school.put(school.item("hall", **HOPED))
    source_id = city.follow(school, level)
    result = city.poll(source_id)
    assert (result.code, result.tally.quarantined) == ("ok", 1)
    assert city.refs(school) == {"desk", "chair"}
    assert city.states(source_id) == {"desk": "shown", "chair": "shown", "advert": "quarantined", "hall": "held"}
    assert set(city.reasons(source_id, school.listing_id("advert"))) == {NOT_FREE_WORDS}
    city.check_source(source_id)


@LEVELS
def test_an_update_that_is_an_advert_hides_at_once_and_a_doubtful_one_does_not(
    city: City, school: ScriptedNode, level: str
) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.put(school.item("desk", **ADVERT))
    school.put(school.item("chair", **HOPED))
    city.poll_fine(source_id)
    assert city.titles(school) == {"chair": "A chair"}
    assert city.states(source_id) == {"desk": "quarantined", "chair": "held"}
    school.add("desk", title="Mended")
    city.poll_fine(source_id)
    assert city.titles(school) == {"desk": "Mended", "chair": "A chair"}
    city.check_source(source_id)


def test_an_appeal_waits_and_hides_the_version_before_it(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", **{**ADVERT, **APPEAL}))
    city.poll_fine(source_id)
    assert city.states(source_id)["desk"] == "held"
    assert city.refs(school) == {"chair"}
    city.rule(source_id, school.listing_id("desk"), "released")
    assert city.refs(school) == {"chair", "desk"}


def test_a_broken_update_that_is_an_advert_hides_as_well(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", **ADVERT, _sharefeed__kind="castle"))
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair"}
    codes = city.reasons(source_id, school.listing_id("desk"))
    assert codes[0] == NOT_FREE_WORDS
    assert "not-a-choice" in codes


def test_reasons_are_kept_with_their_marks(city: City, school: ScriptedNode) -> None:
    school.put(school.item("advert", **ADVERT))
    source_id = city.follow(school)
    city.poll_fine(source_id)
    kept = city.store.rows(source_id)[school.listing_id("advert")][0].reasons
    price = next(reason for reason in kept if reason.sign == "price")
    marked = [ADVERT["content_text"][mark.start : mark.end] for mark in price.marks if mark.pointer == "/content_text"]
    assert marked == ["From £250 a day"]


def test_words_that_were_refused_are_refused_again_in_a_later_version(city: City, school: ScriptedNode) -> None:
    school.put(school.item("hall", **HOPED))
    source_id = city.follow(school)
    city.poll_fine(source_id)
    words = fingerprint(school.item("hall", **HOPED))
    city.rule(source_id, school.listing_id("hall"), "refused", "Ask nobody for money.", words=words)
    school.put(school.item("hall", **HOPED, _sharefeed__weight_kg=3))
    city.poll_fine(source_id)
    assert city.states(source_id)["hall"] == "refused"
    school.put(school.item("hall", content_text="No charge."))
    city.poll_fine(source_id)
    assert city.states(source_id)["hall"] == "shown"


def test_a_row_is_judged_again_by_its_words_alone() -> None:
    """What was wrong with its bytes can no longer be seen; what was wrong with its words can."""
    kept = row(CLEAR, 1, QUARANTINED, NOT_FREE_WORDS)
    item = read_row(SOURCE, kept, CLEAR.item, PRESENT)
    assert item.facts is not None
    assert item.doubts == CLEAR.doubts
    broken = read_row(SOURCE, row(CLEAR, 1, QUARANTINED, NOT_FREE_WORDS, "hash-differs"), CLEAR.item, PRESENT)
    assert broken.facts is None
    assert [problem.code for problem in broken.problems] == ["hash-differs"]


def test_only_the_clear_case_takes_the_last_good_version_away() -> None:
    for item, keeps in ((DOUBTED, True), (APPEALED, False), (CLEAR, False)):
        state, reasons = decide.fate(SOURCE, item, None, None, OWN, PRESENT)
        one = replace(row(item, 1, state), reasons=reasons)
        nodes = Nodes(OWN, [KnownNode(1, SOURCE.node_id, "active", True)])
        assert resolve([one], Current(1, "before", ()), (), nodes).keep is keeps
