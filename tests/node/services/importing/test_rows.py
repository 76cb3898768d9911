"""From rows to listings: what cells mean, what empty cells mean, and what is said of rows that cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.importing.columns import CHOICES, COLUMNS, code_of, field_of
from node.services.importing.row_values import Defaults
from node.services.importing.rows import Reading, Refusal, RowProblem, Table, match_columns, read_table
from node.services.listings.drafts import DEFAULT_LIFE
from schemas.listing import Available, Money, Quantity, dump_listing, load_listing
from schemas.place import Place
from schemas.vocabulary import ORGANISATION_TYPES
from tests.thorough import examples

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEFAULTS = Defaults(NOW, organisation="Riverside School")
LISTINGS = Path(__file__).parents[4] / "bench" / "data" / "listings.csv"


def table_of(*rows: dict[str, Any], defaults: Defaults = DEFAULTS) -> Table:
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(row.get(name) for name in headings) for row in rows]
    return read_table(Sheet(headings, tuple(SheetRow(n, c) for n, c in enumerate(cells, start=2))), defaults)


def taken(defaults: Defaults = DEFAULTS, **cells: Any) -> Reading:
    table = table_of({"title": "Desk", **cells}, defaults=defaults)
    assert [str(p) for refusal in table.refusals for p in refusal.problems] == []
    return table.readings[0]


def refused(**cells: Any) -> list[RowProblem]:
    table = table_of({"title": "Desk", **cells})
    assert table.readings == ()
    return list(table.refusals[0].problems)


def notes_of(**cells: Any) -> list[str]:
    return [str(note) for note in table_of({"title": "Desk", **cells}).notes]


def test_a_title_is_enough_and_the_rest_is_as_documented() -> None:
    reading = taken()
    listing = reading.listing
    assert (listing.direction, listing.kind, listing.action, listing.category) == ("offer", "item", "give", "other")
    assert (listing.quantity, listing.status, listing.language) == (Quantity(), "available", "en")
    assert (listing.organisation.name, listing.organisation.type) == ("Riverside School", "community_group")
    assert reading.author.type is None
    assert listing.expires == NOW + DEFAULT_LIFE
    assert reading.open_end
    assert listing.place is None
    assert reading.name.ref == "desk"


@pytest.mark.parametrize(
    ("cells", "kind", "action"),
    [
        pytest.param({"action": "lend"}, "equipment", "lend", id="from the action"),
        pytest.param({"category": "space/hall"}, "space", "host", id="from the category"),
        pytest.param({"category": "skill/legal"}, "skill", "help", id="from the category of a skill"),
        pytest.param({"category": "tools/power"}, "item", "give", id="a category of several kinds"),
        pytest.param({"category": "food"}, "item", "give", id="a category of one kind"),
        pytest.param({"kind": "equipment", "category": "av"}, "equipment", "lend", id="stated"),
        pytest.param({"kind": "Room"}, "space", "host", id="in other words"),
        pytest.param({"kind": "equipment", "action": "donate"}, "equipment", "give", id="both stated"),
    ],
)
def test_kind_and_action_follow_from_what_is_said(cells: dict[str, str], kind: str, action: str) -> None:
    listing = taken(**cells).listing
    assert (listing.kind, listing.action) == (kind, action)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("furniture/desk", "furniture/desk", id="a path"),
        pytest.param(" Furniture / Desk ", "furniture/desk", id="a path, loosely"),
        pytest.param("furniture/hammock", "furniture/hammock", id="an unknown path under a known root"),
        pytest.param("Sofa", "furniture/sofa", id="a word"),
        pytest.param("settees", "furniture/sofa", id="another word, in the plural"),
    ],
)
def test_a_category_is_a_path_or_a_plain_word(text: str, path: str) -> None:
    assert taken(category=text).listing.category == path


@pytest.mark.parametrize(
    ("text", "near"),
    [
        pytest.param("furniture/dsk", "furniture/desk", id="a leaf under a known root"),
        pytest.param("furnitur/desk", "furniture/desk", id="a root"),
        pytest.param("dsk", "furniture/desk", id="a word"),
        pytest.param("furniture/hammock", None, id="nothing is near"),
        pytest.param("a" * 200, None, id="far too long"),
    ],
)
def test_a_slip_in_a_category_is_named(text: str, near: str | None) -> None:
    (note,) = notes_of(category=text)
    assert ("Did you mean" in note) == (near is not None)
    assert near is None or note.endswith(f"Did you mean {near}?")


def test_an_unknown_category_is_kept_under_other_and_said() -> None:
    assert taken(category="xyzzy").listing.category == "other"
    assert "not known" in notes_of(category="xyzzy")[0]


@pytest.mark.parametrize(
    ("cells", "end", "open_end", "capped"),
    [
        pytest.param({"expires": "2027-01-31"}, datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), False, False, id="said"),
        pytest.param(
            {"expires": "2027-07-01"}, datetime(2027, 7, 1, 22, 59, 59, tzinfo=UTC), False, False, id="summer time"
        ),
        pytest.param(
            {"available_until": "+3d"}, datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC), False, False, id="availability"
        ),
        pytest.param(
            {"available_until": "2028-10-31"}, datetime(2027, 11, 21, 23, 59, 59, tzinfo=UTC), False, True, id="capped"
        ),
        pytest.param({}, NOW + DEFAULT_LIFE, True, False, id="not said"),
    ],
)
def test_a_listing_ends(cells: dict[str, str], end: datetime, open_end: bool, capped: bool) -> None:
    reading = taken(**cells)
    assert (reading.listing.expires, reading.open_end, reading.capped) == (end, open_end, capped)


@pytest.mark.parametrize("timezone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_longest_showing_is_valid_everywhere_at_any_hour(timezone: str, hour: int) -> None:
    now = NOW.replace(hour=hour)
    reading = taken(Defaults(now, timezone, organisation="A"), expires="+5000d")
    midnight = dump_listing(reading.listing) | {"date_modified": "2026-11-22T00:00:00Z"}
    assert load_listing(midnight).expires > now + timedelta(days=362)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        pytest.param(
            {"locality": "Stanground", "lat": "52.55", "lon": "-0.2"},
            Place(None, "Stanground", None, "GB", 52.55, -0.2, 500),
            id="a locality's point",
        ),
        pytest.param(
            {"place": "Old Mill", "lat": "52.55", "lon": "-0.2"},
            Place("Old Mill", None, None, "GB", 52.55, -0.2, 50),
            id="a building's point",
        ),
        pytest.param(
            {"lat": 52.55, "lon": -0.2, "precision_m": 10, "country": "ie"},
            Place(None, None, None, "IE", 52.55, -0.2, 10),
            id="stated",
        ),
        pytest.param({"postcode": "PE2"}, Place(None, None, "PE2", "GB"), id="no point"),
        pytest.param({"country": "FR", "precision_m": "5"}, None, id="nowhere"),
    ],
)
def test_a_place_is_as_exact_as_is_said(cells: dict[str, Any], place: Place | None) -> None:
    assert taken(**cells).listing.place == place


def test_every_column_reaches_its_member() -> None:
    reading = taken(
        id="L-7",
        direction="wanted",
        kind="equipment",
        action="lend",
        description="Two\nlines",
        category="av/projector",
        condition="Very good",
        quantity=2.0,
        unit="sets",
        organisation="St Mary's",
        organisation_type="Church",
        available_from="01/12/2026",
        available_until=date(2026, 12, 31),
        weight_kg="3,5 kg",
        tags="one;#two;shelf:4;one",
        language="pl",
        image="https://example.org/a.jpg; b.jpg",
        image_alt="A desk | Another",
        terms="Bring it back",
        accessibility="Ramp",
        safety="PAT tested",
        status="on hold",
        hours="4",
        replacement_value="€400",
        url="www.example.org/loans",
        organisation_url="https://example.org",
    )
    listing = reading.listing
    assert (listing.direction, listing.condition, listing.status) == ("want", "good", "reserved")
    assert (listing.content_text, listing.language, listing.tags) == ("Two\nlines", "pl", ("one", "two"))
    assert listing.quantity == Quantity(2, "sets")
    assert listing.available == Available(date(2026, 12, 1), date(2026, 12, 31))
    assert (listing.weight_kg, listing.hours, listing.replacement_value) == (3.5, 4, Money(400, "EUR"))
    assert (listing.terms, listing.accessibility, listing.safety) == ("Bring it back", "Ramp", "PAT tested")
    assert listing.request_url == "https://www.example.org/loans"
    assert (listing.organisation.type, listing.organisation.url) == ("faith_group", "https://example.org")
    assert [(p.source, p.alt) for p in reading.pictures] == [
        ("https://example.org/a.jpg", "A desk"),
        ("b.jpg", "Another"),
    ]
    assert [image.url for image in listing.images] == ["https://example.org/a.jpg"]
    assert (reading.name.slug, reading.name.ref) == ("st-marys", "L-7")


@pytest.mark.parametrize(
    ("cells", "column", "pointer", "says"),
    [
        pytest.param({"title": ""}, "title", "/title", "required", id="no title"),
        pytest.param({"title": "x" * 201}, "title", "/title", "201 characters", id="long title"),
        pytest.param({"title": "a\x00b"}, "title", "/title", "control character", id="NUL byte"),
        pytest.param({"title": "\ud800"}, "title", "/title", "control character", id="half a character"),
        pytest.param({"description": "x" * 33_000}, "description", "/content_text", "33,000", id="huge cell"),
        pytest.param({"description": "x" * 11_000}, "description", "/content_text", "11000", id="long description"),
        pytest.param({"direction": "up"}, "direction", "/_sharefeed/direction", "not known here", id="direction"),
        pytest.param({"action": "host", "kind": "item"}, "action", "/_sharefeed/action", "give or lend", id="action"),
        pytest.param({"condition": "meh"}, "condition", "/_sharefeed/condition", "not known here", id="condition"),
        pytest.param({"quantity": "1e9"}, "quantity", "/_sharefeed/quantity/available", "from 1 to", id="1e9"),
        pytest.param({"quantity": 10**400}, "quantity", "/_sharefeed/quantity/available", "too large", id="huge"),
        pytest.param({"quantity": "0"}, "quantity", "/_sharefeed/quantity/available", "from 1 to", id="none left"),
        pytest.param({"quantity": "a few"}, "quantity", "/_sharefeed/quantity/available", "a number", id="words"),
        pytest.param({"expires": "31/02/2027"}, "expires", "/_sharefeed/expires", "no such date", id="31 February"),
        pytest.param(
            {"available_from": "+9d", "available_until": "+3d"},
            "available_until",
            "/_sharefeed/available/until",
            "before the first",
            id="backwards",
        ),
        pytest.param({"lat": "52"}, "lon", "/_sharefeed/place/lon", "both lat and lon", id="half a point"),
        pytest.param({"lat": "99", "lon": "0"}, "lat", "/_sharefeed/place/lat", "-90 to 90", id="beyond the pole"),
        pytest.param({"image": "https://exa mple"}, "image", "/_sharefeed/images/0/url", "web address", id="image"),
        pytest.param({"request_url": "call us"}, "request_url", "/_sharefeed/request_url", "web address", id="ask"),
        pytest.param({"url": "call us"}, "url", "/_sharefeed/request_url", "web address", id="page"),
        pytest.param({"language": "English!"}, "language", "/language", "language tag", id="language"),
        pytest.param({"tags": ";".join("abcdefghijklmnopqrstu")}, "tags", "/tags", "at most 20", id="many tags"),
        pytest.param(
            {"organisation_type": "cartel"}, "organisation_type", "/_sharefeed/organisation/type", "not known"
        ),
        pytest.param({"price": "£5"}, "price", "", "free from end to end", id="a price"),
        pytest.param({"Cost (£)": 5}, "Cost (£)", "", "free from end to end", id="a cost"),
        pytest.param({"title": "#N/A"}, "title", "/title", "formula", id="a failed formula"),
    ],
)
def test_a_bad_cell_says_where_it_is_and_what_is_wrong(
    cells: dict[str, Any], column: str, pointer: str, says: str
) -> None:
    problems = refused(**cells)
    assert [(p.row, p.column, p.pointer) for p in problems] == [(2, column, pointer)]
    assert says in problems[0].message
    assert len(problems[0].value) <= 80


@pytest.mark.parametrize("column", CHOICES)
def test_what_a_word_may_be_is_said_once(column: str) -> None:
    [problem] = refused(**{column: "gizmo", "event_dates": "2026-12-03"})
    assert not any(code in problem.message for code in CHOICES[column])
    assert all(code in problem.advice for code in CHOICES[column])


@pytest.mark.parametrize(("said", "code"), [("UK", "GB"), ("United Kingdom", "GB"), ("Polska", "PL"), ("de", "DE")])
def test_a_country_may_be_written_as_people_call_it(said: str, code: str) -> None:
    place = taken(country=said, locality="Ely").listing.place
    assert place is not None
    assert place.country == code


@pytest.mark.parametrize("price", ["Gratis", "-", "free of charge", "0,00 zł", "bezpłatnie"])
def test_people_have_many_words_for_nothing_to_pay(price: str) -> None:
    assert taken(price=price).listing.title == "Desk"


@pytest.mark.parametrize("price", ["", "0", "0.00", "free", "£0", "none", "n/a", 0])
def test_a_price_of_nothing_is_none(price: Any) -> None:
    assert taken(price=price).listing.title == "Desk"


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    problems = refused(title="", quantity="x", expires="31/02/2027", lat="100", lon="0")
    assert {p.column for p in problems} == {"title", "quantity", "expires", "lat"}


def test_a_row_without_an_organisation_says_what_to_do() -> None:
    table = table_of({"title": "Desk"}, defaults=Defaults(NOW))
    problem = table.refusals[0].problems[0]
    assert (problem.column, problem.message) == (
        "organisation",
        "No organisation is named here, nor by --organisation.",
    )
    assert "--organisation" in problem.advice


def test_good_neighbours_of_bad_rows_are_kept_in_order() -> None:
    table = table_of({"title": "One"}, {"title": "", "quantity": "x"}, {"title": "Three"})
    assert [r.row.number for r in table.readings] == [2, 4]
    assert [r.row.number for r in table.refusals] == [3]


def test_rows_with_one_id_are_refused_after_the_first_and_other_organisations_may_use_it() -> None:
    table = table_of(
        {"id": "A1", "title": "One", "organisation": "X"},
        {"id": "a1", "title": "Two", "organisation": "X"},
        {"id": "A1", "title": "Three", "organisation": "Y"},
    )
    assert [r.listing.title for r in table.readings] == ["One", "Three"]
    assert "Row 2 has the same id" in table.refusals[0].problems[0].message


def test_rows_without_an_id_are_named_by_their_titles_in_order() -> None:
    rows = [{"title": "Desk"}, {"title": "desk!", "quantity": "x"}, {"title": "Desk"}, {"title": "X", "id": "desk-2"}]
    table = table_of(*rows)
    names = {r.row.number: r.name.ref for r in (*table.readings, *table.refusals)}
    assert names == {2: "desk", 3: "desk-3", 4: "desk-4", 5: "desk-2"}


def test_many_rows_of_one_title_are_named_in_no_time() -> None:
    table = table_of(*[{"title": "Chair"}] * 500)
    assert len({reading.name.ref for reading in table.readings}) == 500


def test_columns_that_mean_nothing_here_are_passed_over_and_named() -> None:
    found, remarks = match_columns(("Title", "label", "label_reason", "QTY", "problem", "Name"))
    assert found == {"title": 0, "quantity": 3}
    assert remarks == (
        "The column “label” is not used.",
        "The column “label_reason” is not used.",
        "The column “Name” is not used: “Title” stands for the same.",
    )


def test_headings_and_words_in_polish_are_understood_with_and_without_their_marks() -> None:
    found, remarks = match_columns(("Nazwa", "Ilosc", "Stan", "Kod pocztowy", "Dostępne do", "Opłata"))
    assert list(found) == ["title", "quantity", "condition", "postcode", "available_until", "price"]
    assert remarks == ()
    listing = taken(Stan="Używany", **{"Dostępne do": "5 grudnia 2026"}).listing
    assert listing.condition == "good"
    assert refused(Cena="20 zł")[0].column == "Cena"


def test_headings_and_words_in_german_are_understood_and_no_price_passes_in_any_language() -> None:
    found, remarks = match_columns(("Titel", "Stückzahl", "Zustand", "PLZ", "Verfuegbar bis", "Gewicht (kg)", "Preis"))
    assert list(found) == ["title", "quantity", "condition", "postcode", "available_until", "weight_kg", "price"]
    assert remarks == ()
    listing = taken(Zustand="Sehr gut", Preis="kostenlos", **{"Gewicht (kg)": "1.234,50"}).listing
    assert (listing.condition, listing.weight_kg) == ("good", 1234.5)
    for heading in ("Leihgebühr", "Prix", "Precio", "Preço", "Preț", "Kaina"):
        assert refused(**{heading: "20 €"})[0].column == heading


def test_a_column_under_its_own_name_beats_one_under_an_alias() -> None:
    assert match_columns(("name", "title"))[0] == {"title": 1}


def test_a_column_without_a_heading_is_named_by_its_letter() -> None:
    sheet = Sheet(("title", ""), (SheetRow(2, ("Desk", "hello", None, "more")),))
    assert read_table(sheet, DEFAULTS).remarks == (
        "Column B has no heading; it is not used.",
        "Column D has no heading; it is not used.",
    )


@pytest.mark.parametrize("heading", ["Available until", "AVAILABLE_UNTIL", " available-until ", "until (day)"])
def test_headings_are_compared_without_case_blanks_or_asides(heading: str) -> None:
    assert field_of(heading) == "available_until"


def test_no_name_of_a_column_means_two_columns() -> None:
    for column in COLUMNS.values():
        assert [field_of(name) for name in (column.name, *column.aliases)] == [column.name] * (1 + len(column.aliases))


@pytest.mark.parametrize(
    ("word", "type_"),
    [("CIC", "community_group"), ("church", "faith_group"), ("NHS Trust", "public_body"), ("Ltd", "business")]
    + [(code.replace("_", " "), code) for code in ORGANISATION_TYPES],
)
def test_an_organisation_type_may_be_said_in_words(word: str, type_: str) -> None:
    assert code_of("organisation_type", word) == type_


def test_every_code_means_itself() -> None:
    for column, codes in CHOICES.items():
        assert [code_of(column, code) for code in codes] == list(codes)


@pytest.mark.parametrize(
    ("cells", "closed"),
    [
        pytest.param({"status": "gone", "expires": "2020-01-01"}, "given", id="given, long ago"),
        pytest.param({"status": "withdrawn"}, "withdrawn", id="withdrawn"),
        pytest.param({"expires": "2026-11-21"}, "expired", id="its last day is past"),
        pytest.param({"available_until": "21/11/2026"}, "expired", id="availability is past"),
        pytest.param({"expires": "2026-11-22"}, None, id="today is its last day"),
        pytest.param({"available_until": "21/11/2026", "expires": "+3d"}, None, id="shown for longer"),
    ],
)
def test_a_row_that_is_over_is_no_mistake(cells: dict[str, str], closed: str | None) -> None:
    assert taken(**cells).closed == closed
    assert bool(notes_of(**cells)) == (closed == "expired")


def test_a_fraction_is_one_piece_of_that_size() -> None:
    assert taken(quantity="0.25", unit="acres").listing.quantity == Quantity(1, "0.25 acres")
    assert "whole number" in notes_of(quantity="0.25")[0]


def test_a_space_has_no_condition() -> None:
    assert taken(kind="space", condition="good").listing.condition is None
    assert "left out" in notes_of(kind="space", condition="good")[0]


@pytest.mark.parametrize("text", ["میز برای مدرسه", "שולחן", "办公桌 🪑", "Biurko — używane", "\u202eevil\u202c"])
def test_every_script_is_kept_as_it_is(text: str) -> None:
    reading = taken(title=text, description=text)
    assert (reading.listing.title, reading.listing.content_text) == (text, text)
    assert reading.name.ref


def test_every_row_of_the_development_listings_becomes_a_listing() -> None:
    table = read_table(read(LISTINGS.read_bytes()), Defaults(NOW))
    assert (len(table.readings), table.refusals) == (260, ())
    assert [note.row for note in table.notes] == [75, 124]
    assert not any(tag.startswith("dup:") for reading in table.readings for tag in reading.listing.tags)


_HEADINGS = st.lists(st.sampled_from([*COLUMNS, "price", "Name", "", "nonsense"]), min_size=1, max_size=12)
_CELLS = (
    st.text(max_size=30)
    | st.sampled_from(["offer", "lend", "space", "+30d", "2026-12-05", "1e9", "church", "£5", "furniture/desk"])
    | st.floats()
    | st.integers()
    | st.datetimes()
    | st.booleans()
    | st.none()
)


@settings(max_examples=examples(60), deadline=None)
@given(_HEADINGS, st.lists(st.lists(_CELLS, max_size=14), max_size=6))
def test_any_table_gives_one_outcome_for_each_row(headings: list[str], rows: list[list[Any]]) -> None:
    sheet = Sheet(("title", *headings), tuple(SheetRow(n, tuple(row)) for n, row in enumerate(rows, start=2)))
    table = read_table(sheet, DEFAULTS)
    outcomes: list[Reading | Refusal] = [*table.readings, *table.refusals]
    assert sorted(outcome.row.number for outcome in outcomes) == [row.number for row in sheet.rows]
    for reading in table.readings:
        assert load_listing(dump_listing(reading.listing)) == reading.listing
    for refusal in table.refusals:
        assert refusal.problems
        assert all(p.message and p.column and p.row == refusal.row.number for p in refusal.problems)
    names = [(r.name.slug, r.name.ref.casefold()) for r in table.readings]
    assert len(set(names)) == len(names)
