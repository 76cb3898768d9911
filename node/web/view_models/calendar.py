"""The desk's calendar: what is booked, entering a booking, and when a thing can be had.

The conventions are those of ``parts``. Import the pages from ``all_pages``, parts from here.
"""

from __future__ import annotations

from datetime import date, datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Choice, Form, Head, Link
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking in a list. ``when`` words its time there; ``unit`` is empty where there is one only.

    ``state`` is held, confirmed, out, returned, cancelled or no_show; ``late``: it should be back.
    """

    title: str
    name: str
    when: str
    state: str
    path: str
    ends: datetime
    unit: str = ""
    contact: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """What is free of one thing on a day: links to enter a booking, labelled with their times."""

    title: str
    times: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day; ``short`` is its name among those of its week.

    ``closed`` says why nothing begins then; ``busy`` words the times that other calendars have taken.
    """

    day: date
    name: str
    path: str
    today: bool = False
    closed: str = ""
    bookings: tuple[BookingRow, ...] = ()
    busy: tuple[str, ...] = ()
    free: tuple[FreeTimes, ...] = ()
    short: str = ""


@dataclass(frozen=True, slots=True)
class BookableRow:
    """A thing that can be booked: ``now`` says what is free of it at this moment. ``open``: it takes bookings."""

    title: str
    path: str
    settings_path: str
    now: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class DeskCalendarPage:
    """desk/calendar.html: a week or a day of everything of an organisation, or of one ``listing``.

    ``views`` are the same time as week and as day. ``without`` are listings that could have a calendar.
    ``troubles`` say which calendars elsewhere cannot be read. Paths are empty where the reader may not go there.
    """

    head: Head
    desk: DeskFrame
    days: tuple[CalendarDay, ...]
    span: str
    previous_path: str
    next_path: str
    today_path: str
    views: tuple[Link, ...] = ()
    listing: str = ""
    overdue: tuple[BookingRow, ...] = ()
    things: tuple[BookableRow, ...] = ()
    without: tuple[Link, ...] = ()
    troubles: tuple[str, ...] = ()
    new_path: str = ""
    settings_path: str = ""
    closed_path: str = ""
    all_path: str = ""


@dataclass(frozen=True, slots=True)
class BookingStep:
    """One thing that can be done with a booking: a form that is one button."""

    label: str
    form: Form
    main: bool = False


@dataclass(frozen=True, slots=True)
class DeskBookingPage:
    """desk/booking.html: a booking to enter or one that is there, whose ``state`` says what became of it.

    ``form`` has ``first``, ``starts``, ``last``, ``ends``, ``unit``, ``name``, ``contact``, ``note``, ``hold`` and
    ``insist``; by the day there are no times. ``may_insist``: the desk may decide otherwise about what was refused.
    ``cancel`` has ``reason``. ``free`` are buttons ``at`` that put a time that is free into the form, and
    ``free_words`` say when they are.
    """

    head: Head
    desk: DeskFrame
    listing: str
    back_path: str
    form: Form
    by_day: bool = False
    step: int = 15
    units: tuple[Choice, ...] = ()
    holds: tuple[Choice, ...] = ()
    may_insist: bool = False
    free: tuple[Choice, ...] = ()
    free_words: str = ""
    state: str = ""
    when: str = ""
    late: bool = False
    entered: str = ""
    reason: str = ""
    steps: tuple[BookingStep, ...] = ()
    cancel: Form | None = None
    may_change: bool = True


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """The fields of a weekday: ``open_N``, ``close_N``, ``again_N``, ``until_N``, ``often_N``, ``since_N``.

    ``more``: it has a second time or is not every week, so those fields are shown at once.
    """

    number: int
    name: str
    often: tuple[Choice, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """Closed days: ``days`` words them; ``remove`` is a form that is one button, or None where it stands elsewhere."""

    days: str
    reason: str
    remove: Form | None = None


@dataclass(frozen=True, slots=True)
class BusyRow:
    """A calendar elsewhere: whose, which pieces it keeps, how it stands, and a form that is one button."""

    host: str
    unit: str
    state: str
    good: bool
    remove: Form


@dataclass(frozen=True, slots=True)
class SecretAddress:
    """The calendar with names: ``fresh`` is its address, shown once; ``since`` when the one that works was made."""

    make: Form
    fresh: str = ""
    since: datetime | None = None
    end: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskCalendarSettingsPage:
    """desk/calendar_settings.html: when a listing can be had.

    ``form`` has ``taking``, ``mode``, ``stays``, ``step``, ``longest``, ``longest_in``, ``before``, ``after``,
    ``notice``, ``notice_in``, ``ahead_days``, ``quota``, ``units``, ``unit_names``, ``first_day``, ``last_day`` and
    those of `OpeningDay`, ``like_monday`` too. ``closing`` has ``closed_first``, ``closed_last``,
    ``closed_why`` and ``closed_yearly``, ``busy`` has ``url`` and ``busy_unit``.
    Those two are None until there are rules.
    """

    head: Head
    desk: DeskFrame
    listing: str
    back_path: str
    form: Form
    days: tuple[OpeningDay, ...]
    modes: tuple[Choice, ...]
    places: tuple[Choice, ...]
    taking: tuple[Choice, ...]
    longest_in: tuple[Choice, ...]
    notice_in: tuple[Choice, ...]
    like_monday: tuple[Choice, ...] = ()
    closing: Form | None = None
    closures: tuple[ClosureRow, ...] = ()
    busy: Form | None = None
    busy_units: tuple[Choice, ...] = ()
    calendars: tuple[BusyRow, ...] = ()
    public_address: str = ""
    secret: SecretAddress | None = None


@dataclass(frozen=True, slots=True)
class DeskClosedPage:
    """desk/closed.html: the days on which an organisation is closed, and its calendars to subscribe to.

    ``form`` has ``closed_first``, ``closed_last``, ``closed_why`` and ``closed_yearly``.
    """

    head: Head
    desk: DeskFrame
    back_path: str
    form: Form
    closures: tuple[ClosureRow, ...] = ()
    public_address: str = ""
    secret: SecretAddress | None = None
