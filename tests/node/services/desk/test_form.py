"""The form of the desk: what is typed becomes a listing that every reader takes, and becomes what was typed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from node.services.desk.fields import FIELDS, SHARED, SIGNS
from node.services.desk.form import NOWHERE, Read, Setting, category_of, read, sign_of, typed_of
from node.services.desk.guess import categories_for, count_for
from node.services.desk.place import key_of, precision_of, told
from node.services.importing.row_values import Defaults
from node.services.listings.safety import SENTENCES, Check, apart, question_of, text_of
from schemas.listing import Available, Image, Listing, Money, Quantity
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.vocabulary import SAFETY, categories

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SCHOOL = Organisation("https://share.example.org/organisations/riverside-school", "Riverside School", "school")
SETTING = Setting(SCHOOL, Defaults(NOW, organisation=SCHOOL.name))
HALL = Place("Hall", "Werrington", "PE4 6QE", "GB", 52.62, -0.27, 50)


def filled(sign: str = "give", **typed: str) -> Read:
    return read(sign, {"title": "Twelve chairs", "locality": "Werrington", **typed}, SETTING)


def listing(sign: str = "give", **typed: str) -> Listing:
    found = filled(sign, **typed)
    assert found.listing is not None, found.errors
    return found.listing


def test_a_title_and_a_town_are_enough() -> None:
    made = listing()
    assert (made.title, made.direction, made.action, made.kind) == ("Twelve chairs", "offer", "give", "item")
    assert (made.category, made.place) == ("furniture/chair", Place(locality="Werrington", country="GB"))
    assert made.organisation == SCHOOL
    assert filled().open_end


@pytest.mark.parametrize(
    ("sign", "title", "kind", "category"),
    [
        ("give", "Office desk lamps", "item", "furniture/other"),
        ("give", "Box of books", "item", "books"),
        ("lend", "Gazebo", "equipment", "events/marquee"),
        ("host", "Meeting room for 20", "space", "space/meeting-room"),
        ("help", "An hour of bookkeeping", "skill", "skill/finance"),
        ("wanted", "Krzesła", "item", "furniture/chair"),
        ("give", "Something", "item", "other"),
    ],
)
def test_the_title_suggests_what_it_is(sign: str, title: str, kind: str, category: str) -> None:
    made = listing(sign, title=title)
    assert (sign_of(made), made.kind, made.category) == (sign, kind, category)


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("Twelve chairs", 12),
        ("12 stacking chairs", 12),
        ("A dozen mugs with handles", 12),
        ("Two glass tables", 2),
        ("6 boxes of books", 6),
        ("12 cadeiras", 12),
        ("A lamp", None),
        ("1 chair", None),
        ("Two glass", None),
        ("Ten", None),
        ("3 seater sofas", None),
        ("3-seater sofas", None),
        ("24 inch monitors", None),
        ("Four person tents", None),
        ("4 ring hobs", None),
        ("Two wheels", None),
        ("2 x 4 planks", None),
        ("5 a side goals", None),
        ("Twenty five chairs", None),
        ("1960s lamps", None),
        ("Table for 6 children", None),
        ("1000 leaflets", None),
        ("12 " * 100, None),
    ],
)
def test_the_title_says_how_many_only_where_it_says_so_plainly(title: str, count: int | None) -> None:
    assert count_for(title) == count


def test_the_number_in_the_title_is_taken_where_none_is_typed() -> None:
    assert listing(title="Twelve chairs").quantity.available == 12
    assert listing(title="Twelve chairs", count="3").quantity.available == 3
    assert listing("wanted", title="Twelve chairs").quantity.available == 12
    assert listing("host", title="Twelve rooms").quantity.available == 1


@pytest.mark.parametrize(("need", "kind"), [("lend", "equipment"), ("host", "space"), ("help", "skill"), ("", "item")])
def test_a_want_says_what_is_to_be_done(need: str, kind: str) -> None:
    made = listing("wanted", title="A thing", need=need)
    assert (made.direction, made.action, made.kind) == ("want", need or "give", kind)


PASTA = {"title": "Pasta", "check": "food.in_date", "food_until": "2027-01-15"}


def test_food_is_shown_while_it_is_in_date() -> None:
    found = filled(**PASTA)
    assert found.listing is not None
    assert found.listing.expires == datetime(2027, 1, 15, 23, 59, 59, tzinfo=UTC)
    assert not found.open_end
    assert listing(**PASTA, expires="2027-01-10").expires.day == 10


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ({"title": ""}, "title", "required"),
        ({"title": "x" * 201}, "title", "200"),
        ({"count": "many"}, "count", "must be a number"),
        ({"count": "0"}, "count", "from 1 to"),
        ({"until": "32/13/2026"}, "until", "no such date"),
        ({"from": "2026-12-20", "until": "2026-12-10"}, "until", "before the first day"),
        ({"expires": "2026-11-01"}, "expires", "This day is over"),
        ({"expires": "2029-01-01"}, "expires", "2027-11-30"),
        ({"locality": ""}, "locality", "Say where it is"),
        ({"lat": "52.5"}, "lon", "both lat and lon"),
        ({"lat": "152.5", "lon": "0"}, "lat", "90"),
        ({"title": "Kettle"}, "check", "Answer this"),
        ({"title": "Laptop", "check": "data_wiped.not_yet"}, "check", "Remove the personal data first"),
        ({"title": "Laptop", "check": "electrical.tested"}, "check", "Answer this"),
        ({"title": "Pasta", "check": "food.in_date"}, "food_until", "which date"),
        ({"title": "Pasta", "check": "food.in_date", "food_until": "2026-11-30"}, "food_until", "not in date"),
        ({**PASTA, "until": "2027-02-01"}, "until", "choose a day up to then"),
        ({**PASTA, "expires": "2027-02-01"}, "expires", "choose a day up to then"),
        ({"contact": "https://"}, "contact", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typed: dict[str, str], name: str, words: str) -> None:
    found = filled(**typed)
    if not words:
        assert found.listing is not None
        return
    assert found.listing is None
    assert words in found.errors[name]
    assert list(found.errors) == [name]


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form() -> None:
    found = filled(title="", count="many", locality="", expires="2026-11-01")
    assert list(found.errors) == ["title", "count", "locality", "expires"]


FULL = {
    "title": "Twelve chairs",
    "text": "Grey, stackable.\nSome scratches.",
    "category": "appliances/kitchen",
    "need": "lend",
    "count": "12",
    "unit": "each",
    "condition": "fair",
    "check": "electrical.tested",
    "recall": "yes",
    "safety": "Two people to lift.",
    "place": "other",
    "place_name": "Main hall",
    "locality": "Werrington",
    "postcode": "PE4 6QE",
    "lat": "52.62",
    "lon": "-0.27",
    "precision": "door",
    "from": "2026-12-05",
    "until": "2026-12-20",
    "weight": "4.5",
    "hours": "3",
    "terms": "Bring a van.",
    "contact": "01733 555 010, ask for the office",
    "expires": "2026-12-22",
    "accessibility": "No steps.",
    "tags": "stackable; grey",
    "language": "en",
    "appeal": "",
}


@pytest.mark.parametrize("sign", SHARED)
def test_what_is_typed_comes_back(sign: str) -> None:
    typed = {**FULL, "category": {"host": "space/hall", "help": "skill/finance"}.get(sign, FULL["category"])}
    made = listing(sign, **typed)
    again = typed_of(made, "Europe/London")
    assert made.place is not None
    expected = {name: typed.get(name, "") for name in FIELDS[sign]} | {"place": key_of(made.place)}
    assert again == expected
    assert read(sign, again, replace(SETTING, known=made)).listing == made


def test_what_the_form_does_not_ask_for_stays_as_it_was() -> None:
    known = replace(
        listing(**FULL),
        images=(Image("https://share.example.org/media/a.jpg", "Chairs"),),
        status="reserved",
        replacement_value=Money(40, "GBP"),
        expires=datetime(2026, 12, 22, 11, 30, tzinfo=UTC),
    )
    typed = {**typed_of(known, "Europe/London"), "title": "Eleven chairs"}
    assert read("give", typed, replace(SETTING, known=known)).listing == replace(known, title="Eleven chairs")


def test_contact_is_a_link_or_a_line_that_everyone_reads() -> None:
    assert listing(contact="riverside.example/ask").request_url == "https://riverside.example/ask"
    made = listing(terms="Bring a van.", contact="office@riverside.example")
    assert (made.request_url, made.terms) == (None, "Bring a van.\nContact: office@riverside.example")


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("door", Place("Hall", "Werrington", "PE4 6QE", "GB", 52.62, -0.27, 50)),
        ("street", Place("Hall", "Werrington", "PE4 6QE", "GB", 52.62037, -0.27078, 200)),
        ("area", Place(None, "Werrington", "PE4", "GB", 52.61858, -0.27373, 1000)),
        ("town", Place(None, "Werrington", None, "GB", 52.61858, -0.25894, 5000)),
    ],
)
def test_a_place_is_told_as_exactly_as_was_chosen(precision: str, expected: Place) -> None:
    coarse = told(HALL, precision)
    assert coarse == expected
    assert precision_of(coarse) == precision
    near = told(replace(HALL, lat=52.6201, lon=-0.2701), precision)
    assert (near == coarse) is (precision != "door"), "who is near by is told the same place"


def test_a_place_that_was_used_before_is_told_as_it_was_then() -> None:
    setting = replace(SETTING, places=(HALL, told(HALL, "town")))
    assert read("give", {"title": "Chairs", "place": key_of(told(HALL, "town"))}, setting).listing == replace(
        listing(title="Chairs"), place=told(HALL, "town")
    )
    missing = read("give", {"title": "Chairs"}, setting)
    assert list(missing.errors) == ["place"]
    helping = read("help", {"title": "Bookkeeping", "place": NOWHERE}, setting)
    assert helping.listing is not None
    assert helping.listing.place is None


def test_days_and_numbers_are_read_as_people_write_them() -> None:
    made = listing(until="5 Jan 2027", count="1,200", weight="2,5 kg")
    assert made.available == Available(None, date(2027, 1, 5))
    assert made.quantity == Quantity(1200)
    assert made.weight_kg == 2.5


@pytest.mark.parametrize("code", [*SENTENCES, "food.in_date"])
def test_an_answer_about_safety_survives_in_the_listing(code: str) -> None:
    check = Check(code, date(2027, 1, 5) if code == "food.in_date" else None)
    for checks in ((check,), (check, Check("recall.checked"))):
        assert apart(text_of(checks, "Mind your back.\nPlease.")) == (checks, "Mind your back.\nPlease.")
        assert apart(text_of(checks, "")) == (checks, "")


@pytest.mark.parametrize(
    "text", ["", "Mind your back.", "It has no mains plug. Mind your back.", "It has no mains plug"]
)
def test_words_that_are_nobodys_answer_are_left_as_they_are(text: str) -> None:
    assert apart(text) == ((), text)


def test_every_question_of_the_vocabulary_has_answers() -> None:
    asked = {question_of(path) for path in categories()} - {None}
    assert asked == set(SAFETY) - {"none"}
    for question in asked:
        typed = {"title": "A thing", "category": next(p for p in categories() if question_of(p) == question)}
        assert "check" in filled(**typed).errors


def test_nothing_that_a_field_holds_stops_the_form() -> None:
    for odd in ("\x00", "'=1+1", "#N/A", "\ud800", "x" * 50_000, "<b>", "1e999", "\u202e"):
        for sign in SIGNS:
            read(sign, dict.fromkeys(FIELDS[sign], odd), SETTING)
            categories_for(odd, "give")
            category_of(sign, dict.fromkeys(FIELDS[sign], odd))
