"""Events in the portal: when they take place in words, in what order, and as calendars that other programs can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from lxml import html

from node.app import create_app
from node.services.listings import publishing
from node.services.listings.drafts import Draft
from node.web.view_models.all_pages import Card, EventDate
from node.web.wording.event_words import next_time
from schemas.event import Event
from schemas.listing import Available, Place
from schemas.strict_json import loads
from tests.fakes.publisher import clock_of, draft, publisher
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import application

SITE = make.site()
LONDON = ZoneInfo("Europe/London")
TODAY = SITE.now.astimezone(LONDON).date()


def card(*gaps: int, cancelled: Sequence[int] = (), all_day: bool = False, end: int | None = 20) -> Card:
    """A workshop so many days from today, at six in the evening."""
    dates = []
    for gap in gaps:
        starts = datetime(TODAY.year, TODAY.month, TODAY.day, 0 if all_day else 18, tzinfo=LONDON) + timedelta(days=gap)
        ends = starts + timedelta(days=1) if all_day else starts.replace(hour=end) if end else None
        dates.append(EventDate(starts, ends, all_day, gap in cancelled))
    return Card("/l", "Repair café", "help", event=tuple(dates))


@pytest.mark.parametrize(
    ("zone", "day", "said"),
    [
        pytest.param(
            "Europe/Warsaw", date(2026, 12, 5), "Sat 5 December, 18:00–20:00 (time in Warsaw)", id="elsewhere"
        ),
        pytest.param(
            "Europe/Warsaw", date(2027, 3, 28), "Sun 28 March, 18:00–20:00 (time in Warsaw)", id="both-changed"
        ),
        pytest.param("Europe/Dublin", date(2026, 12, 5), "Sat 5 December, 18:00–20:00", id="the-same-clocks"),
        pytest.param("Mars/Olympus", date(2026, 12, 5), "Sat 5 December, 18:00–20:00", id="no-zone-here"),
    ],
)
def test_clocks_that_show_another_time_than_ours_are_named(tmp_path: Path, zone: str, day: date, said: str) -> None:
    node = publisher(tmp_path / "home")
    event = Event((day,), zone, "18:00", "20:00")
    expires = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    made = draft(node, "mend", kind="skill", action="help", category="skill", event=event, expires=expires)
    [outcome] = publishing.put_listings(node, [made])
    page = create_app(node).test_client().get(f"/listings/{outcome.key}", base_url=node.settings.url).text
    assert said in html.fromstring(page).text_content()
    assert ("time in" in page) == ("time in" in said)
    node.database.close()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(card(2), "{2}, 18:00–20:00", id="once"),
        pytest.param(card(2, end=None), "{2}, 18:00", id="without-an-end"),
        pytest.param(card(2, all_day=True), "{2}", id="all-day"),
        pytest.param(card(-7, 0, 7), "{0}, 18:00–20:00; then on {=7}", id="two-left"),
        pytest.param(card(0, 7, 14), "{0}, 18:00–20:00; then every {w0} until {=14}", id="weekly"),
        pytest.param(
            card(0, 7, 14, 21, cancelled=[14]),
            "{0}, 18:00–20:00; then every {w0} until {=21}, but not on {=14}",
            id="weekly-but-for-one",
        ),
        pytest.param(card(0, 1, 2), "{0}, 18:00–20:00; then every day until {=2}", id="daily"),
        pytest.param(card(0, 14, 28), "{0}, 18:00–20:00; then every other week until {=28}", id="fortnightly"),
        pytest.param(card(0, 3, 4), "{0}, 18:00–20:00; then on {=3}, {=4}", id="now-and-then"),
        pytest.param(
            card(0, 3, 4, 6, 9, 20), "{0}, 18:00–20:00; then on {=3}, {=4}, {=6} and 2 more days", id="many-times"
        ),
        pytest.param(card(3, cancelled=[3]), "does not take place", id="cancelled"),
        pytest.param(card(-3), "is over", id="over"),
        pytest.param(Card("/l", "A desk", "give"), "", id="no-event"),
    ],
)
def test_when_it_takes_place_in_words(made: Card, said: str) -> None:
    def day(gap: int, form: str) -> str:
        shown = TODAY + timedelta(days=gap)
        return f"{shown:{form}}".replace("DAY", str(shown.day))

    names = {f"{{{gap}}}": day(gap, "%a DAY %B") for gap in range(30)}
    names |= {f"{{={gap}}}": day(gap, "DAY %B") for gap in range(30)} | {"{w0}": day(0, "%A")}
    for mark, words in names.items():
        said = said.replace(mark, words)
    with application().test_request_context("/"):
        assert next_time(made, SITE).replace(",", "") == said.replace(",", "")


def workshop(node: Any, key: str, dates: Sequence[date], **members: Any) -> Draft:
    """A workshop on these days from six to eight."""
    last = datetime(dates[-1].year, dates[-1].month, dates[-1].day, 20, tzinfo=UTC)
    event = Event(tuple(dates), "Europe/London", **{"starts": "18:00", "ends": "20:00", **members})
    usual = {"kind": "skill", "action": "help", "condition": None, "available": Available(dates[0], dates[-1])}
    place = Place("Old Mill", "Stanground", lat=52.5, lon=-0.2)
    return draft(node, key, title=f"Workshop {key}; learn, mend", event=event, expires=last, place=place, **usual)


def days(*numbers: int) -> tuple[date, ...]:
    return tuple(date(2026, 12, number) for number in numbers)


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    node = publisher(tmp_path)
    drafts = [
        workshop(node, "late", days(20)),
        workshop(node, "weekly", days(3, 10, 17), cancelled=days(10), places=12, sign_up="none"),
        workshop(node, "open", days(1), starts=None, ends=None),
        draft(node, "desk"),
    ]
    publishing.put_listings(node, drafts)
    clock_of(node).moment = datetime(2026, 11, 30, 12, tzinfo=UTC)
    return create_app(node).test_client()


def entries(client: FlaskClient, address: str) -> list[Any]:
    """The events of a calendar, as another program reads them."""
    answer = client.get(address)
    assert answer.mimetype == "text/calendar"
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def test_the_page_has_them_in_the_order_in_which_they_take_place(client: FlaskClient) -> None:
    tree = html.fromstring(client.get("/events").text)
    titles = [" ".join(one.text_content().split()) for one in tree.xpath("//article//h3")]
    assert titles == ["Workshop open; learn, mend", "Workshop weekly; learn, mend", "Workshop late; learn, mend"]
    assert [one.text_content() for one in tree.xpath("//main//h2")][:2] == ["In the next seven days", "Later"]
    assert len(tree.xpath("//article//time[@class='in-full']")) == 3, "when it takes place may need several lines"
    front = client.get("/").text
    assert front.index("What takes place next") < front.index("Workshop open")
    clock_of(client.application.extensions["sharefeed"]).pass_by(days=40)
    assert "Nothing is planned just now" in client.get("/events").text


def test_the_page_of_one_says_its_dates_and_what_is_cancelled(client: FlaskClient) -> None:
    tree = html.fromstring(client.get("/listings/riverside-school.weekly").text)
    text = " ".join(" ".join(tree.itertext()).split())
    assert "Thu 10 December, 18:00–20:00 Cancelled" in text
    assert "There is room for 12 people. Just come: nobody has to sign up. Add it to your calendar" in text
    assert "When it takes place" not in client.get("/listings/riverside-school.desk").text


def test_the_calendar_of_one_has_each_date_and_tells_which_are_cancelled(client: FlaskClient) -> None:
    found = entries(client, "/listings/riverside-school.weekly/event.ics")
    assert [(one["DTSTART"].dt, one["DTEND"].dt, str(one["STATUS"])) for one in found] == [
        (datetime(2026, 12, day, 18, tzinfo=UTC), datetime(2026, 12, day, 20, tzinfo=UTC), status)
        for day, status in ((3, "CONFIRMED"), (10, "CANCELLED"), (17, "CONFIRMED"))
    ]
    assert len({str(one["UID"]) for one in found}) == 3
    assert str(found[0]["SUMMARY"]) == "Workshop weekly; learn, mend"
    assert str(found[0]["LOCATION"]) == "Old Mill, Stanground"
    (all_day,) = entries(client, "/listings/riverside-school.open/event.ics")
    assert all_day["DTSTART"].dt == date(2026, 12, 1)
    assert "DTEND" not in all_day


def test_the_calendars_of_an_organisation_and_of_all(client: FlaskClient) -> None:
    assert len(entries(client, "/organisations/riverside-school/events.ics")) == 5
    assert len(entries(client, "/events.ics")) == 5
    items = loads(client.get("/events.json").data)["items"]
    assert [item["title"].split(";")[0] for item in items] == ["Workshop open", "Workshop weekly", "Workshop late"]
    assert 'href="/organisations/riverside-school/events.ics"' in client.get("/organisations/riverside-school").text


@pytest.mark.parametrize(
    "address",
    ["/listings/riverside-school.desk/event.ics", "/listings/no/event.ics", "/organisations/no/events.ics"],
)
def test_what_is_no_event_has_no_calendar(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
