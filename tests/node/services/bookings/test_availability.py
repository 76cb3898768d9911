"""What a listing says of when it can be had: what its calendar has left, and no news where there is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from node.context import Node
from node.services.bookings import availability, regular
from node.services.bookings.arranging import add_closure, put_rules, remove_closure
from node.services.bookings.availability import follow_all, stated
from node.services.bookings.free import FreeDays
from node.services.bookings.keeping import calendar_of
from node.services.bookings.making import book, cancel
from node.services.bookings.rules import DAYS, Closure, Rules
from node.services.listings import publishing
from node.storage import catalogue
from schemas.listing import Available, Listing
from tests.fakes.bookable import EVERY_DAY, bookable, hour, wanted
from tests.fakes.publisher import clock_of, desk, school

TODAY = date(2026, 12, 1)


def days(*numbers: int) -> tuple[date, ...]:
    return tuple(date(2026, 12, number) for number in numbers)


ALL = days(2, 3, 4, 7)
SEASON = {"first_day": date(2026, 12, 2), "last_day": date(2026, 12, 7)}
STATED: dict[str, tuple[dict[str, Any], Available | None, tuple[date, ...], Available | None, str]] = {
    "all free": ({}, None, (), None, "available"),
    "the first days full": ({}, None, days(2, 3), Available(date(2026, 12, 4)), "available"),
    "days between full": ({}, None, days(3, 4), Available(full=days(3, 4)), "available"),
    "full days that have passed": ({}, Available(full=days(1, 3)), days(3), Available(full=days(1, 3)), "available"),
    "no full days any more": ({}, Available(full=days(1, 3)), (), None, "available"),
    "what was stated has come": ({}, Available(date(2026, 12, 1)), (), Available(date(2026, 12, 1)), "available"),
    "what was stated is free earlier": ({}, Available(date(2026, 12, 4)), (), None, "available"),
    "all full": ({}, Available(date(2026, 12, 1)), ALL, Available(date(2026, 12, 1)), "reserved"),
    "what was stated is closed": ({}, Available(date(2026, 12, 3)), days(), None, "available"),
    "what was stated is still the first": (
        {},
        Available(date(2026, 12, 2)),
        (),
        Available(date(2026, 12, 2)),
        "available",
    ),
    "a season": (SEASON, None, (), Available(date(2026, 12, 2), date(2026, 12, 7)), "available"),
    "a season with full ends": (SEASON, None, days(2, 7), Available(date(2026, 12, 3), date(2026, 12, 4)), "available"),
    "a season's end that is far off": (
        {"last_day": date(2027, 12, 7)},
        Available(None, date(2026, 12, 30)),
        (),
        None,
        "available",
    ),
    "an end of its own": (
        {},
        Available(None, date(2026, 12, 30)),
        (),
        Available(None, date(2026, 12, 30)),
        "available",
    ),
}


@pytest.mark.parametrize(("rules", "before", "full", "after", "status"), STATED.values(), ids=STATED)
def test_what_is_said(
    node: Node,
    rules: dict[str, Any],
    before: Available | None,
    full: tuple[date, ...],
    after: Available | None,
    status: str,
) -> None:
    made = stated(desk(school(node), available=before), FreeDays(ALL, full), Rules(ahead_days=30, **rules), TODAY)
    assert (made.available, made.status) == (after, status)


def test_a_long_closure_is_news_and_long_notice_is_none(node: Node) -> None:
    far = FreeDays(days(20, 21), ())
    assert stated(desk(school(node)), far, Rules(), TODAY).available == Available(date(2026, 12, 20))
    assert stated(desk(school(node)), far, Rules(notice=15 * 1440), TODAY).available is None


def test_where_nothing_can_be_booked_anyway_nothing_is_said(node: Node) -> None:
    listing = desk(school(node), available=Available(TODAY))
    assert stated(listing, FreeDays((), ()), Rules(), TODAY) == listing


def head(node: Node) -> int:
    with node.database.read() as tx:
        return catalogue.state(tx).head


def listing(node: Node, key: str) -> Listing:
    return publishing.listing(node, key).listing()


def test_the_change_feed_moves_only_when_something_else_is_free(node: Node) -> None:
    key, organisation = bookable(node, mode=DAYS, units=2, ahead_days=5)
    args = (node, key, organisation)
    assert listing(node, key).calendar_url == f"https://share.example.org/calendars/listings/{key}.ics"
    before = head(node)

    def said() -> tuple[int, Available | None]:
        return head(node) - before, listing(node, key).available

    book(*args, wanted(hour(3, 9, 8)), "")
    assert said() == (0, None)
    later = book(*args, wanted(hour(3, 9, 8)), "")
    assert said() == (1, Available(full=days(3)))
    for _ in range(2):
        book(*args, wanted(hour(1, 9, 8)), "")
    assert said() == (2, Available(date(2026, 12, 2), full=days(3)))
    cancel(*args, later.id, "")
    assert said() == (3, Available(date(2026, 12, 2)))
    for _ in range(3):
        assert follow_all(node) == 0
        clock_of(node).pass_by(days=1)
    assert said() == (3, Available(date(2026, 12, 2)))


def test_what_is_full_is_reserved_until_something_is_free_again(node: Node) -> None:
    key, organisation = bookable(node, mode=DAYS, ahead_days=2)
    args = (node, key, organisation)
    held = [book(*args, wanted(hour(day, 9, 8)), "") for day in (1, 2, 3)]
    assert listing(node, key).status == "reserved"
    cancel(*args, held[1].id, "")
    assert (listing(node, key).status, listing(node, key).available) == ("available", Available(date(2026, 12, 2)))


def test_closed_days_and_rules_count_at_once(node: Node) -> None:
    key, organisation = bookable(node, ahead_days=5)
    book(node, key, organisation, wanted(hour(1, 9, 8)), "")
    assert listing(node, key).available == Available(date(2026, 12, 2))
    number = add_closure(node, organisation, Closure(date(2026, 12, 1), date(2026, 12, 3)))
    assert listing(node, key).available is None
    assert remove_closure(node, organisation, number)
    assert listing(node, key).available == Available(date(2026, 12, 2))
    put_rules(node, key, organisation, Rules(openings=EVERY_DAY, last_day=date(2026, 12, 5)))
    assert listing(node, key).available == Available(date(2026, 12, 2), date(2026, 12, 5))


def test_what_is_withdrawn_or_takes_no_bookings_is_left_alone(node: Node) -> None:
    key, organisation = bookable(node, ahead_days=5)
    put_rules(node, key, organisation, Rules(openings=EVERY_DAY), taking=False)
    before = head(node)
    book(node, key, organisation, wanted(hour(1, 9, 8), insists=True), "")
    assert head(node) == before
    publishing.withdraw(node, key)
    put_rules(node, key, organisation, Rules(openings=EVERY_DAY))
    assert not availability.follow(node, calendar_of(node, key, organisation).row.id)
    assert publishing.listing(node, key).state == "withdrawn"


def test_the_worker_lets_held_ones_lapse_and_says_so(node: Node) -> None:
    key, organisation = bookable(node, ahead_days=5)
    book(node, key, organisation, wanted(hour(1, 9, 8), hold_s=600), "")
    assert listing(node, key).available == Available(date(2026, 12, 2))
    clock_of(node).pass_by(minutes=11)
    regular.each_minute(node)
    regular.each_hour(node)
    regular.each_day(node)
    # Nine o'clock has begun, and the next hour is free.
    assert listing(node, key).available is None
