"""Entering a booking at the desk, changing it, and saying what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.bookings import handing, looking, making
from node.services.bookings.free import Slot
from node.services.bookings.judging import span_of_days
from node.services.bookings.keeping import CalendarError, Kept, UnknownCalendarError, calendar_of
from node.services.bookings.making import BookingStateError, UnknownBookingError, Wanted
from node.services.bookings.opening import Span, is_skipped, moment
from node.services.bookings.refusals import BookingError
from node.services.bookings.rules import DAY_MINUTES, DAYS
from node.services.exchanges import calendar_word
from node.services.identity.members import EDITOR
from node.storage.bookings import CONFIRMED, HELD, NO_SHOW, OPEN, OUT, RETURNED, Booking
from node.voices import later
from node.web import current_node
from node.web.desk import booking_words as say_of
from node.web.desk.calendar import calendar_path, free_label, minute_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.view_models.calendar import BookingStep, DeskBookingPage
from node.web.view_models.parts import Choice
from node.web.wording.phrases import say as word
from node.web.wording.said import plain
from node.web.wording.typed_times import typed_day, typed_time

blueprint = guarded("booking", least=EDITOR)

FIELDS = ("first", "starts", "last", "ends", "unit", "name", "contact", "note", "hold", "insist")
AT = "at"
"""The button of a free time: the form comes back with that time in it, and with all that was typed."""
HOLDS = {"": later("It is settled"), "1": later("Hold it for a day"), "3": later("Hold it for 3 days")}
_OF_TIME = frozenset(("first", "starts", "last", "ends", "unit"))
_DAY_S = 86_400
_NEXT = {
    HELD: ((CONFIRMED, later("Confirm it")), (OUT, later("Hand it out"))),
    CONFIRMED: ((OUT, later("Hand it out")), (NO_SHOW, later("Nobody came"))),
    OUT: ((RETURNED, later("It is back")), (CONFIRMED, later("It is not out after all"))),
}
_DONE = {
    CONFIRMED: later("It is confirmed."),
    OUT: later("It is handed out."),
    RETURNED: later("It is back."),
    NO_SHOW: later("Nobody came, and it is free again."),
}


class _UnreadableError(Exception):
    """A day or a time that cannot be read; ``errors`` has a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors


@blueprint.get("/<slug>/listings/<key>/bookings/new")
@at_least(EDITOR)
def new(slug: str, key: str) -> ResponseReturnValue:
    kept = _kept(key)
    return _form_page(kept, _prefilled(kept))


@blueprint.post("/<slug>/listings/<key>/bookings/new")
def enter(slug: str, key: str) -> ResponseReturnValue:
    kept, typed = _kept(key), typed_in(*FIELDS)
    if AT in request.form:
        return _form_page(kept, _at(typed))
    try:
        wanted = _wanted(kept, typed)
        made = making.book(current_node(), key, member_now().organisation_id, wanted, member_now().name)
    except (_UnreadableError, BookingError, CalendarError) as error:
        return _again(kept, typed, error)
    say(_("Booked: %(when)s.", when=say_of.when(Span(made.starts_at, made.ends_at))))
    return to(_local(calendar_path(key)) + f"?week={typed['first']}")


@blueprint.get("/<slug>/listings/<key>/bookings/<int:booking_id>")
def one(slug: str, key: str, booking_id: int) -> ResponseReturnValue:
    kept, booking = _booking(key, booking_id)
    return _form_page(kept, _typed_of(kept, booking), booking=booking)


@blueprint.post("/<slug>/listings/<key>/bookings/<int:booking_id>")
def change(slug: str, key: str, booking_id: int) -> ResponseReturnValue:
    (kept, booking), typed = _booking(key, booking_id), typed_in(*FIELDS)
    if AT in request.form:
        return _form_page(kept, _at(typed), booking=booking)
    try:
        wanted = _wanted(kept, typed)
        before = Span(booking.starts_at, booking.ends_at)
        if wanted.unit == booking.unit and wanted.span != before and request.form.get("unit_was") == typed["unit"]:
            # Nobody chose this piece anew: another one is as good where it is not free.
            wanted = replace(wanted, unit=None)
        who = member_now()
        calendar_word.change(current_node(), key, who.organisation_id, booking_id, wanted, who.name)
    except calendar_word.RequestStateError as error:
        return _form_page(kept, typed, {"first": plain(str(error))}, booking), 422
    except BookingStateError:
        return _over(key, booking_id)
    except (_UnreadableError, BookingError, CalendarError) as error:
        return _again(kept, typed, error, booking)
    say(_("Changed."))
    return to(_local(calendar_path(key)) + f"/{booking_id}")


@blueprint.post("/<slug>/listings/<key>/bookings/<int:booking_id>/mark")
def mark(slug: str, key: str, booking_id: int) -> ResponseReturnValue:
    state = request.form.get("state", "")
    if state not in handing.STEPS:
        abort(400)
    _booking(key, booking_id)
    try:
        who = member_now()
        calendar_word.mark(current_node(), key, who.organisation_id, booking_id, state, who.name)
    except calendar_word.RequestStateError as error:
        say(plain(str(error)), ok=False)
        return to(_local(calendar_path(key)) + f"/{booking_id}")
    except BookingStateError:
        return _over(key, booking_id)
    say(word(_DONE[state]))
    return to(_local(calendar_path(key)) + f"/{booking_id}")


@blueprint.post("/<slug>/listings/<key>/bookings/<int:booking_id>/cancel")
def cancel(slug: str, key: str, booking_id: int) -> ResponseReturnValue:
    kept, booking = _booking(key, booking_id)
    typed = typed_in("reason")
    if not typed["reason"].strip():
        errors = {"reason": _("Say why, for whoever looks at it later.")}
        return _form_page(kept, _typed_of(kept, booking), booking=booking, cancelling=(typed, errors)), 422
    try:
        who, reason = member_now(), typed["reason"].strip()
        calendar_word.cancel(current_node(), key, who.organisation_id, booking_id, reason, who.name)
    except CalendarError as error:
        cancelling = (typed, sentences(error.problems))
        return _form_page(kept, _typed_of(kept, booking), booking=booking, cancelling=cancelling), 422
    except BookingStateError:
        return _over(key, booking_id)
    say(_("The booking is called off, and its time is free again."))
    return to(_local(calendar_path(key)) + f"/{booking_id}")


def _kept(key: str) -> Kept:
    try:
        return calendar_of(current_node(), key, member_now().organisation_id)
    except UnknownCalendarError:
        abort(404)


def _booking(key: str, booking_id: int) -> tuple[Kept, Booking]:
    try:
        return looking.booking_of(current_node(), key, member_now().organisation_id, booking_id)
    except (UnknownCalendarError, UnknownBookingError):
        abort(404)


def _over(key: str, booking_id: int) -> ResponseReturnValue:
    say(_("That cannot be done any more: somebody else has changed the booking. This is how it stands."), ok=False)
    return to(_local(calendar_path(key)) + f"/{booking_id}")


def _local(path: str) -> str:
    return path.removeprefix(request.script_root)


def _wanted(kept: Kept, typed: Mapping[str, str]) -> Wanted:
    """What the form asks for. Raises `_UnreadableError`."""
    hold = int(typed["hold"]) * _DAY_S if typed["hold"] in HOLDS and typed["hold"] else None
    return Wanted(
        span=_span(kept, typed),
        name=typed["name"],
        contact=typed["contact"],
        note=typed["note"],
        unit=int(typed["unit"]) if typed["unit"].isdecimal() and len(typed["unit"]) < 5 else None,
        hold_s=hold,
        insists=bool(typed["insist"]),
    )


def _span(kept: Kept, typed: Mapping[str, str]) -> Span:
    errors: dict[str, str] = {}
    first = typed_day(typed, "first", errors)
    last = typed_day(typed, "last", errors) if typed["last"].strip() else first
    by_day = kept.rules.mode == DAYS
    starts = 0 if by_day else typed_time(typed, "starts", errors)
    ends = DAY_MINUTES if by_day else typed_time(typed, "ends", errors)
    if errors or first is None or last is None:
        raise _UnreadableError(errors)
    if by_day:
        return span_of_days(kept.calendar, first, last)
    zone = kept.calendar.zone
    for name, day, minutes in (("starts", first, starts), ("ends", last, ends)):
        if is_skipped(day, minutes, zone):
            errors[name] = _("There is no such time on that day: the clocks go forward.")
    if errors:
        raise _UnreadableError(errors)
    # Midnight as an end is that of the day's end, unless another day was named for it.
    if ends == 0 and not typed["last"].strip():
        ends = DAY_MINUTES
    return Span(moment(first, starts, zone), moment(last, ends, zone, ends=True))


def _prefilled(kept: Kept) -> dict[str, str]:
    """What the address says of when, as far as it can be read."""
    times = request.args.get("from", ""), request.args.get("to", "")
    return dict.fromkeys(FIELDS, "") | _when(times)


def _at(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the free time that was chosen instead of the one that was taken."""
    return {**typed, **_when(request.form[AT].split("/")), "insist": ""}


def _when(times: Sequence[str]) -> dict[str, str]:
    """The fields of when, from a beginning and an end by the clock of the town."""
    fields: dict[str, str] = {}
    for text, day, time in zip(times, ("first", "last"), ("starts", "ends"), strict=False):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        fields |= {day: f"{at:%Y-%m-%d}", time: f"{at:%H:%M}"}
    return fields


def _typed_of(kept: Kept, booking: Booking) -> dict[str, str]:
    first, last = say_of.local(booking.starts_at), say_of.local(booking.ends_at)
    return {
        **dict.fromkeys(FIELDS, ""),
        "first": f"{first:%Y-%m-%d}",
        "starts": f"{first:%H:%M}",
        "last": f"{say_of.local(booking.ends_at - 1) if kept.rules.mode == DAYS else last:%Y-%m-%d}",
        "ends": f"{last:%H:%M}",
        "unit": str(booking.unit),
        "name": booking.name,
        "contact": booking.contact,
        "note": booking.note,
    }


def _again(
    kept: Kept,
    typed: dict[str, str],
    error: _UnreadableError | BookingError | CalendarError,
    booking: Booking | None = None,
) -> ResponseReturnValue:
    """The form once more, with all that was typed and what was wrong."""
    if isinstance(error, BookingError):
        field = "unit" if error.refusal.code in ("unit-taken", "no-unit") else "first"
        errors: Mapping[str, str] = {field: say_of.refused(error.refusal)}
        return _form_page(kept, typed, errors, booking, not error.refusal.final, elsewhen=error.refusal.elsewhen), 422
    errors = error.errors if isinstance(error, _UnreadableError) else sentences(error.problems)
    return _form_page(kept, typed, errors, booking), 422


def _form_page(
    kept: Kept,
    typed: dict[str, str],
    errors: Mapping[str, str] | None = None,
    booking: Booking | None = None,
    may_insist: bool = False,
    cancelling: tuple[Mapping[str, str], Mapping[str, str]] | None = None,
    elsewhen: bool = True,
) -> str:
    key, editor = kept.row.key, member_now().may(EDITOR)
    here = _local(calendar_path(key)) + (f"/{booking.id}" if booking else "/new")
    heading = (booking.name or _("A booking")) if booking else _("Enter a booking")
    offered = errors and elsewhen and not _OF_TIME.isdisjoint(errors)
    free_words, free = _free(kept, typed) if offered else ("", ())
    view = DeskBookingPage(
        head=head(heading),
        desk=desk_frame("calendar"),
        listing=kept.title,
        back_path=calendar_path(key) + (f"?week={typed['first']}" if say_of.is_day(typed["first"]) else ""),
        form=form_at(here, typed, errors),
        by_day=kept.rules.mode == DAYS,
        step=kept.rules.step,
        units=_units(kept, typed, booking),
        holds=() if booking else tuple(Choice(code, word(text), code == typed["hold"]) for code, text in HOLDS.items()),
        may_insist=may_insist or bool(typed["insist"]),
        free=free,
        free_words=free_words,
        may_change=editor and (booking is None or booking.state in OPEN),
    )
    if booking:
        view = _with_state(view, booking, here, editor, cancelling)
    return render_template("desk/booking.html", page=view)


def _with_state(
    view: DeskBookingPage,
    booking: Booking,
    here: str,
    editor: bool,
    cancelling: tuple[Mapping[str, str], Mapping[str, str]] | None,
) -> DeskBookingPage:
    late = booking.state == OUT and booking.ends_at <= current_node().now
    steps = tuple(
        BookingStep(word(label), form_at(f"{here}/mark", {"state": state}), number == 0)
        for number, (state, label) in enumerate(_NEXT.get(booking.state, ()))
    )
    typed, errors = cancelling or ({}, {})
    may_cancel = editor and booking.state in (HELD, CONFIRMED)
    return replace(
        view,
        state=booking.state,
        when=say_of.when(Span(booking.starts_at, booking.ends_at)),
        late=late,
        entered=booking.entered_by,
        reason=_("It was held and not confirmed in time.") if booking.reason == handing.LAPSED else booking.reason,
        steps=steps if editor else (),
        cancel=form_at(f"{here}/cancel", typed, errors) if may_cancel else None,
    )


def _units(kept: Kept, typed: Mapping[str, str], booking: Booking | None) -> tuple[Choice, ...]:
    if kept.rules.units == 1:
        return ()
    every = [Choice(str(n), kept.rules.unit_name(n), str(n) == typed["unit"]) for n in range(1, kept.rules.units + 1)]
    return (*(() if booking else (Choice("", _("Whichever is free")),)), *every)


def _free(kept: Kept, typed: Mapping[str, str]) -> tuple[str, tuple[Choice, ...]]:
    """What is free on the day that was asked for, or next where it is full, and a sentence that says which it is."""
    if not say_of.is_day(typed["first"]):
        return "", ()
    day = date.fromisoformat(typed["first"])
    slots = looking.free_instead(current_node(), member_now().organisation_id, kept.row.key, day)
    by_day = kept.rules.mode == DAYS
    elsewhen = by_day or any(say_of.local(slot.span.starts).date() != day for slot in slots)
    words = _("Nothing is free that day. This is free next:") if elsewhen else _("What is free that day:")
    between = kept.rules.before + kept.rules.after
    if between and not by_day:
        kept_free = _("Between two bookings %(time)s stay free.", time=say_of.length(between))
        words = f"{kept_free} {words}"
    return _("These days are free:") if by_day else words, tuple(_choice(kept, slot, elsewhen) for slot in slots)


def _choice(kept: Kept, slot: Slot, with_day: bool) -> Choice:
    span, by_day = slot.span, kept.rules.mode == DAYS
    day = say_of.short_day(say_of.local(span.starts).date())
    label = day if by_day and kept.rules.units == 1 else free_label(kept.rules, slot)
    if with_day and label != day:
        label = word("%(day)s: %(time)s", day=day, time=label)
    return Choice(f"{minute_of(span.starts)}/{minute_of(span.ends)}", label)
