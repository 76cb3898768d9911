"""What reads as free, what is in doubt, and what cannot be published; and that what is told is what decided."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.free.explain import DOUBTFUL_WORDS, NOT_FREE_WORDS, fingerprint, problems_of, word_problems
from schemas.free.judge import ASKED, Verdict, judge
from schemas.free.signs import GIVING, SELLING, SOFT
from schemas.free.texts import words_of
from schemas.free.weights import BY_HAND, trained
from tests.schemas.free_cases import CASES, CLEAR, DOUBTED, FREE, Case
from tests.thorough import examples


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_case(case: Case) -> None:
    found = judge(case.item)
    told = {part.kind: found.quoted(part) for part in found.reasons}
    assert (found.kind, case.signs - told.keys()) == (case.verdict, frozenset()), (found.score, told)


def test_there_are_cases_of_each_sign() -> None:
    assert len(CASES) >= 120
    assert {"voice", "urgency"}.union(*(case.signs for case in CASES)) >= SELLING | SOFT


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAR])
def test_a_clear_case_has_two_kinds_of_selling(case: Case) -> None:
    assert len({part.kind for part in judge(case.item).reasons} & SELLING) >= 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("£5, £10, £20, £30 each and £40 per hour", id="a price many times over"),
        pytest.param("Half price, 20% off, for sale, bargain, discount code", id="discounts many times over"),
        pytest.param("Donations welcome. A deposit is required. Late fees. Then subs.", id="small print"),
    ],
)
def test_one_kind_of_selling_is_never_a_clear_case(text: str) -> None:
    assert judge({"title": "", "content_text": text}).kind == "doubtful"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAR + DOUBTED])
def test_the_parts_are_the_score(case: Case) -> None:
    found = judge(case.item)
    assert sum(part.points for part in found.parts) == pytest.approx(found.score, abs=0.02)
    assert found.score >= ASKED - 1e-9


def in_any_case(case: Case) -> dict[str, Any]:
    item = case.item
    return {**item, "title": item["title"].upper(), "content_text": item["content_text"].upper()}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAR[:20]])
def test_capitals_and_typographic_signs_change_nothing(case: Case) -> None:
    assert judge(in_any_case(case)).kind == case.verdict
    text = case.text.replace("'", "’").replace(" ", "\u00a0", 1)
    assert judge({**case.item, "content_text": text}).kind == case.verdict


ADVERT = "Discount code for all, from £5 each"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("d i s c o u n t code for all, from £5 each", id="letters set apart"),
        pytest.param("D-I-S-C-O-U-N-T code for all, from £5 e.a.c.h", id="letters set apart by hyphens and dots"),
        pytest.param(ADVERT.replace("o", "o\u200b"), id="characters without a width"),
        pytest.param(ADVERT.replace("c", "c\u00ad"), id="soft hyphens"),
        pytest.param(ADVERT.replace("s", "s\u0336"), id="struck through"),
        pytest.param(ADVERT.replace("o", "о").replace("c", "с").replace("e", "е"), id="Cyrillic letters"),
        pytest.param(ADVERT.replace("o", "ο").replace("i", "ι"), id="Greek letters"),
        pytest.param("".join(chr(ord(one) + 0xFEE0) if one.isalpha() else one for one in ADVERT), id="wide letters"),
        pytest.param("𝗗𝗶𝘀𝗰𝗼𝘂𝗻𝘁 𝗰𝗼𝗱𝗲 for all, 𝗳𝗿𝗼𝗺 £5 𝗲𝗮𝗰𝗵", id="bold letters"),
        pytest.param("ⓓⓘⓢⓒⓞⓤⓝⓣ code for all, from £5 each", id="letters in circles"),
        pytest.param("D1sc0unt code for all, from £5 each", id="figures for letters"),
        pytest.param("Discount code for all, from £5\ufe0f\u20e3 each", id="figures as pictures"),
        pytest.param("ᴅɪsᴄᴏᴜɴᴛ code for all, from £5 each", id="small capitals"),
        pytest.param("\u200b".join(ADVERT), id="a character without a width behind every other"),
        pytest.param("\u0338".join(ADVERT), id="struck through, spaces and signs too"),
        pytest.param("\U000e0041".join(ADVERT), id="tags that nobody sees"),
        pytest.param(ADVERT.replace("Discount", "🇩🇮🇸🇨🇴🇺🇳🇹"), id="letters of flags"),
    ],
)
def test_words_in_disguise_are_read_and_marked_as_they_stand(text: str) -> None:
    problems = {problem.sign: problem for problem in word_problems({"title": "Boots", "content_text": text})}
    assert {problem.code for problem in problems.values()} == {NOT_FREE_WORDS}
    (discount,) = problems["discount"].marks
    (price,) = problems["price"].marks
    assert (discount.start, discount.end) == (0, len(text.rsplit(" ", 5)[0]))
    assert (price.start, price.end) == (len(text.rsplit(" ", 3)[0]) + 1, len(text))


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u2800", "\u3164"])
def test_what_looks_like_a_space_is_one(blank: str) -> None:
    for text in (ADVERT.replace(" ", blank), ADVERT.replace("Discount", blank.join("Discount"))):
        problems = {problem.sign: problem for problem in word_problems({"title": "Boots", "content_text": text})}
        assert {problem.code for problem in problems.values()} == {NOT_FREE_WORDS}
        assert problems["discount"].marks[0].start == 0


def test_words_that_are_only_turned_round_when_they_are_shown_are_read_as_shown() -> None:
    text = f"Boots. \u202e{ADVERT[::-1]}\u202c Ask for them."
    problems = word_problems({"title": "Boots", "content_text": text})
    assert problems[0].code == NOT_FREE_WORDS
    marked = {text[mark.start : mark.end].strip("\u202c") for problem in problems for mark in problem.marks}
    assert marked == {f"\u202e{ADVERT[::-1]}"}


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param({"images": [{"url": "a"}, {"alt": ADVERT}]}, "/_sharefeed/images/1/alt", id="a picture"),
        pytest.param({"place": {"name": ADVERT}}, "/_sharefeed/place/name", id="a place"),
        pytest.param({"terms": ADVERT}, "/_sharefeed/terms", id="terms"),
        pytest.param({"quantity": {"unit": ADVERT}}, "/_sharefeed/quantity/unit", id="a unit"),
    ],
)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("Size nine.", NOT_FREE_WORDS, id="nothing speaks for a gift"),
        pytest.param("Worn once.", DOUBTFUL_WORDS, id="wear does"),
    ],
)
def test_adverts_beside_a_listing_are_read(members: dict[str, object], pointer: str, text: str, code: str) -> None:
    problems = word_problems({"title": "Boots", "content_text": text, "_sharefeed": members})
    assert problems[0].code == code
    assert {mark.pointer for problem in problems for mark in problem.marks} == {pointer}


SMALL_PRINT = {
    "terms": "First come, first served. Bring it back clean.",
    "accessibility": "Step-free. Free.",
    "safety": "It is worn and wobbles.",
    "request_url": "https://node.example/gifts/old",
    "place": {"name": "St Mary's old school hall"},
    "images": [{"url": "https://node.example/a.jpg", "alt": "Two old chairs, one of them 60 cm high"}],
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAR + DOUBTED + FREE[:20]])
def test_the_words_of_small_print_speak_for_no_listing(case: Case) -> None:
    """It has the same words whatever is offered."""
    item = {**case.item, "_sharefeed": {**case.item["_sharefeed"], **SMALL_PRINT}}
    assert (judge(item).kind, judge(item).score) == (case.verdict, pytest.approx(judge(case.item).score))


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ("The hire charge is £20.", "doubtful"),
        ("£20 per session.", "doubtful"),
        ("No hire charge.", "free"),
        ("Bus 1 costs £2 from town.", "free"),
    ],
)
def test_what_is_charged_is_read_in_small_print_too(terms: str, kind: str) -> None:
    assert judge({"title": "Hall", "_sharefeed": {"terms": terms}}).kind == kind


@pytest.mark.parametrize("unit", ["each", "hours", "discount"])
def test_a_unit_of_a_word_is_not_read(unit: str) -> None:
    assert words_of({"_sharefeed": {"quantity": {"unit": unit}}}).text == ""


@pytest.mark.parametrize("said", [None, 3, [], {}, [None, 3, {"alt": 3}], {"name": 3}])
def test_what_is_no_text_beside_a_listing_is_passed_over(said: object) -> None:
    assert judge({"title": "Boots", "_sharefeed": {"images": said, "place": said, "quantity": said}}).kind == "free"


@pytest.mark.parametrize(
    "text",
    [
        "Sizes S M L X",
        "Keys A B C D E",
        "A.B.C. books",
        "Intel i5s, a PS4pro and 3m of 10x10cm oak",
        "c a t h e d r a l jigsaw",
    ],
)
def test_letters_that_only_stand_apart_mean_nothing(text: str) -> None:
    assert judge({"title": "Boots", "content_text": text}).kind == "free"


@pytest.mark.parametrize(
    ("markup", "field"),
    [
        pytest.param("<p>Only <b>£5</b> per hour</p><p>Half price today only</p>", "/content_html", id="tags"),
        pytest.param("Only &pound;5 per hour, half&nbsp;price today only", "/content_html", id="entities"),
        pytest.param("<img alt='>'>Only £5 per hour<br>Half price", "/content_html", id="a bracket in an attribute"),
    ],
)
def test_markup_is_read_and_its_words_keep_their_places(markup: str, field: str) -> None:
    problems = word_problems({"title": "Court", "content_html": markup})
    assert problems[0].code == NOT_FREE_WORDS
    marks = [mark for problem in problems for mark in problem.marks]
    assert {mark.pointer for mark in marks} <= {field, "/title"}
    marked = " ".join(markup[mark.start : mark.end] for mark in marks)
    assert "5" in marked
    assert re.search("[Hh]alf", marked)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param({"title": "For sale, £40 each"}, "/title", id="title"),
        pytest.param({"tags": ["oak", "for sale £40 each"]}, "/tags/1", id="tags"),
        pytest.param({"_sharefeed": {"terms": "For sale, £40 each."}}, "/_sharefeed/terms", id="terms"),
        pytest.param({"_sharefeed": {"safety": "For sale, £40 each."}}, "/_sharefeed/safety", id="safety"),
    ],
)
def test_words_are_read_wherever_they_are_shown(members: dict[str, Any], pointer: str) -> None:
    problems = word_problems({"title": "Desk", **members})
    assert problems
    assert {mark.pointer for problem in problems for mark in problem.marks} == {pointer}


def test_a_price_and_its_thing_in_two_fields_are_not_one_phrase() -> None:
    assert not word_problems({"title": "Books for", "content_text": "Sale room shelves"})


def test_what_is_told_names_the_words_and_marks_them() -> None:
    item = {"title": "Marquee hire", "content_text": "From £250 a day. Ask for our brochure."}
    problems = word_problems(item)
    assert {problem.code for problem in problems} == {NOT_FREE_WORDS}
    price = next(problem for problem in problems if problem.sign == "price")
    assert price.message == "This names a price to pay: “From £250 a day”."
    assert price.pointer == "/content_text"
    assert [item["content_text"][mark.start : mark.end] for mark in price.marks] == ["From £250 a day"]
    assert price.as_json()["marks"] == [{"pointer": "/content_text", "start": 0, "end": 15}]


def test_long_and_many_words_are_told_shortly() -> None:
    text = "Only £5 per hour. " + " ".join(f"From £{number} each." for number in range(1, 60))
    problem = next(
        problem for problem in word_problems({"title": "Room", "content_text": text}) if problem.sign == "price"
    )
    assert len(problem.message) < 400
    assert len(problem.marks) <= 20


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in FREE[:20]])
def test_nothing_is_told_of_what_is_free(case: Case) -> None:
    assert word_problems(case.item) == ()


def test_every_sign_has_a_sentence_and_a_weight() -> None:
    kinds = SELLING | SOFT
    assert kinds <= BY_HAND.keys()
    assert all(BY_HAND[kind] > 0 for kind in kinds)
    assert all(BY_HAND.get(kind, 0) <= 0 for kind in GIVING)
    assert all(value <= 0 for value in trained().facts.values())


def told(case: Case) -> Verdict:
    return judge(case.item)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAR + DOUBTED])
def test_what_is_told_is_what_weighs_most(case: Case) -> None:
    found = told(case)
    problems = problems_of(found)
    code = NOT_FREE_WORDS if case.verdict == "not_free" else DOUBTFUL_WORDS
    assert {problem.code for problem in problems} == {code}
    assert problems[0].sign == found.reasons[0].kind
    points = {part.kind: part.points for part in found.reasons}
    assert sum(points[problem.sign] for problem in problems) >= 0.7 * sum(points.values())


@pytest.mark.parametrize(
    ("text", "as_offer"),
    [
        pytest.param("A digger for half a day. You pay for the diesel.", "doubtful", id="costs"),
        pytest.param("Lino for a hall, big as a bus. Twenty pounds at most, cash.", "doubtful", id="a sum"),
        pytest.param("Vegetables. A donation is welcome.", "doubtful", id="a donation"),
    ],
)
def test_who_asks_for_something_may_offer_to_pay(text: str, as_offer: str) -> None:
    item = {"title": "Hall", "content_text": text}
    assert judge({**item, "_sharefeed": {"direction": "offer"}}).kind == as_offer
    assert judge({**item, "_sharefeed": {"direction": "want"}}).kind == "free"


def test_a_want_can_be_an_advert_all_the_same() -> None:
    text = "We pay cash for gold, best prices paid, instant valuation."
    item = {"title": "Gold wanted", "content_text": text, "_sharefeed": {"direction": "want"}}
    assert judge({**item, "_sharefeed": {"direction": "want", "organisation": {"type": "business"}}}).kind == "not_free"


def test_what_speaks_for_a_thing_outweighs_a_sum() -> None:
    text = "From £80 a week."
    worn = f"The left arm is worn, one spring creaks, and it wobbles. {text}"
    assert judge({"title": "Chair", "content_text": worn, "_sharefeed": {"weight_kg": 9}}).kind == "free"
    assert judge({"title": "Chair", "content_text": text}).kind == "doubtful"


def test_single_words_alone_raise_no_doubt_and_refuse_nothing() -> None:
    some = "book every full home include new order pound your"
    heaped = f"{some} class free hire minute open our pay price deliver"
    assert judge({"title": "Desk", "content_text": some}).kind == "free"
    business = {"organisation": {"type": "business"}}
    assert judge({"title": "Desk", "content_text": heaped, "_sharefeed": business}).kind == "doubtful"


def test_no_gifts_words_make_a_clear_case_free() -> None:
    padding = "Old wooden chair, worn legs, one spare, from our loft, to a good home. " * 5
    advert = "Half price today only. From £5 per hour, discount code inside."
    assert judge({"title": "Court", "content_text": advert + padding}).kind != "free"


def test_an_appeal_is_not_read_as_an_offer() -> None:
    item = {"title": "Desk", "_sharefeed": {"appeal": "It is not for sale, £40 each is what it cost. Half price!"}}
    assert judge(item).kind == "free"


def test_the_fingerprint_is_that_of_the_words() -> None:
    item = {"title": "Desk", "content_text": "Half price"}
    assert fingerprint(item) == fingerprint({**item, "date_modified": "2027-01-01T00:00:00Z", "id": "other"})
    assert fingerprint(item) != fingerprint({**item, "content_text": "Half a price"})
    assert fingerprint({"title": "a", "content_text": "b"}) != fingerprint({"title": "a\x00b"})
    assert len(fingerprint({"title": "\ud83d"})) == 43


_NAMES = ("title", "content_text", "content_html", "tags", "_sharefeed", "terms", "organisation", "type", "weight_kg")
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=examples(24), deadline=None)
@given(_ANYTHING)
def test_nothing_that_an_item_holds_raises(value: Any) -> None:
    item = value if isinstance(value, dict) else {"title": value, "tags": value, "_sharefeed": value}
    found = judge(item)
    assert found.kind in ("free", "doubtful", "not_free")
