"""When a thing can be booked: opening times over changes of the clocks, free times, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.bookings.free import Calendar, Slot, best_unit, free_days, free_slots
from node.services.bookings.judging import Asked, Fit, judge, span_of_days
from node.services.bookings.opening import Span, open_on, whole_day
from node.services.bookings.refusals import REASONS, Refusal
from node.services.bookings.rules import DAYS, FREE, Closure, Opening, Rules, dump_rules, load_rules, problems_of

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = tuple(Opening(day, 9 * 60, 17 * 60) for day in range(7))


def at(text: str, zone: ZoneInfo = LONDON) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def span(first: str, last: str) -> Span:
    return Span(at(first), at(last))


def calendar(*closures: Closure, **rules: Any) -> Calendar:
    return Calendar(Rules(**{"openings": EVERY_DAY, **rules}), closures, LONDON)


NOW = at("2026-12-01 08:00")  # a Tuesday


def utc(spans: list[Span]) -> list[str]:
    def clock(moment: int) -> str:
        return f"{datetime.fromtimestamp(moment, UTC):%d %H:%M}"

    return [f"{clock(one.starts)}-{clock(one.ends)}" for one in spans]


# In London the clocks go from 01:00 to 02:00 on 28 March 2027, and from 02:00 to 01:00 on 31 October 2027.
CHANGES = {
    "an ordinary night": (date(2027, 2, 14), 0, 240, ["14 00:00-14 04:00"]),
    "spring: three hours of four": (date(2027, 3, 28), 0, 240, ["28 00:00-28 03:00"]),
    "spring: opens at a time that is skipped": (date(2027, 3, 28), 90, 240, ["28 01:30-28 03:00"]),
    "spring: closes at a time that is skipped": (date(2027, 3, 28), 0, 90, ["28 00:00-28 01:30"]),
    "spring: by day": (date(2027, 3, 28), 540, 600, ["28 08:00-28 09:00"]),
    "autumn: five hours of four": (date(2027, 10, 31), 0, 240, ["30 23:00-31 04:00"]),
    "autumn: opens with the first of two": (date(2027, 10, 31), 90, 240, ["31 00:30-31 04:00"]),
    "autumn: closes with the second of two": (date(2027, 10, 31), 0, 90, ["30 23:00-31 01:30"]),
    "autumn: by day": (date(2027, 10, 31), 540, 600, ["31 09:00-31 10:00"]),
    "to midnight": (date(2027, 2, 14), 1380, 1440, ["14 23:00-15 00:00"]),
}


@pytest.mark.parametrize(("day", "opens", "closes", "expected"), CHANGES.values(), ids=CHANGES)
def test_hours_are_what_the_clock_shows(day: date, opens: int, closes: int, expected: list[str]) -> None:
    rules = Rules(openings=(Opening(day.weekday(), opens, closes),))
    assert utc(open_on(rules, (), day, LONDON)) == expected


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-01", 24)])
def test_days_have_the_hours_that_they_have(day: str, hours: int) -> None:
    whole = whole_day(date.fromisoformat(day), LONDON)
    assert whole.ends - whole.starts == hours * 3600


@pytest.mark.parametrize(("day", "slots"), [("2027-03-28", 3), ("2027-10-31", 5), ("2027-02-14", 4)])
def test_a_night_has_as_many_slots_as_it_has_hours(day: str, slots: int) -> None:
    night = calendar(openings=(Opening(6, 0, 240),), ahead_days=730)
    that = date.fromisoformat(day)
    found = free_slots(night, {}, that, that, NOW)
    assert [slot.span.ends - slot.span.starts for slot in found] == [3600] * slots
    assert all(isinstance(judge(night, {}, Asked(slot.span), NOW), Fit) for slot in found)


DECEMBER = [date(2026, 12, day) for day in range(1, 32)]
RECURRING = {
    "every week": (Opening(2, 0, 60), [2, 9, 16, 23, 30]),
    "every other week": (Opening(2, 0, 60, every=2, since=date(2026, 12, 7)), [9, 23]),
    "every other week, counted from later on": (Opening(2, 0, 60, every=2, since=date(2027, 1, 13)), [2, 16, 30]),
    "every fourth week": (Opening(2, 0, 60, every=4, since=date(2026, 12, 3)), [2, 30]),
    "the first of the month": (Opening(2, 0, 60, nth=1), [2]),
    "the fourth of the month": (Opening(2, 0, 60, nth=4), [23]),
    "the last of the month": (Opening(2, 0, 60, nth=-1), [30]),
    "the last of the month, of four": (Opening(5, 0, 60, nth=-1), [26]),
}


@pytest.mark.parametrize(("opening", "expected"), RECURRING.values(), ids=RECURRING)
def test_openings_recur(opening: Opening, expected: list[int]) -> None:
    rules = Rules(openings=(opening,))
    assert [day.day for day in DECEMBER if open_on(rules, (), day, LONDON)] == expected


CLOSED = {
    "one day": (Closure(date(2026, 12, 4), date(2026, 12, 4)), {4}),
    "over Christmas, every year": (Closure(date(2020, 12, 24), date(2021, 1, 2), yearly=True), set(range(24, 32))),
    "every year, within it": (Closure(date(2019, 12, 5), date(2019, 12, 6), yearly=True), {5, 6}),
    "another year": (Closure(date(2025, 12, 5), date(2025, 12, 6)), set()),
    "always": (Closure(date(2026, 1, 1), date(2026, 12, 31), yearly=True), set(range(1, 32))),
}


@pytest.mark.parametrize(("closure", "expected"), CLOSED.values(), ids=CLOSED)
def test_closed_days(closure: Closure, expected: set[int]) -> None:
    shut = {day.day for day in DECEMBER if not open_on(Rules(openings=EVERY_DAY), [closure], day, LONDON)}
    assert shut == expected


def test_hours_that_overlap_are_one_and_a_break_stays_a_break() -> None:
    openings = (Opening(1, 780, 1020), Opening(1, 540, 720), Opening(1, 700, 720, nth=1))
    assert utc(open_on(Rules(openings=openings), (), date(2026, 12, 1), LONDON)) == [
        "01 09:00-01 12:00",
        "01 13:00-01 17:00",
    ]


SHUT = Closure(date(2026, 12, 25), date(2026, 12, 26), "Christmas")
SEASON = {"first_day": date(2026, 12, 3), "last_day": date(2026, 12, 20)}
LOAN: dict[str, Any] = {"mode": FREE, "stays": False, "step": 15}
WEEKDAYS = {"openings": EVERY_DAY[:5]}
JUDGED: dict[str, tuple[Calendar, Span, str | None]] = {
    "a slot": (calendar(), span("2026-12-02 09:00", "2026-12-02 10:00"), None),
    "two slots": (calendar(), span("2026-12-02 15:00", "2026-12-02 17:00"), None),
    "backwards": (calendar(), span("2026-12-02 10:00", "2026-12-02 09:00"), "backwards"),
    "no time at all": (calendar(), span("2026-12-02 10:00", "2026-12-02 10:00"), "backwards"),
    "for years": (calendar(), span("2026-12-02 09:00", "2028-12-02 09:00"), "endless"),
    "yesterday": (calendar(), span("2026-11-30 09:00", "2026-11-30 10:00"), "past"),
    "too soon": (calendar(notice=120), span("2026-12-01 09:00", "2026-12-01 10:00"), "notice"),
    "just in time": (calendar(notice=60), span("2026-12-01 09:00", "2026-12-01 10:00"), None),
    "too far off": (calendar(ahead_days=7), span("2026-12-09 09:00", "2026-12-09 10:00"), "ahead"),
    "the last day there is": (calendar(ahead_days=7), span("2026-12-08 16:00", "2026-12-08 17:00"), None),
    "before the season": (calendar(**SEASON), span("2026-12-02 09:00", "2026-12-02 10:00"), "season"),
    "in the season": (calendar(**SEASON), span("2026-12-03 09:00", "2026-12-03 10:00"), None),
    "after the season": (
        calendar(last_day=date(2026, 12, 3)),
        span("2026-12-04 09:00", "2026-12-04 10:00"),
        "season-ends",
    ),
    "closed": (calendar(SHUT), span("2026-12-25 09:00", "2026-12-25 10:00"), "closed-for"),
    "closed without a word": (
        calendar(replace(SHUT, reason="")),
        span("2026-12-25 09:00", "2026-12-25 10:00"),
        "closed",
    ),
    "not a day of it": (calendar(**WEEKDAYS), span("2026-12-05 09:00", "2026-12-05 10:00"), "not-open"),
    "before it opens": (calendar(), span("2026-12-02 08:00", "2026-12-02 09:00"), "outside"),
    "past its closing": (calendar(), span("2026-12-02 16:00", "2026-12-02 18:00"), "outside"),
    "between two slots": (calendar(), span("2026-12-02 09:30", "2026-12-02 10:30"), "slot"),
    "a slot and a half": (calendar(), span("2026-12-02 09:00", "2026-12-02 10:30"), "slot"),
    "any length": (calendar(mode=FREE, step=15), span("2026-12-02 09:30", "2026-12-02 11:45"), None),
    "over the midday break": (
        calendar(mode=FREE, openings=(Opening(2, 540, 720), Opening(2, 780, 1020))),
        span("2026-12-02 11:00", "2026-12-02 14:00"),
        "outside",
    ),
    "through the night, where it stays": (
        calendar(mode=FREE),
        span("2026-12-02 16:00", "2026-12-03 10:00"),
        "outside",
    ),
    "through the night, taken home": (calendar(**LOAN), span("2026-12-02 16:00", "2026-12-03 10:00"), None),
    "brought back when nobody is there": (
        calendar(**LOAN),
        span("2026-12-02 16:00", "2026-12-03 18:00"),
        "outside",
    ),
    "brought back on a closed day": (
        calendar(SHUT, **LOAN),
        span("2026-12-23 16:00", "2026-12-26 10:00"),
        "closed-for",
    ),
    "over closed days": (calendar(SHUT, **LOAN), span("2026-12-23 16:00", "2026-12-27 10:00"), None),
    "on past midnight": (
        calendar(mode=FREE, openings=(Opening(2, 1200, 1440), Opening(3, 0, 120))),
        span("2026-12-02 22:00", "2026-12-03 01:00"),
        None,
    ),
    "longer than allowed": (calendar(longest=120), span("2026-12-02 09:00", "2026-12-02 12:00"), "longest"),
    "as long as allowed": (calendar(longest=120), span("2026-12-02 09:00", "2026-12-02 11:00"), None),
    "days": (calendar(mode=DAYS), span("2026-12-02 09:00", "2026-12-04 17:00"), None),
    "days that begin late": (calendar(mode=DAYS), span("2026-12-02 10:00", "2026-12-04 17:00"), "whole-days"),
    "more days than allowed": (
        calendar(mode=DAYS, longest=2),
        span("2026-12-02 09:00", "2026-12-04 17:00"),
        "longest-days",
    ),
    "as many days as allowed": (calendar(mode=DAYS, longest=3), span("2026-12-02 09:00", "2026-12-04 17:00"), None),
}


@pytest.mark.parametrize(("where", "asked", "code"), JUDGED.values(), ids=JUDGED)
def test_what_may_be_booked_and_why_not(where: Calendar, asked: Span, code: str | None) -> None:
    found = judge(where, {}, Asked(asked), NOW)
    assert (found.code if isinstance(found, Refusal) else None) == code


def test_every_refusal_has_a_sentence_that_its_values_fill() -> None:
    for where, asked, code in JUDGED.values():
        found = judge(where, {}, Asked(asked), NOW)
        if code:
            assert isinstance(found, Refusal)
            assert (REASONS[found.code] % found.values).endswith(".")


def test_the_desk_may_decide_otherwise_but_not_about_what_is_taken() -> None:
    sunday = span("2026-11-29 09:30", "2026-11-29 22:10")
    shut = calendar(SHUT, openings=(), notice=600, quota=1)
    assert isinstance(judge(shut, {}, Asked(sunday, others=3, insists=True), NOW), Fit)
    taken = judge(shut, {1: [sunday]}, Asked(sunday, insists=True), NOW)
    assert taken == Refusal("taken")


def test_a_borrower_has_a_quota() -> None:
    asked = Asked(span("2026-12-02 09:00", "2026-12-02 10:00"), name="Anna", others=2)
    assert judge(calendar(quota=2), {}, asked, NOW) == Refusal("quota", {"name": "Anna", "count": 2, "most": 2})
    assert isinstance(judge(calendar(quota=3), {}, asked, NOW), Fit)
    assert isinstance(judge(calendar(), {}, asked, NOW), Fit)


def test_time_before_and_after_is_nobody_elses() -> None:
    where = calendar(mode=FREE, step=15, before=15, after=30)
    taken = {1: [where.blocked(span("2026-12-02 11:00", "2026-12-02 12:00"))]}
    assert taken == {1: [span("2026-12-02 10:45", "2026-12-02 12:30")]}
    for first, last, fits in (
        ("10:00", "10:15", True),
        ("10:00", "10:30", False),
        ("12:30", "13:00", False),
        ("12:45", "13:00", True),
    ):
        asked = Asked(span(f"2026-12-02 {first}", f"2026-12-02 {last}"))
        assert isinstance(judge(where, taken, asked, NOW), Fit) is fits, first


def test_another_piece_is_given_where_the_first_is_taken_for_a_part_of_it() -> None:
    where = calendar(units=3)
    taken = {1: [span("2026-12-02 09:00", "2026-12-02 10:00")], 2: [span("2026-12-02 11:00", "2026-12-02 12:00")]}
    asked = Asked(span("2026-12-02 09:00", "2026-12-02 12:00"))
    fit = judge(where, taken, asked, NOW)
    assert isinstance(fit, Fit)
    assert fit.unit == 3
    assert judge(where, {**taken, 3: taken[1]}, asked, NOW) == Refusal("all-taken", {"units": 3})


def test_a_piece_that_is_asked_for_is_given_or_another_one_named() -> None:
    where = calendar(units=2, unit_names=("Red", "Blue"))
    asked = span("2026-12-02 09:00", "2026-12-02 10:00")
    fit = judge(where, {}, Asked(asked, unit=2), NOW)
    assert isinstance(fit, Fit)
    assert fit.unit == 2
    assert judge(where, {2: [asked]}, Asked(asked, unit=2), NOW) == Refusal("unit-taken", {"free": "Red"})
    assert judge(where, {}, Asked(asked, unit=3), NOW) == Refusal("no-unit")


def test_the_piece_is_given_that_leaves_the_least_gap() -> None:
    where = calendar(units=2)
    taken = {2: [span("2026-12-02 10:00", "2026-12-02 11:00")]}
    assert best_unit(where, taken, span("2026-12-02 09:00", "2026-12-02 10:00")) == 2


def test_free_slots_say_how_many_pieces_are_left() -> None:
    where = calendar(units=2, openings=(Opening(2, 540, 720),))
    taken = {1: [span("2026-12-02 09:00", "2026-12-02 11:00")], 2: [span("2026-12-02 10:00", "2026-12-02 11:00")]}
    found = free_slots(where, taken, date(2026, 11, 1), date(2026, 12, 8), NOW)
    nine, ten, eleven = (
        span("2026-12-02 09:00", "2026-12-02 10:00"),
        span("2026-12-02 10:00", "2026-12-02 11:00"),
        span("2026-12-02 11:00", "2026-12-02 12:00"),
    )
    assert found == [Slot(nine, 1), Slot(ten, 0), Slot(eleven, 2)]


def test_days_that_are_full() -> None:
    where = calendar(SHUT, mode=DAYS, ahead_days=3, notice=12 * 60)
    taken = {1: [span("2026-12-02 20:00", "2026-12-03 12:00")]}
    found = free_days(where, taken, NOW)
    assert [day.day for day in found.possible] == [2, 3, 4]
    assert [day.day for day in found.full] == [3]


def test_whole_days_on_closed_ends_are_from_and_to_midnight() -> None:
    shut = calendar(SHUT, mode=DAYS)
    assert span_of_days(shut, date(2026, 12, 26), date(2026, 12, 27)) == span("2026-12-26 00:00", "2026-12-27 17:00")


def test_rules_are_kept_and_read_again() -> None:
    rules = Rules(
        openings=(Opening(1, 540, 600, 2, date(2026, 12, 1)), Opening(2, 0, 1440, nth=-1)),
        mode=DAYS,
        unit_names=("Red", ""),
        units=3,
        **SEASON,
    )
    assert load_rules(orjson.loads(orjson.dumps(dump_rules(rules)))) == rules
    assert (rules.unit_name(1), rules.unit_name(2), rules.unit_name(3)) == ("Red", "2", "3")


WRONG = {
    "mode": Rules(mode="never"),
    "step": Rules(step=1),
    "units": Rules(units=0),
    "before": Rules(before=-1),
    "ahead_days": Rules(ahead_days=0),
    "longest": Rules(longest=30),
    "unit_names": Rules(unit_names=("a", "b")),
    "last_day": Rules(first_day=date(2027, 1, 2), last_day=date(2027, 1, 1)),
    "openings/3": Rules(openings=(Opening(3, 600, 600),)),
    "openings/4": Rules(openings=(Opening(4, 0, 60, every=2),)),
    "openings/5": Rules(openings=(Opening(5, 0, 60), Opening(5, 30, 90))),
}


@pytest.mark.parametrize(("name", "rules"), WRONG.items(), ids=WRONG)
def test_rules_that_cannot_be(name: str, rules: Rules) -> None:
    assert [problem.pointer for problem in problems_of(rules)] == [f"/{name}"]
    assert problems_of(Rules(openings=EVERY_DAY)) == []


spans = st.builds(
    lambda start, length: Span(NOW + start * 900, NOW + (start + length) * 900), st.integers(0, 900), st.integers(1, 60)
)


@given(st.lists(st.tuples(st.integers(1, 3), spans), max_size=30), spans, st.integers(0, 2), st.integers(0, 2))
def test_a_piece_is_found_whenever_there_is_one(
    bookings: list[tuple[int, Span]], asked: Span, before: int, after: int
) -> None:
    where = calendar(mode=FREE, units=3, before=before * 15, after=after * 15)
    taken: dict[int, list[Span]] = {}
    for unit, one in bookings:
        taken.setdefault(unit, []).append(one)
    wide = where.blocked(asked)
    free = {unit for unit in (1, 2, 3) if not any(one.meets(wide) for one in taken.get(unit, ()))}
    found = judge(where, taken, Asked(asked, insists=True), NOW)
    assert found == Refusal("all-taken", {"units": 3}) if not free else isinstance(found, Fit) and found.unit in free
