"""What an organisation says of itself, its logo, the first steps, and another organisation by who runs the node."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from node.app import create_app
from node.context import Node
from node.services.identity import audit
from node.services.identity.audit import COMMAND_LINE
from node.services.identity.operator import COOKIE as OPERATOR_COOKIE
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting, profiles
from node.services.validation import self_check
from node.storage import heartbeats
from node.storage.engine import StorageError
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, draft, publisher
from tests.node.web.desk.signed_in import send, signed_in, token_of

SLUG = "riverside-school"
PAGE = f"/desk/{SLUG}/profile"
HOSTILE = '"><script>alert(1)</script>'
TOLD = {"name": "Riverside School", "type": "school", "description": "A primary school by the river.", "url": ""}


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, SLUG)


def png(size: tuple[int, int] = (200, 100)) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return BytesIO(out.getvalue())


def told_of(node: Node, slug: str = SLUG) -> tuple[str, str, str | None, str | None, str | None]:
    own = hosting.organisation(node, slug)
    assert own is not None
    one = own.organisation
    return one.name, one.type, one.description, one.url, one.logo


def test_what_is_said_is_kept_and_stands_on_the_public_page(owner: FlaskClient, app: Flask, node: Node) -> None:
    answer = send(owner, PAGE, PAGE, **{**TOLD, "url": "https://school.example/"})
    assert (answer.status_code, answer.location) == (303, f"/desk/{SLUG}/")
    assert told_of(node)[:4] == (TOLD["name"], "school", TOLD["description"], "https://school.example/")
    assert TOLD["description"] in app.test_client().get(f"/organisations/{SLUG}", base_url=node.settings.url).text
    assert "organisation-changed" in [entry.action for entry in audit.of_organisation(node, told_id(node), 20)[0]]


def told_id(node: Node) -> str:
    own = hosting.organisation(node, SLUG)
    assert own is not None
    return own.organisation.id


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": "  "}, "name", "Say what the organisation is called."),
        ({"url": "javascript:alert(1)"}, "url", "must"),
        ({"type": "bank"}, "type", "must"),
        ({"description": "x" * 2001}, "description", "2000"),
        ({"logo": (BytesIO(b"<svg></svg>"), "logo.svg")}, "logo", "SVG"),
        ({"logo": (BytesIO(b"\x89PNG rubbish"), "logo.png")}, "logo", "could not be read"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(
    owner: FlaskClient, node: Node, wrong: dict[str, object], field: str, words: str
) -> None:
    before = told_of(node)
    answer = send(owner, PAGE, PAGE, **{**TOLD, "description": "Long typed words.", **wrong})
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">.*?</p>', answer.text, re.DOTALL)
    assert error is not None
    assert words in error[0]
    assert f'href="#{field}"><bdi>' in answer.text
    assert "Long typed words." in answer.text or field == "description"
    assert told_of(node) == before


def test_a_logo_that_is_too_large_is_refused_with_its_reason(owner: FlaskClient, node: Node) -> None:
    file = FileStorage(BytesIO(b"x" * 4_000_001), "logo.png")
    fields = MultiDict([*TOLD.items(), ("csrf_token", token_of(owner, PAGE)), ("logo", file)])
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = owner.post(PAGE, data=body, content_type=kind, headers={"Referer": URL})
    assert answer.status_code == 422
    assert "larger than 4 MB" in answer.text
    assert told_of(node)[4] is None


def test_a_logo_is_made_small_served_and_taken_away(owner: FlaskClient, node: Node) -> None:
    send(owner, PAGE, PAGE, **TOLD, logo=(png((2000, 1000)), "logo.png"))
    logo = told_of(node)[4]
    assert logo is not None
    served = owner.get(logo.removeprefix(node.settings.url.rstrip("/")))
    assert served.mimetype == "image/png"
    assert Image.open(BytesIO(served.data)).size == (640, 320)
    send(owner, PAGE, PAGE, **TOLD)
    assert told_of(node)[4] == logo
    send(owner, PAGE, PAGE, **TOLD, without_logo="yes")
    assert told_of(node)[4] is None


def test_visitors_see_the_logo_on_the_front_the_own_page_and_beside_each_listing(
    owner: FlaskClient, app: Flask, node: Node
) -> None:
    listing = put_listings(node, [draft(node)])[0].key
    hosting.put_profile(node, "A neighbour", "a-neighbour", {})
    send(owner, PAGE, PAGE, **TOLD, logo=(png((2000, 1000)), "logo.png"))
    path = (told_of(node)[4] or "").removeprefix(node.settings.url.rstrip("/"))
    for page in ("/", f"/organisations/{SLUG}", f"/listings/{listing}"):
        tree = html.fromstring(app.test_client().get(page, base_url=node.settings.url).text)
        (image,) = tree.xpath("//*[@class='who-logo']/img")
        assert (image.get("src"), image.get("alt"), image.get("width")) == (path, "", "640")


def test_a_logo_stays_chosen_when_something_else_is_to_be_put_right(owner: FlaskClient, node: Node) -> None:
    wrong = {**TOLD, "open_0": "08:00"}
    answer = send(owner, PAGE, PAGE, **wrong, logo=(png((2000, 1000)), "logo.png"))
    assert (answer.status_code, told_of(node)[4]) == (422, None)
    form = html.fromstring(answer.text)
    (kept,) = form.xpath("//input[@name='kept_logo']/@value")
    assert form.xpath("//img[@class='logo-shown']/@src") == [f"/media/{kept}"]
    again = html.fromstring(send(owner, PAGE, PAGE, **wrong, kept_logo=kept).text)
    assert again.xpath("//input[@name='kept_logo']/@value") == [kept]
    without = html.fromstring(send(owner, PAGE, PAGE, **wrong, without_logo="yes", kept_logo=kept).text)
    assert not without.xpath("//input[@name='kept_logo']")
    assert send(owner, PAGE, PAGE, **TOLD, kept_logo=kept).status_code == 303
    assert told_of(node)[4] == f"{node.settings.url}media/{kept}"


@pytest.mark.parametrize("name", ["../secret.key", f"{'0' * 32}-10x10.png", "https://other.example/logo.png"])
def test_a_kept_logo_is_one_that_was_sent(owner: FlaskClient, node: Node, name: str) -> None:
    assert send(owner, PAGE, PAGE, **TOLD, kept_logo=name).status_code == 303
    assert told_of(node)[4] is None


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_owners_say_who_an_organisation_is(app: Flask, node: Node, role: str) -> None:
    client = signed_in(app, node, SLUG, role)
    assert client.get(PAGE).status_code == 403
    assert send(client, PAGE, "/desk/account", **TOLD).status_code == 403
    assert "First steps" not in client.get(f"/desk/{SLUG}/").text


def test_the_first_steps_go_as_they_are_done(owner: FlaskClient, app: Flask, node: Node) -> None:
    overview = owner.get(f"/desk/{SLUG}/").text
    assert "Say who you are" in overview
    assert "done" not in overview
    send(owner, PAGE, PAGE, **TOLD)
    assert owner.get(f"/desk/{SLUG}/").text.count("is-done") == 1
    signed_in(app, node, SLUG, "editor")
    assert owner.get(f"/desk/{SLUG}/").text.count("is-done") == 2


def test_the_last_steps_are_to_be_checked_and_read_once_something_is_shared(app: Flask, node: Node) -> None:
    owner, path = signed_in(app, node, SLUG), f"/desk/{SLUG}/"
    assert f'action="{path}check"' not in owner.get(path).text
    put_listings(node, [draft(node)])
    assert owner.get(path).text.count(f'action="{path}check"') == 1
    assert "Propose us to the board" not in owner.get(path).text, "no board is known"
    with node.database.write() as tx:
        heartbeats.beat(tx, self_check.CHECK, node.now, "unreached")
    assert not self_check.was_fine(node)
    with node.database.write() as tx:
        heartbeats.beat(tx, self_check.CHECK, node.now)
    assert owner.get(path).text.count("is-done") == 2


@pytest.mark.parametrize(
    ("reader", "proposes"),
    [("https://city.example", False), ("https://other.example", True), ("https://city.example.other.example", True)],
)
def test_nobody_is_told_to_propose_what_their_board_reads(tmp_path: Path, reader: str, proposes: bool) -> None:
    node = publisher(tmp_path / "read", board_url="https://city.example/")
    app = create_app(node)
    put_listings(node, [draft(node)])
    client_of(app).get("/changes.json", headers={"User-Agent": f"sharefeed/1.0 (+{reader}/)"})
    text = signed_in(app, node, SLUG).get(f"/desk/{SLUG}/").text
    assert (">Propose us to the board</a></p>" in text, "The board of your city reads you" in text) == (
        proposes,
        not proposes,
    )
    assert "Please add us to your board" not in text
    node.database.close()


def test_who_runs_the_node_adds_an_organisation(app: Flask, node: Node) -> None:
    operator = signed_in(app, node, SLUG, "operator")
    assert "/desk/new" in operator.get("/desk/").text
    answer = send(operator, "/desk/new", "/desk/new", name="Mending  Room", type="community_group")
    assert (answer.status_code, answer.location) == (303, "/desk/mending-room/profile")
    assert told_of(node, "mending-room")[:2] == ("Mending Room", "community_group")
    assert "operator@riverside-school.example" in operator.get("/desk/mending-room/members").text
    again = send(operator, "/desk/new", "/desk/new", name="Mending Room", type="charity")
    assert again.status_code == 422
    assert told_of(node, "mending-room")[1] == "community_group"
    for name in ("", "   "):
        assert send(operator, "/desk/new", "/desk/new", name=name, type="charity").status_code == 422


def test_nobody_else_adds_one(owner: FlaskClient) -> None:
    assert owner.get("/desk/new").status_code == 404
    assert send(owner, "/desk/new", "/desk/account", name="Other", type="charity").status_code == 404
    assert "/desk/new" not in owner.get("/desk/").text
    assert OPERATOR_COOKIE not in str(owner.get("/desk/").headers)


def test_hostile_words_stay_words(owner: FlaskClient) -> None:
    send(owner, PAGE, PAGE, **{**TOLD, "name": HOSTILE, "description": HOSTILE})
    for path in (PAGE, f"/desk/{SLUG}/", "/desk/", f"/organisations/{SLUG}"):
        assert "<script>alert" not in owner.get(path).text


def test_what_cannot_be_noted_is_not_changed(node: Node) -> None:
    profiles.make(node, "Riverside School", "school", COMMAND_LINE)
    with node.database.write() as tx:
        tx.exec_driver_sql("DROP TABLE audit_end")
    told = {"name": "Somebody else", "type": "school", "url": "", "description": ""}
    with pytest.raises(StorageError):
        profiles.change(node, SLUG, told, None, COMMAND_LINE)
    assert told_of(node)[0] == "Riverside School"


FOUND = {
    "place_name": "Old Mill",
    "locality": "Stanground",
    "postcode": "PE2 8AA",
    "precision": "area",
    "lat": "52.5551",
    "lon": "-0.2371",
    "open_0": "09:00",
    "close_0": "12:00",
    "again_0": "13:00",
    "until_0": "17:00",
    "open_4": "20:00",
    "close_4": "00:00",
    "hours_note": "Ring the bell.",
}


def test_where_and_when_people_find_it_is_told_no_more_exactly_than_it_wants(
    owner: FlaskClient, app: Flask, node: Node
) -> None:
    assert send(owner, PAGE, PAGE, **{**TOLD, **FOUND}).status_code == 303
    own = hosting.organisation(node, SLUG)
    assert own is not None
    place, hours = own.organisation.place, own.organisation.opening_hours
    assert place is not None
    assert hours is not None
    assert (place.name, place.locality, place.postcode, place.country) == (None, "Stanground", "PE2", "GB")
    assert (place.precision_m, place.lat != 52.5551) == (1000, True)
    assert [(one.day, one.opens, one.closes) for one in hours.weekly] == [
        ("monday", "09:00", "12:00"),
        ("monday", "13:00", "17:00"),
        ("friday", "20:00", "24:00"),
    ]
    page = app.test_client().get(f"/organisations/{SLUG}", base_url=node.settings.url).text
    for words in ("Stanground", "09:00–12:00, 13:00–17:00", "20:00–midnight", "Ring the bell.", "Opens "):
        assert words in page
    assert "PE2 8AA" not in page
    # Saved again as it stands, it is the same place, and no less exact.
    form = html.document_fromstring(owner.get(PAGE).data).get_element_by_id("locality").xpath("ancestor::form")[0]
    typed = {name: value for name, value in form.form_values() if name in FOUND}
    assert send(owner, PAGE, PAGE, **{**TOLD, **typed}).status_code == 303
    again = hosting.organisation(node, SLUG)
    assert again is not None
    assert (again.organisation.place, again.organisation.opening_hours) == (place, hours)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"lat": "north"}, "lat", id="no number"),
        pytest.param({"lon": ""}, "lon", id="half a point"),
        pytest.param({"open_0": "nine"}, "open_0", id="no time"),
        pytest.param({"close_4": ""}, "close_4", id="no end"),
        pytest.param({"close_0": "08:00"}, "open_0", id="backwards"),
        pytest.param({"again_0": "11:00"}, "open_0", id="overlapping"),
        pytest.param({"locality": "a" * 121}, "locality", id="too long a town"),
        pytest.param({"hours_note": "a" * 301}, "hours_note", id="too long a note"),
    ],
)
def test_what_is_wrong_with_place_or_hours_is_said_at_its_field_and_all_is_kept(
    owner: FlaskClient, node: Node, wrong: dict[str, str], field: str
) -> None:
    answer = send(owner, PAGE, PAGE, **{**TOLD, **FOUND, **wrong})
    assert answer.status_code == 422
    page = html.document_fromstring(answer.data)
    assert page.get_element_by_id(field).get("aria-invalid") == "true"
    assert page.findtext(".//title").startswith("Error: ")
    for name, value in {**FOUND, **wrong}.items():
        if name != "precision":
            assert page.get_element_by_id(name).get("value") == value
    own = hosting.organisation(node, SLUG)
    assert own is not None
    assert (own.organisation.place, own.organisation.opening_hours) == (None, None)


def test_the_place_of_the_profile_is_offered_to_each_new_listing(owner: FlaskClient, node: Node) -> None:
    send(owner, PAGE, PAGE, **{**TOLD, **FOUND})
    page = html.document_fromstring(owner.get(f"/desk/{SLUG}/listings/new/give").data)
    [chosen] = page.xpath("//input[@name='place' and @checked]/ancestor::label")
    assert chosen.text_content().split() == ["Stanground", "where", "we", "are"]


def test_other_days_are_given_mondays_times_without_typing_them(owner: FlaskClient, node: Node) -> None:
    monday = {"open_0": "09:00", "close_0": "12:00", "again_0": "13:00", "until_0": "17:00", "open_2": "11:00"}
    unreadable = send(owner, PAGE, PAGE, **TOLD, **monday | {"close_0": "noon"}, like_monday="5")
    assert re.findall(r'id="(\w+)-error"', unreadable.text) == ["close_0", "close_2"]
    assert '<option value="5" selected>' in unreadable.text
    assert send(owner, PAGE, PAGE, **TOLD, **monday, like_monday="5").status_code == 303
    own = hosting.organisation(node, SLUG)
    assert own is not None
    assert own.organisation.opening_hours is not None
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    found = [(one.day, one.opens, one.closes) for one in own.organisation.opening_hours.weekly]
    assert found == [(day, *times) for day in days for times in (("09:00", "12:00"), ("13:00", "17:00"))]
    empty = send(owner, PAGE, PAGE, **TOLD, open_5="10:00", close_5="12:00", like_monday="7")
    assert "Say when it is open on Monday, if other days are to be the same." in empty.text
    assert 'value="10:00"' in empty.text


def test_days_on_which_all_is_closed_are_published_with_the_hours(owner: FlaskClient, node: Node) -> None:
    closing = f"/desk/{SLUG}/calendar/closed"
    send(owner, closing, closing, closed_first="2026-12-24", closed_last="2027-01-01", closed_why="Boiler")
    send(owner, PAGE, PAGE, **{**TOLD, **FOUND})
    send(owner, closing, closing, closed_first="2027-05-03", closed_last="2027-05-03")
    own = hosting.organisation(node, SLUG)
    assert own is not None
    assert own.organisation.opening_hours is not None
    assert [one.from_.isoformat() for one in own.organisation.opening_hours.closed] == ["2026-12-24", "2027-05-03"]
    assert b"Boiler" not in owner.get("/.well-known/sharefeed.json").data
