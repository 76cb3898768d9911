"""View models of the desk's calendar, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from node.web.view_models import all_pages as vm
from node.web.view_models import calendar as cal
from tests.node.web import view_model_desk_factories as desk
from tests.node.web import view_model_factories as make

HERE = "/desk/riverside-school/listings/drill"
ENDS = datetime(2026, 12, 2, 10, tzinfo=UTC)
CHOICES = (vm.Choice("1", "The red one", True), vm.Choice("2", "The blue one"))
PRESS = vm.Form("/desk/riverside-school/calendar/closed/1/remove", "token", {"key": "drill"})
ROW = cal.BookingRow(
    "Cordless drill", "Anna Nowak", "09:00–10:00", "confirmed", f"{HERE}/bookings/1", ENDS, "The red one"
)
LATE = cal.BookingRow("Cordless drill", "Cem", "Tue 1 Dec, 09:00–10:00", "out", f"{HERE}/bookings/2", ENDS, late=True)
FREE = cal.FreeTimes("Cordless drill", (vm.Link("10:00–11:00, 2 left", f"{HERE}/bookings/new?from=2026-12-02T10:00"),))


def days(count: int) -> tuple[cal.CalendarDay, ...]:
    def day(number: int, **more: Any) -> cal.CalendarDay:
        made = date(2026, 12, number)
        return cal.CalendarDay(
            made, f"Day {number} December", f"/desk/x/calendar?day={made}", short=f"Day {number}", **more
        )

    busy = ("Cordless drill: 12:00–13:00",)
    first = day(2, today=True, bookings=(ROW, LATE), busy=busy, free=(FREE,))
    return (first, day(3, closed="Christmas"), *(day(4 + number) for number in range(5)))[:count]


def calendar(**more: Any) -> vm.DeskCalendarPage:
    here = "/desk/riverside-school/calendar"
    paths = (f"{here}?week=2026-11-23", f"{here}?week=2026-12-07", here)
    return vm.DeskCalendarPage(make.home().head, desk.frame("calendar"), days(7), "30 Nov – 6 Dec 2026", *paths, **more)


def everything() -> vm.DeskCalendarPage:
    return calendar(
        views=(vm.Link("Week", "/desk/x/calendar?week=2026-11-30", True), vm.Link("Day", "/desk/x/calendar?day=1")),
        overdue=(LATE,),
        things=(
            cal.BookableRow("Cordless drill", f"{HERE}/bookings", f"{HERE}/calendar", "1 of 2 free now"),
            cal.BookableRow("Hall", f"{HERE}/bookings", f"{HERE}/calendar", "free now", False),
        ),
        without=(vm.Link("Gazebo", f"{HERE}/calendar"),),
        troubles=("A calendar that is read for the drill cannot be read at the moment.",),
        closed_path="/desk/riverside-school/calendar/closed",
    )


def of_listing() -> vm.DeskCalendarPage:
    return calendar(
        listing="Cordless drill",
        overdue=(LATE,),
        new_path=f"{HERE}/bookings/new",
        settings_path=f"{HERE}/calendar",
        all_path="/desk/riverside-school/calendar",
    )


def booking(**more: Any) -> vm.DeskBookingPage:
    form = make.form("name", wrong=True)
    typed = {"first": "2026-12-02", "unit": "1", "contact": "07700 900123", "note": "The key is at the front desk."}
    form = vm.Form(form.action_path, form.csrf_token, {**form.typed, **typed}, form.errors)
    frame = desk.frame("calendar")
    return vm.DeskBookingPage(desk.HEAD, frame, "Cordless drill", f"{HERE}/bookings", form, units=CHOICES, **more)


def kept_booking(**more: Any) -> vm.DeskBookingPage:
    steps = (cal.BookingStep("Hand it out", desk.FORM, True), cal.BookingStep("Nobody came", desk.FORM))
    said = {"when": "Wed 2 Dec, 09:00–10:00", "entered": "Anna Nowak", "steps": steps, "reason": "It rains"}
    return booking(**{"state": "out", "late": True, "cancel": make.form("reason", wrong=True), **said, **more})


SECRET = cal.SecretAddress(desk.FORM, "https://share.example/calendars/private/x.ics", ENDS, desk.FORM)
CLOSED = (cal.ClosureRow("24 Dec 2026 – 2 Jan 2027", "Christmas", PRESS), cal.ClosureRow("1 May 2027", ""))


def settings() -> vm.DeskCalendarSettingsPage:
    return vm.DeskCalendarSettingsPage(
        desk.HEAD,
        desk.frame("calendar"),
        "Cordless drill",
        f"{HERE}/bookings",
        vm.Form("/x", "token", {"open_0": "09:00", "step": "60"}, {"open_0": "Write the time like this: 14:30."}),
        tuple(cal.OpeningDay(day, f"Day {day}", CHOICES, day == 1) for day in range(7)),
        **dict.fromkeys(("modes", "places", "taking", "longest_in", "notice_in", "like_monday"), CHOICES),
        closing=make.form("closed_why", wrong=True),
        closures=CLOSED,
        busy=make.form("url", wrong=True),
        busy_units=CHOICES,
        calendars=(
            cal.BusyRow("calendar.example", "The red one", "Read 5 minutes ago.", True, PRESS),
            cal.BusyRow("other.example", "", "It cannot be read: it is too large.", False, PRESS),
        ),
        public_address="https://share.example/calendars/listings/drill.ics",
        secret=SECRET,
    )


def closed() -> vm.DeskClosedPage:
    address = "https://share.example/calendars/organisations/riverside-school.ics"
    form = make.form("closed_first", wrong=True)
    return vm.DeskClosedPage(desk.HEAD, desk.frame(), "/desk/x/calendar", form, CLOSED, address, SECRET)


BARE_DAYS = tuple(cal.OpeningDay(day, "x", ()) for day in range(7))
FULL: dict[str, tuple[str, Any]] = {
    "desk-calendar": ("desk/calendar.html", everything()),
    "desk-calendar-listing": ("desk/calendar.html", of_listing()),
    "desk-booking-new": (
        "desk/booking.html",
        booking(holds=CHOICES, may_insist=True, free=CHOICES, free_words="That day:"),
    ),
    "desk-booking-day": ("desk/booking.html", booking(by_day=True)),
    "desk-booking": ("desk/booking.html", kept_booking()),
    "desk-booking-over": ("desk/booking.html", kept_booking(may_change=False, cancel=None, steps=(), state="no_show")),
    "desk-calendar-settings": ("desk/calendar_settings.html", settings()),
    "desk-closed": ("desk/closed.html", closed()),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "desk-calendar": ("desk/calendar.html", vm.DeskCalendarPage(desk.HEAD, desk.BARE, (), "", "", "", "")),
    "desk-booking": ("desk/booking.html", vm.DeskBookingPage(desk.HEAD, desk.BARE, "x", "/x", desk.FORM)),
    "desk-calendar-settings": (
        "desk/calendar_settings.html",
        vm.DeskCalendarSettingsPage(desk.HEAD, desk.BARE, "x", "/x", desk.FORM, BARE_DAYS, (), (), (), (), ()),
    ),
    "desk-closed": ("desk/closed.html", vm.DeskClosedPage(desk.HEAD, desk.BARE, "/x", desk.FORM)),
}
