"""The desk's calendar in a browser without scripts: setting one up, booking, changing, handing out, and who may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.context import Node
from node.services.bookings import busy, handing
from node.services.bookings.keeping import calendar_of, closures_of
from node.services.bookings.looking import booking_of
from node.services.bookings.making import book
from node.services.bookings.opening import Span
from node.services.bookings.rules import DAYS, FREE, Opening, Rules
from node.services.listings import publishing
from node.services.listings.publishing import put_listings
from node.storage.bookings import Booking
from node.web.desk.calendar_form import rules_of, typed_of
from schemas.listing import Quantity
from tests.fakes.bookable import EVERY_DAY, bookable, hour, wanted
from tests.fakes.publisher import clock_of, draft, school
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
DESK = f"/desk/{SLUG}"
ANNA = {"contact": "07700 900123", "note": "The <b>blue</b> case"}


@pytest.fixture
def desk(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, SLUG, "owner")


@pytest.fixture
def drill(node: Node) -> tuple[str, str]:
    return bookable(node, units=2, unit_names=("Red", "Blue"))


def tree(client: FlaskClient, path: str) -> html.HtmlElement:
    response = client.get(path)
    assert response.status_code == 200, path
    return html.fromstring(response.get_data(as_text=True))


def words(found: Any) -> str:
    return " ".join(found.text_content().split())


def problems(response: TestResponse) -> list[str]:
    assert response.status_code == 422
    page = html.fromstring(response.get_data(as_text=True))
    return [words(one) for one in page.xpath("//*[@class='error-summary']//li")]


def form_of(page: html.HtmlElement, field: str) -> html.FormElement:
    """The form with this field."""
    [form] = page.xpath(f"//form[.//*[@name='{field}']]")
    return form


def fields(**changed: str) -> dict[str, str]:
    asked = {"first": "2026-12-02", "starts": "09:00", "last": "", "ends": "10:00", "unit": "", "name": "Anna"}
    return {**asked, "contact": "", "note": "", "hold": "", **changed}


def test_the_calendar_shows_who_has_what_and_what_is_overdue(
    node: Node, desk: FlaskClient, drill: tuple[str, str]
) -> None:
    late = book(node, *drill, wanted(hour(1, 9), "Cem"), "")
    handing.mark(node, *drill, late.id, "out")
    book(node, *drill, wanted(hour(2, 9), **ANNA), "")
    clock_of(node).pass_by(hours=2)
    page = tree(desk, f"{DESK}/calendar")
    assert words(page.get_element_by_id("overdue-title").getparent()).endswith("Cem A drill Red Overdue")
    days = page.xpath("//li[contains(@class, 'day')]")
    assert [words(day.xpath("./h3")[0]) for day in days[:2]] == ["Monday 30 November", "Tuesday 1 December today"]
    assert words(days[2].xpath(".//a[contains(@class, 'booking')]")[0]) == "09:00–10:00 Anna A drill Red Booked"
    assert "1 of 2 free now" in words(page)
    one = tree(desk, f"{DESK}/listings/{drill[0]}/bookings?day=2026-12-02")
    assert [words(link) for link in one.xpath("//*[@class='free']//a")][:2] == [
        "09:00–10:00, 1 left",
        "10:00–11:00, 2 left",
    ]


def test_a_full_week_says_where_its_days_are(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    for day in (2, 3):
        for at in range(9, 15):
            book(node, *drill, wanted(hour(day, at)), "")
    week = tree(desk, f"{DESK}/calendar?week=2026-12-02")
    jumps = week.xpath("//nav[@class='day-jumps']//a")
    assert [words(one) for one in jumps[1:5]] == ["Tue 1", "Wed 2 6", "Thu 3 6", "Fri 4"]
    assert all(week.get_element_by_id(one.get("href")[1:]) is not None for one in jumps)
    assert tree(desk, f"{DESK}/calendar?week=2026-12-09").find_class("day-jumps") == []


@pytest.mark.parametrize("query", ["", "?week=2026-12-31", "?day=2026-12-25", "?week=x", "?day=9999-12-31", "?day=<b>"])
@pytest.mark.parametrize("mode", ["slots", FREE, DAYS])
def test_any_days_and_any_kind_of_calendar_are_shown(node: Node, desk: FlaskClient, mode: str, query: str) -> None:
    key, _ = bookable(node, mode=mode, step=15)
    for path in (f"{DESK}/calendar", f"{DESK}/listings/{key}/bookings"):
        assert len(tree(desk, path + query).xpath("//ol[contains(@class, 'days')]/li")) == (1 if "day" in query else 7)


def test_a_free_time_leads_to_a_booking(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    here = f"{DESK}/listings/{drill[0]}/bookings"
    link = tree(desk, f"{here}?day=2026-12-02").xpath("//*[@class='free']//a/@href")[1]
    form = form_of(tree(desk, link), "first")
    assert (form.fields["first"], form.fields["starts"], form.fields["ends"]) == ("2026-12-02", "10:00", "11:00")
    sent = {name: value for name, value in form.form_values() if name != "csrf_token"}
    response = send(desk, f"{here}/new", link, **{**sent, "name": "Anna", "note": "<i>x</i>"})
    assert response.headers["Location"].endswith(f"{here}?week=2026-12-02")
    page = tree(desk, response.headers["Location"])
    assert "Booked: Wed 2 Dec, 10:00–11:00." in words(page)
    [path] = page.xpath("//a[contains(@class, 'booking')]/@href")
    one = tree(desk, path)
    assert one.get_element_by_id("note").value == "<i>x</i>"
    assert "Entered by Owner of riverside-school" in words(one)


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "nobody": ({"name": " "}, "Say who has it."),
    "no day": ({"first": "tomorrow"}, "Write the day like this: 2026-12-31."),
    "a year without end": ({"first": "99999-01-01"}, "Write the day like this: 2026-12-31."),
    "no time": ({"starts": "noon"}, "Write the time like this: 14:30."),
    "backwards": ({"ends": "08:00"}, "The end lies before the beginning."),
    "outside": (
        {"starts": "07:00", "ends": "08:00"},
        "This is outside the opening times of Wednesday 2 December, which are 09:00–17:00.",
    ),
    "yesterday": ({"first": "2026-11-30"}, "This begins in the past."),
    "far off": ({"first": "2027-12-02"}, "This is too far off: it can be booked until Sunday 30 May."),
    "taken": ({"unit": "1"}, "That piece is taken then; Blue is free."),
    "no such piece": ({"unit": "7"}, "There is no piece of that number."),
    "too long a name": ({"name": "x" * 200}, "This is too long."),
}


@pytest.mark.parametrize(("changed", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    node: Node, desk: FlaskClient, drill: tuple[str, str], changed: dict[str, str], sentence: str
) -> None:
    book(node, *drill, wanted(hour(2, 9), unit=1), "")
    path = f"{DESK}/listings/{drill[0]}/bookings/new"
    typed = fields(contact='"><b>', **changed)
    response = send(desk, path, path, **typed)
    assert problems(response) == [sentence]
    form = form_of(html.fromstring(response.get_data(as_text=True)), "first")
    assert {name: form.fields[name] for name in ("first", "starts", "ends", "name", "contact")} == {
        name: typed[name] for name in ("first", "starts", "ends", "name", "contact")
    }


def test_a_free_time_instead_of_a_taken_one_keeps_who_asked_and_moves_the_same_booking(
    node: Node, desk: FlaskClient
) -> None:
    key, organisation = bookable(node, openings=(Opening(2, 540, 660), Opening(4, 540, 600)))
    here = f"{DESK}/listings/{key}/bookings"
    book(node, key, organisation, wanted(hour(2, 9)), "")
    made = book(node, key, organisation, wanted(hour(4, 9), "Berta"), "")
    for path, typed in (
        (f"{here}/new", fields(**ANNA, name="Cem")),
        (f"{here}/{made.id}", fields(**ANNA, name="Berta", unit="1", unit_was="1")),
    ):
        refused = send(desk, path, path, **typed)
        assert problems(refused) == ["It is taken then."]
        page = html.fromstring(refused.get_data(as_text=True))
        assert "What is free that day:" in words(page)
        [free] = page.xpath("//button[@name='at']")
        form = form_of(html.fromstring(send(desk, path, path, **typed, at=free.get("value")).text), "first")
        sent = {name: value for name, value in form.form_values() if name != "csrf_token"}
        assert (sent["first"], sent["starts"], sent["ends"]) == ("2026-12-02", "10:00", "11:00")
        assert (sent["name"], sent["contact"], sent["note"]) == (typed["name"], typed["contact"], typed["note"])
        if path.endswith("new"):
            assert "insist" not in sent
        else:
            assert send(desk, path, path, **sent).status_code == 303
            assert kept(node, (key, organisation), made.id).starts_at == hour(2, 10).starts
    full = html.fromstring(send(desk, f"{here}/new", f"{here}/new", **fields()).text)
    assert "Nothing is free that day. This is free next:" in words(full)
    assert [words(one) for one in full.xpath("//button[@name='at']")] == ["Fri 4 Dec: 09:00–10:00"]


def test_no_other_time_is_offered_to_whom_none_helps(node: Node, desk: FlaskClient) -> None:
    key, organisation = bookable(node, quota=1, before=10, after=20)
    path = f"{DESK}/listings/{key}/bookings/new"
    book(node, key, organisation, wanted(hour(2, 9)), "")
    quota = html.fromstring(send(desk, path, path, **fields(first="2026-12-03")).text)
    assert quota.xpath("//button[@name='at']") == []
    taken = words(html.fromstring(send(desk, path, path, **fields(name="Cem")).text))
    assert "Between two bookings 30 minutes stay free. What is free that day:" in taken


def test_a_time_that_the_clocks_leave_out_is_said_to_be_none(node: Node, desk: FlaskClient) -> None:
    key, _ = bookable(node, mode=FREE, openings=(Opening(6, 0, 1440),))
    path = f"{DESK}/listings/{key}/bookings/new"
    night = fields(first="2027-03-28", starts="01:30", ends="03:00")
    assert problems(send(desk, path, path, **night)) == ["There is no such time on that day: the clocks go forward."]
    assert send(desk, path, path, **night | {"starts": "00:30"}).status_code == 303


def test_by_the_day_the_days_that_are_free_are_named(node: Node, desk: FlaskClient) -> None:
    key, _ = bookable(node, mode=DAYS)
    path = f"{DESK}/listings/{key}/bookings/new"
    for _attempt in range(2):
        answer = send(desk, path, path, first="2026-12-02", last="2026-12-04", name="Anna")
    page = html.fromstring(answer.text)
    assert "These days are free:" in words(page)
    assert [words(one) for one in page.xpath("//button[@name='at']")][:2] == ["Sat 5 Dec", "Sun 6 Dec"]


def test_the_desk_may_decide_otherwise_but_not_book_twice(
    node: Node, desk: FlaskClient, drill: tuple[str, str]
) -> None:
    path = f"{DESK}/listings/{drill[0]}/bookings/new"
    early = fields(starts="06:00", ends="07:00")
    refused = send(desk, path, path, **early)
    assert b'name="insist"' in refused.data
    for status in (303, 303, 422):
        assert send(desk, path, path, **early, insist="1").status_code == status
    assert b'name="insist"' not in send(desk, path, path, **early | {"name": ""}).data


def test_midnight_ends_a_day_and_a_night_needs_another(node: Node, desk: FlaskClient) -> None:
    key, organisation = bookable(node, mode=FREE, stays=False, openings=(Opening(2, 0, 1440), Opening(3, 0, 1440)))
    path = f"{DESK}/listings/{key}/bookings/new"
    assert send(desk, path, path, **fields(starts="22:00", ends="00:00")).status_code == 303
    assert send(desk, path, path, **fields(first="2026-12-03", starts="22:00", ends="01:00")).status_code == 422
    held = {"first": "2026-12-09", "last": "2026-12-10", "starts": "22:00", "ends": "01:00", "hold": "1"}
    assert send(desk, path, path, **fields(**held)).status_code == 303
    _, first = booking_of(node, key, organisation, 1)
    _, second = booking_of(node, key, organisation, 2)
    assert (first.ends_at, second.ends_at) == (hour(3, 0).starts, hour(10, 1).starts)
    assert (second.state, second.held_until) == ("held", node.now + 86_400)


def test_by_the_day_no_times_are_asked(node: Node, desk: FlaskClient) -> None:
    key, organisation = bookable(node, mode=DAYS)
    path = f"{DESK}/listings/{key}/bookings/new"
    assert not tree(desk, path).xpath("//input[@type='time']")
    assert send(desk, path, path, first="2026-12-02", last="2026-12-04", name="Anna").status_code == 303
    _, made = booking_of(node, key, organisation, 1)
    assert Span(made.starts_at, made.ends_at) == Span(hour(2, 9).starts, hour(4, 17).starts)
    assert tree(desk, f"{DESK}/listings/{key}/bookings/1").get_element_by_id("last").value == "2026-12-04"


def kept(node: Node, drill: tuple[str, str], number: int) -> Booking:
    return booking_of(node, *drill, number)[1]


def test_a_booking_is_handed_out_comes_back_and_is_called_off(
    node: Node, desk: FlaskClient, drill: tuple[str, str]
) -> None:
    here = f"{DESK}/listings/{drill[0]}/bookings"
    made = book(node, *drill, wanted(hour(2, 9), **ANNA), "")
    one = f"{here}/{made.id}"
    for state, said in (("out", "It is handed out."), ("returned", "It is back.")):
        response = send(desk, f"{one}/mark", one, state=state)
        assert said in words(tree(desk, response.headers["Location"]))
        assert kept(node, drill, made.id).state == state
    over = tree(desk, one)
    assert (over.xpath("//input[@id='first']"), "07700 900123" in words(over)) == ([], True)
    assert send(desk, f"{one}/mark", f"{here}/new", state="confirmed").status_code == 303
    assert "somebody else has changed the booking" in words(tree(desk, one))
    assert send(desk, f"{one}/mark", f"{here}/new", state="stolen").status_code == 400
    second = book(node, *drill, wanted(hour(3, 9)), "")
    off = f"{here}/{second.id}"
    assert problems(send(desk, f"{off}/cancel", off, reason=" ")) == ["Say why, for whoever looks at it later."]
    assert send(desk, f"{off}/cancel", off, reason="It rains").status_code == 303
    assert (kept(node, drill, second.id).state, kept(node, drill, second.id).reason) == ("cancelled", "It rains")


def test_a_booking_is_changed(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    here = f"{DESK}/listings/{drill[0]}/bookings"
    made, other = (book(node, *drill, wanted(hour(2, at), unit=1), "") for at in (9, 11))
    one = f"{here}/{made.id}"
    moved = fields(starts="11:00", ends="12:00", unit="1", name="Berta")
    assert problems(send(desk, one, one, **moved, unit_was="2")) == ["That piece is taken then; Blue is free."]
    assert send(desk, one, one, **moved, unit_was="1").status_code == 303
    assert (kept(node, drill, made.id).unit, kept(node, drill, made.id).name) == (2, "Berta")
    assert kept(node, drill, other.id).unit == 1


def test_who_may(app: Flask, node: Node, drill: tuple[str, str]) -> None:
    key = drill[0]
    made = book(node, *drill, wanted(hour(2, 9), **ANNA), "")
    listing = f"{DESK}/listings/{key}"
    viewer, stranger = signed_in(app, node, SLUG, "viewer"), signed_in(app, node, "mending-room", "owner")
    page = tree(viewer, f"{listing}/bookings?week=2026-12-02")
    assert "Anna" in words(page)
    assert page.xpath("//*[@class='free'] | //a[contains(@href, '/new')]") == []
    assert tree(viewer, f"{listing}/bookings/{made.id}").xpath("//form[contains(@action, '/bookings/')]") == []
    for path in (f"{listing}/bookings/new", f"{listing}/calendar", f"{DESK}/calendar/closed"):
        assert viewer.get(path).status_code == 403
    for path in (
        "bookings/new",
        f"bookings/{made.id}",
        f"bookings/{made.id}/mark",
        f"bookings/{made.id}/cancel",
        "calendar",
    ):
        assert send(viewer, f"{listing}/{path}").status_code == 403
    editor = signed_in(app, node, SLUG, "editor")
    for path in (f"{listing}/calendar/address", f"{DESK}/calendar/address"):
        assert send(editor, path).status_code == 403
    assert b"with names" not in editor.get(f"{DESK}/calendar/closed").data
    for start in (DESK, "/desk/mending-room"):
        for path in ("bookings", f"bookings/{made.id}", "bookings/new", "calendar"):
            found = stranger.get(f"{start}/listings/{key}/{path}", follow_redirects=True)
            assert found.status_code == 404, (start, path)
    for path in (f"bookings/{made.id}/cancel", "calendar", "calendar/busy", "calendar/closed", "calendar/address"):
        assert (
            send(
                stranger, f"/desk/mending-room/listings/{key}/{path}", reason="x", url="https://a.example/"
            ).status_code
            == 404
        )
    assert b"Anna" not in stranger.get("/desk/mending-room/calendar").data


def test_every_change_needs_its_token(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    for path in ("bookings/new", "calendar", "calendar/closed", "calendar/busy", "calendar/address"):
        assert desk.post(f"{DESK}/listings/{drill[0]}/{path}", data=fields()).status_code == 400


def test_a_listing_gets_its_calendar(node: Node, desk: FlaskClient) -> None:
    made = draft(node, "hall", title="The hall", kind="space", action="host", category="space/hall")
    [outcome] = put_listings(node, [made])
    here = f"{DESK}/listings/{outcome.key}"
    assert tree(desk, f"{DESK}/calendar").xpath(f"//a[@href='{here}/calendar']")
    response = desk.get(f"{here}/bookings")
    assert response.headers["Location"].endswith(f"{here}/calendar")
    form = form_of(tree(desk, f"{here}/calendar"), "mode")
    sent = {name: value for name, value in form.form_values() if name != "csrf_token"}
    wrong = send(
        desk,
        f"{here}/calendar",
        f"{here}/calendar",
        **{**sent, "open_2": "9", "close_2": "12:00", "units": "x", "first_day": "?"},
    )
    assert problems(wrong) == [
        "Write the time like this: 14:30.",
        "Write a whole number.",
        "Write the day like this: 2026-12-31.",
    ]
    assert (sent["mode"], sent["open_0"], sent["close_4"], sent["open_5"]) == (FREE, "09:00", "17:00", "")
    empty = {f"{name}_{day}": "" for name in ("open", "close") for day in range(7)}
    none = send(desk, f"{here}/calendar", f"{here}/calendar", **{**sent, **empty})
    assert problems(none) == ["Say when it is open, on one day at least."]
    open_2 = {"open_2": "09:00", "close_2": "12:00", "again_2": "13:00", "until_2": "00:00"}
    typed = {**sent, **empty, **open_2, "units": "2"}
    assert send(desk, f"{here}/calendar", f"{here}/calendar", **typed).status_code == 303
    rules = calendar_of(node, outcome.key, school(node).id).rules
    assert rules.openings == (Opening(2, 540, 720), Opening(2, 780, 1440))
    assert tree(desk, f"{here}/calendar").get_element_by_id("until_2").value == "00:00"
    often = {"open_0": "09:00", "close_0": "12:00", "often_0": "2", "since_0": "2026-12-07", "like_monday": "6"}
    assert send(desk, f"{here}/calendar", f"{here}/calendar", **{**sent, **empty, **often}).status_code == 303
    week = tuple(Opening(day, 540, 720, 2, date(2026, 12, 7)) for day in range(6))
    assert calendar_of(node, outcome.key, school(node).id).rules.openings == week


def test_of_what_there_are_several_as_many_can_be_booked(node: Node, desk: FlaskClient) -> None:
    made = draft(
        node, "tents", title="Tents", kind="equipment", action="lend", category="sports/camping", quantity=Quantity(3)
    )
    [outcome] = put_listings(node, [made])
    here = f"{DESK}/listings/{outcome.key}"
    assert tree(desk, f"{here}/published").xpath(f"//a[@href='{here}/calendar']")
    form = form_of(tree(desk, f"{here}/calendar"), "mode")
    assert dict(form.form_values())["units"] == "3"


EVERYTHING = Rules(
    openings=(
        Opening(0, 540, 720, nth=-1),
        Opening(0, 780, 1440, nth=-1),
        Opening(4, 600, 660, every=2, since=date(2026, 12, 4)),
    ),
    mode=FREE,
    step=15,
    longest=180,
    stays=False,
    before=15,
    after=30,
    notice=2880,
    ahead_days=90,
    quota=2,
    units=3,
    unit_names=("Red", "", "Blue"),
)


@pytest.mark.parametrize("rules", [EVERYTHING, Rules(openings=EVERY_DAY, mode=DAYS, longest=14, notice=90)], ids=str)
def test_rules_come_back_from_their_form(app: Flask, node: Node, rules: Rules) -> None:
    with app.test_request_context("/"):
        assert rules_of(typed_of(rules, taking=True)) == (rules, {})


def test_closed_days_are_entered_and_taken_away(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    key, organisation = drill
    for path in (f"{DESK}/calendar/closed", f"{DESK}/listings/{key}/calendar/closed"):
        page = path if path.startswith(f"{DESK}/calendar") else path.removesuffix("/closed")
        assert (
            problems(send(desk, path, page, closed_first="", closed_why="<b>"))
            == ["Write the day like this: 2026-12-31."] * 2
        )
        days = {"closed_first": "2026-12-24", "closed_last": "2026-12-20"}
        assert problems(send(desk, path, page, **days)) == ["This lies before the first day."]
        good = {
            "closed_first": "2026-12-24",
            "closed_last": "2027-01-02",
            "closed_why": "Christmas",
            "closed_yearly": "1",
        }
        assert send(desk, path, page, **good).status_code == 303
    whole, own = closures_of(node, organisation, key)
    assert (whole.calendar_id, whole.yearly, own.reason) == (None, True, "Christmas")
    page = tree(desk, f"{DESK}/calendar?day=2026-12-25")
    assert "Christmas" in words(page)
    settings = f"{DESK}/listings/{key}/calendar"
    response = send(desk, f"{DESK}/calendar/closed/{own.id}/remove", settings, key=key)
    assert response.headers["Location"].endswith(settings)
    assert (
        send(desk, f"{DESK}/calendar/closed/{whole.id}/remove", settings, key="https://evil.example").status_code == 303
    )
    assert closures_of(node, organisation, key) == []


def test_a_calendar_elsewhere_is_added_shown_and_taken_away(
    node: Node, desk: FlaskClient, drill: tuple[str, str]
) -> None:
    key, organisation = drill
    here = f"{DESK}/listings/{key}/calendar"
    wrong = send(desk, f"{here}/busy", here, url="room.ics")
    assert problems(wrong) == [
        "This must be the secure web address of a calendar, such as https://example.org/room.ics."
    ]
    assert b'value="room.ics"' in wrong.data
    assert send(desk, f"{here}/busy", here, url="https://a.example/secret.ics", busy_unit="2").status_code == 303
    page = tree(desk, here)
    assert "a.example (Blue) It has not been read yet." in words(page)
    assert "secret" not in words(page)
    [one] = busy.of(node, key, organisation)
    with node.database.write() as tx:
        from node.storage import busy as stored

        stored.change(tx, one.id, problem="gone")
    never = "could not be read yet: there is nothing at its address any more. Nothing of it counts."
    assert never in words(tree(desk, f"{DESK}/calendar"))
    with node.database.write() as tx:
        stored.change(tx, one.id, read_at=node.now, good_at=node.now)
        stored.replace_spans(tx, one.id, [(hour(2, 0).starts, hour(4, 0).starts)])
    read = words(tree(desk, f"{DESK}/calendar?week=2026-12-02"))
    assert "The calendar at a.example for “A drill” cannot be read at the moment: there is nothing at its" in read
    assert "What it said before still counts." in read
    assert read.count("Another calendar says that A drill is taken: all day") == 2
    assert send(desk, f"{here}/busy/{one.id}/remove", here).status_code == 303
    assert busy.of(node, key, organisation) == []


def test_the_secret_address_is_shown_once(node: Node, desk: FlaskClient, drill: tuple[str, str]) -> None:
    book(node, *drill, wanted(hour(2, 9)), "")
    for page, path in (
        (f"{DESK}/calendar/closed", f"{DESK}/calendar/address"),
        (f"{DESK}/listings/{drill[0]}/calendar", f"{DESK}/listings/{drill[0]}/calendar/address"),
    ):
        response = send(desk, path, page)
        [address] = html.fromstring(response.get_data(as_text=True)).xpath("//code[contains(., '/private/')]/text()")
        assert b"Anna: A drill" in desk.get(address.removeprefix("https://share.example.org")).data
        assert address not in desk.get(page).get_data(as_text=True)
        assert send(desk, f"{path}/end", page).status_code == 303
        assert desk.get(address.removeprefix("https://share.example.org")).status_code == 404


def test_a_thing_that_is_given_has_no_calendar(node: Node, desk: FlaskClient) -> None:
    [outcome] = put_listings(node, [draft(node)])
    assert desk.get(f"{DESK}/listings/{outcome.key}/calendar").status_code == 404
    assert publishing.listing(node, outcome.key).listing().action == "give"
