"""Calendars to subscribe to: what everyone may read names nobody, and what names people needs its secret."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import icalendar
import pytest
from flask.testing import FlaskClient

from node.context import Node
from node.services.bookings import feeds, handing
from node.services.bookings.arranging import add_closure
from node.services.bookings.feeds import none_left
from node.services.bookings.making import book, cancel
from node.services.bookings.opening import Span
from node.services.bookings.rules import Closure, Opening
from node.services.listings import publishing
from node.storage.bookings import OUT
from tests.fakes.bookable import bookable, hour, wanted
from tests.fakes.publisher import clock_of

SECRETS = ("Anna", "07700", "Front door")
ANNA = {"contact": "07700 900123", "note": "Front door; 2, left\nthen right"}


def events(client: FlaskClient, path: str) -> list[tuple[str, Span]]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "text/calendar")
    assert all(len(line) <= 75 for line in response.data.split(b"\r\n"))
    found = icalendar.Calendar.from_ical(response.data).walk("VEVENT")
    assert len({str(event["UID"]) for event in found}) == len(found)
    return [
        (str(event["SUMMARY"]), Span(int(event.start.timestamp()), int(event.end.timestamp())))
        for event in sorted(found, key=lambda event: event.start)
    ]


TAKEN = {
    "nothing": ({}, []),
    "one of two": ({1: [Span(0, 9)]}, []),
    "both for a part": ({1: [Span(0, 9)], 2: [Span(5, 20)]}, [Span(5, 9)]),
    "one after the other": ({1: [Span(0, 9)], 2: [Span(9, 20)]}, []),
    "both, on and on": ({1: [Span(0, 9), Span(9, 12)], 2: [Span(0, 20), Span(3, 4)]}, [Span(0, 12)]),
    "a piece that there is not": ({1: [Span(0, 9)], 3: [Span(0, 9)]}, []),
}


@pytest.mark.parametrize(("taken", "expected"), TAKEN.values(), ids=TAKEN)
def test_when_no_piece_is_left(taken: dict[int, list[Span]], expected: list[Span]) -> None:
    assert none_left(taken, 2) == expected


def test_everyone_reads_when_it_is_booked_and_not_by_whom(node: Node, client: FlaskClient) -> None:
    key, organisation = bookable(node, after=30)
    book(node, key, organisation, wanted(hour(2, 9), **ANNA), "desk")
    nine = Span(hour(2, 9).starts, hour(2, 10).starts + 1800)
    assert events(client, f"/calendars/listings/{key}.ics") == [("Booked", nine)]
    assert events(client, "/calendars/organisations/riverside-school.ics") == [("Booked: A drill", nine)]
    for path in (f"/calendars/listings/{key}.ics", "/calendars/organisations/riverside-school.ics"):
        response = client.get(path)
        assert not any(secret in response.get_data(as_text=True) for secret in SECRETS)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304


def test_who_has_it_needs_the_secret_and_a_new_one_ends_the_old(node: Node, client: FlaskClient) -> None:
    key, organisation = bookable(node, units=2, title="A drill, with bits")
    other, _ = bookable(node, "saw", "A saw")
    made = book(node, key, organisation, wanted(hour(2, 9), **ANNA), "desk")
    off = book(node, key, organisation, wanted(hour(2, 11), "Berta"), "desk")
    cancel(node, key, organisation, off.id, "")
    book(node, other, organisation, wanted(hour(2, 10), "Cem", hold_s=900), "desk")
    secret = feeds.new_address(node, organisation)
    expected = [("Anna: A drill, with bits (1)", hour(2, 9)), ("Cem: A saw", hour(2, 10))]
    assert events(client, f"/calendars/private/{secret}.ics") == expected
    response = client.get(f"/calendars/private/{secret}.ics")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers
    [anna, cem] = icalendar.Calendar.from_ical(response.data).walk("VEVENT")
    assert str(anna["DESCRIPTION"]) == f"{ANNA['contact']}\n{ANNA['note']}"
    assert [str(one["STATUS"]) for one in (anna, cem)] == ["CONFIRMED", "TENTATIVE"]
    one = feeds.new_address(node, organisation, key)
    assert events(client, f"/calendars/private/{one}.ics") == expected[:1]
    assert feeds.address_since(node, organisation, key) == node.now
    newer = feeds.new_address(node, organisation)
    assert client.get(f"/calendars/private/{secret}.ics").status_code == 404
    assert events(client, f"/calendars/private/{newer}.ics") == expected
    assert feeds.end_address(node, organisation)
    assert not feeds.end_address(node, organisation)
    assert client.get(f"/calendars/private/{newer}.ics").status_code == 404
    assert events(client, f"/calendars/private/{one}.ics") == expected[:1]
    assert made.unit == 1


def test_what_is_late_is_taken_today_and_what_is_gone_has_no_calendar(node: Node, client: FlaskClient) -> None:
    key, organisation = bookable(node)
    out = book(node, key, organisation, wanted(hour(1, 9)), "")
    handing.mark(node, key, organisation, out.id, OUT)
    clock_of(node).pass_by(hours=3)
    [(_, span)] = events(client, f"/calendars/listings/{key}.ics")
    assert datetime.fromtimestamp(span.ends, UTC) == datetime(2026, 12, 2, tzinfo=UTC)
    publishing.withdraw(node, key)
    for path in (
        f"listings/{key}",
        "organisations/riverside-school",
        "listings/none",
        "organisations/none",
        "private/x",
    ):
        assert client.get(f"/calendars/{path}.ics").status_code == 404


def test_a_listings_own_page_marks_the_days_on_which_its_calendar_is_closed(node: Node, client: FlaskClient) -> None:
    weekdays = tuple(Opening(day, 540, 1020) for day in range(5))
    key, organisation = bookable(node, openings=weekdays, last_day=date(2026, 12, 31))
    add_closure(node, organisation, Closure(date(2026, 12, 3), date(2026, 12, 3)))
    page = client.get(f"/listings/{key}").text
    states = re.findall(r'<td class="is-(\w+)', page)
    # From Tuesday, 1 December on: the Thursday is a closed day, and no weekend is open.
    assert states[:14] == ["past", "open", "open", "shut", "open", "shut", "shut", *["open"] * 5, "shut", "shut"]
    assert "Days on which it is closed as usual" not in page
