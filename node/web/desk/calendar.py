"""The desk's calendar: what is booked in a week or on a day, of all that an organisation has or of one listing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.bookings import handing, looking
from node.services.bookings.free import Slot
from node.services.bookings.keeping import Kept, UnknownCalendarError, zone_of
from node.services.bookings.looking import Seen
from node.services.bookings.opening import Span, closed_on, day_at, whole_day
from node.services.bookings.rules import DAYS, Rules
from node.services.identity.members import EDITOR
from node.storage.bookings import Booking
from node.storage.busy import BusyCalendar
from node.web import current_node
from node.web.desk import booking_words as say_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.inside import head, to
from node.web.view_models.calendar import BookableRow, BookingRow, CalendarDay, DeskCalendarPage, FreeTimes
from node.web.view_models.parts import Link
from node.web.wording.phrases import say

blueprint = guarded("calendar", least=EDITOR)

WEEK = 7
_FARTHEST_YEARS = 5


@blueprint.get("/<slug>/calendar")
def everything(slug: str) -> ResponseReturnValue:
    return _page(None)


@blueprint.get("/<slug>/listings/<key>/bookings")
def of_listing(slug: str, key: str) -> ResponseReturnValue:
    return _page(key)


def calendar_path(key: str | None = None) -> str:
    """Where a calendar of the organisation that is looked at stands, with the root in front."""
    start = f"{request.script_root}/desk/{member_now().slug}"
    return f"{start}/listings/{key}/bookings" if key else f"{start}/calendar"


def settings_path(key: str) -> str:
    return f"{request.script_root}/desk/{member_now().slug}/listings/{key}/calendar"


def booking_path(key: str, booking_id: int) -> str:
    return f"{calendar_path(key)}/{booking_id}"


def new_path(key: str, span: Span | None = None) -> str:
    """Where a booking is entered, with its time already there."""
    here = f"{calendar_path(key)}/new"
    return here if span is None else f"{here}?{urlencode({'from': minute_of(span.starts), 'to': minute_of(span.ends)})}"


def minute_of(moment: int) -> str:
    """A moment by the clock of the town, as a form of a booking takes it."""
    return f"{say_of.local(moment):%Y-%m-%dT%H:%M}"


def free_links(seen: Seen, first: date, last: date) -> tuple[Link, ...]:
    """What is free of one calendar on these days, as links to enter a booking."""
    slots = looking.free_times(current_node(), seen, first, last)
    return tuple(Link(free_label(seen.kept.rules, slot), new_path(seen.kept.row.key, slot.span)) for slot in slots)


def free_label(rules: Rules, slot: Slot) -> str:
    time = say("the whole day") if rules.mode == DAYS else say_of.hours(slot.span)
    if rules.units == 1:
        return time
    return say("%(time)s, %(count)s left", time=time, count=slot.free)


def row_of(kept: Kept, booking: Booking, when: str, now: int) -> BookingRow:
    return BookingRow(
        title=kept.title,
        name=booking.name or say("a person since forgotten"),
        when=when,
        state=booking.state,
        path=booking_path(kept.row.key, booking.id),
        ends=say_of.local(booking.ends_at),
        unit=kept.rules.unit_name(booking.unit) if kept.rules.units > 1 else "",
        contact=booking.contact,
        late=booking.state == "out" and booking.ends_at <= now,
    )


def _page(key: str | None) -> ResponseReturnValue:
    node, member = current_node(), member_now()
    first, count = _asked()
    last = first + timedelta(days=count - 1)
    try:
        seen = looking.look(node, member.organisation_id, first, last, key)
    except UnknownCalendarError:
        # It may have no calendar yet, and its settings are where it gets one; or there is no such listing there either.
        return to(settings_path(key or "").removeprefix(request.script_root))
    editor, here = member.may(EDITOR), calendar_path(key)
    title = seen[0].kept.title if key else ""
    start = f"{request.script_root}/desk/{member.slug}"
    view = DeskCalendarPage(
        head=head(title or _("Calendar")),
        desk=desk_frame("calendar"),
        days=tuple(_day(seen, first + timedelta(days=number), key, count == 1) for number in range(count)),
        span=say_of.day_name(first) if count == 1 else say_of.days(first, last),
        previous_path=_at(here, first - timedelta(days=count), count),
        next_path=_at(here, first + timedelta(days=count), count),
        today_path=_at(here, day_at(node.now, zone_of(node)), count),
        views=(
            Link(say("Week"), _at(here, first, WEEK), count == WEEK),
            Link(say("Day"), _at(here, _within(first, last), 1), count == 1),
        ),
        listing=title,
        overdue=_overdue(key),
        things=() if key else tuple(_thing(one) for one in seen),
        without=_without() if editor and not key else (),
        troubles=_troubles(key),
        new_path=new_path(key) if key and editor else "",
        settings_path=settings_path(key) if key and editor else "",
        closed_path=f"{start}/calendar/closed" if editor and not key else "",
        all_path=calendar_path() if key else "",
    )
    return render_template("desk/calendar.html", page=view)


def _asked() -> tuple[date, int]:
    """The first day that is asked for, and how many; what cannot be read is today."""
    node = current_node()
    today = day_at(node.now, zone_of(node))
    name, count = ("day", 1) if "day" in request.args else ("week", WEEK)
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        day = today
    if abs(day.year - today.year) > _FARTHEST_YEARS:
        day = today
    return (day, 1) if count == 1 else (day - timedelta(days=day.weekday()), WEEK)


def _at(here: str, day: date, count: int) -> str:
    return f"{here}?{'day' if count == 1 else 'week'}={day.isoformat()}"


def _within(first: date, last: date) -> date:
    """Today where it is among the days, else the first of them."""
    node = current_node()
    today = day_at(node.now, zone_of(node))
    return today if first <= today <= last else first


def _day(seen: Sequence[Seen], day: date, key: str | None, alone: bool) -> CalendarDay:
    node, editor = current_node(), member_now().may(EDITOR)
    zone = zone_of(node)
    span = whole_day(day, zone)
    rows, busy, free = [], [], []
    for one in seen:
        for booking in one.bookings:
            its = Span(booking.starts_at, booking.ends_at)
            if its.meets(span):
                rows.append((its.starts, row_of(one.kept, booking, say_of.part_on(its, day), node.now)))
        busy += [_busy(one, part, day) for part in sorted(set().union(*one.taken.busy.values())) if part.meets(span)]
        times = free_links(one, day, day) if (key or alone) and editor and one.kept.row.open else ()
        free += [FreeTimes(one.kept.title, times)] if times else []
    return CalendarDay(
        day=day,
        name=say_of.day_name(day),
        short=say_of.shortest_day(day),
        path=_at(calendar_path(key), day, 1),
        today=day == day_at(node.now, zone),
        closed=_closed(seen, day),
        bookings=tuple(row for _starts, row in sorted(rows, key=lambda pair: pair[0])),
        busy=tuple(dict.fromkeys(busy)),
        free=tuple(free),
    )


def _busy(seen: Seen, span: Span, day: date) -> str:
    return say(
        "Another calendar says that %(title)s is taken: %(time)s", title=seen.kept.title, time=say_of.part_on(span, day)
    )


def _closed(seen: Sequence[Seen], day: date) -> str:
    """Why nothing begins on a day; where several things are looked at, only what holds for all of them."""
    found = [closed_on(one.kept.calendar.closures, day) for one in seen]
    closed = [closure for closure in found if closure]
    if not found or len(closed) < len(found):
        return ""
    return closed[0].reason or say("Closed")


def _overdue(key: str | None) -> tuple[BookingRow, ...]:
    node = current_node()
    late = handing.overdue(node, member_now().organisation_id)
    return tuple(
        row_of(kept, booking, say_of.when(Span(booking.starts_at, booking.ends_at)), node.now)
        for kept, booking in late
        if key in (None, kept.row.key)
    )


def _thing(seen: Seen) -> BookableRow:
    units, key = seen.kept.rules.units, seen.kept.row.key
    if units == 1:
        now = say("free now") if seen.free_now else say("taken now")
    else:
        now = say("%(free)s of %(all)s free now", free=seen.free_now, all=units)
    settings = settings_path(key) if member_now().may(EDITOR) else ""
    return BookableRow(seen.kept.title, calendar_path(key), settings, now, seen.kept.row.open)


def _without() -> tuple[Link, ...]:
    found = looking.without_calendar(current_node(), member_now().organisation_id)
    return tuple(Link(title, settings_path(key)) for key, title in found)


def _troubles(key: str | None) -> tuple[str, ...]:
    found = looking.troubled(current_node(), member_now().organisation_id)
    return tuple(_trouble(kept, one) for kept, one in found if key in (None, kept.row.key))


def _trouble(kept: Kept, one: BusyCalendar) -> str:
    """Which calendar elsewhere cannot be read, by whose it is alone: the rest of its address may be a secret."""
    values = {
        "title": kept.title,
        "host": urlsplit(one.url).hostname or "",
        "why": say(say_of.CALENDAR_PROBLEMS.get(one.problem, one.problem)),
    }
    if one.good_at is None:
        return say(
            "The calendar at %(host)s for “%(title)s” could not be read yet: %(why)s. Nothing of it counts.", **values
        )
    return say(
        "The calendar at %(host)s for “%(title)s” cannot be read at the moment: %(why)s. What it said before still "
        "counts.",
        **values,
    )
