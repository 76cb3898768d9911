"""When a listing can be had: its rules, closed days, calendars elsewhere that count, and calendars to subscribe to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.bookings import arranging, busy, feeds
from node.services.bookings.keeping import (
    CalendarError,
    Kept,
    UnknownCalendarError,
    calendar_of,
    closures_of,
    may_have_calendar,
)
from node.services.bookings.rules import DAYS, FREE, MOST_UNITS, SLOTS, Closure, Opening, Rules
from node.services.identity.members import EDITOR, OWNER
from node.services.listings import publishing
from node.services.listings.publishing import UnknownListingError
from node.services.organisations import hosting
from node.services.organisations.opening_times import openings_of
from node.storage.busy import BusyCalendar
from node.storage.closures import StoredClosure
from node.web import current_node
from node.web.desk import booking_words as say_of
from node.web.desk import calendar_form
from node.web.desk.calendar import calendar_path, settings_path
from node.web.desk.calendar_form import LENGTHS, LIKE_MONDAY, MODES, PLACES, TAKING, choices
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.portal.calendars import LISTING_PATH, ORGANISATION_PATH, PRIVATE_PATH
from node.web.view_models.calendar import BusyRow, ClosureRow, DeskCalendarSettingsPage, DeskClosedPage, SecretAddress
from node.web.view_models.parts import Choice
from node.web.wording.phrases import say as word
from node.web.wording.typed_times import WRONG_DAY
from schemas.canonical import EXTENSION

blueprint = guarded("calendar_settings", least=EDITOR)

CLOSING = ("closed_first", "closed_last", "closed_why", "closed_yearly")
BUSY = ("url", "busy_unit")
_Typed = Mapping[str, str]


@blueprint.get("/<slug>/listings/<key>/calendar")
@at_least(EDITOR)
def page(slug: str, key: str) -> ResponseReturnValue:
    title, kept = _listing(key)
    rules, taking = (kept.rules, kept.row.open) if kept else (_first_rules(key), True)
    return _page(key, title, kept, calendar_form.typed_of(rules, taking))


@blueprint.post("/<slug>/listings/<key>/calendar")
def save(slug: str, key: str) -> ResponseReturnValue:
    title, kept = _listing(key)
    typed = calendar_form.as_monday(typed_in(*calendar_form.FIELDS))
    rules, errors = calendar_form.rules_of(typed)
    if not errors:
        try:
            arranging.put_rules(current_node(), key, member_now().organisation_id, rules, bool(typed["taking"]))
        except CalendarError as error:
            for problem in error.problems:
                errors[calendar_form.field_of(problem)] = sentences([problem]).popitem()[1]
    if errors:
        return _page(key, title, kept, typed, errors), 422
    say(_("Saved."))
    return to(_local(calendar_path(key)))


@blueprint.post("/<slug>/listings/<key>/calendar/closed")
def close(slug: str, key: str) -> ResponseReturnValue:
    title, kept = _listing(key)
    typed = typed_in(*CLOSING)
    errors = _close(typed, key)
    if errors:
        return _page(key, title, kept, _as_kept(kept), closing=(typed, errors)), 422
    say(_("These days are closed. What is booked on them stays booked."))
    return to(_local(settings_path(key)))


@blueprint.post("/<slug>/listings/<key>/calendar/busy")
def read_busy(slug: str, key: str) -> ResponseReturnValue:
    title, kept = _listing(key)
    typed = typed_in(*BUSY)
    unit = int(typed["busy_unit"]) if typed["busy_unit"].isdecimal() and len(typed["busy_unit"]) < 5 else None
    try:
        busy.add(current_node(), key, member_now().organisation_id, typed["url"], unit)
    except UnknownCalendarError:
        abort(404)
    except CalendarError as error:
        found = {("busy_unit" if name == "unit" else name): text for name, text in sentences(error.problems).items()}
        return _page(key, title, kept, _as_kept(kept), reading=(typed, found)), 422
    say(_("It is read within a minute, and then every half hour."))
    return to(_local(settings_path(key)))


@blueprint.post("/<slug>/listings/<key>/calendar/busy/<int:busy_id>/remove")
def read_no_more(slug: str, key: str, busy_id: int) -> ResponseReturnValue:
    try:
        busy.remove(current_node(), key, member_now().organisation_id, busy_id)
    except UnknownCalendarError:
        abort(404)
    say(_("That calendar does not count any more."))
    return to(_local(settings_path(key)))


@blueprint.post("/<slug>/listings/<key>/calendar/address")
@at_least(OWNER)
def listing_address(slug: str, key: str) -> ResponseReturnValue:
    title, kept = _listing(key)
    if kept is None:
        abort(404)
    fresh = _address(feeds.new_address(current_node(), member_now().organisation_id, key))
    return _page(key, title, kept, _as_kept(kept), fresh=fresh)


@blueprint.post("/<slug>/listings/<key>/calendar/address/end")
@at_least(OWNER)
def end_listing_address(slug: str, key: str) -> ResponseReturnValue:
    _listing(key)
    feeds.end_address(current_node(), member_now().organisation_id, key)
    say(_("Nobody can read that calendar any more."))
    return to(_local(settings_path(key)))


@blueprint.get("/<slug>/calendar/closed")
@at_least(EDITOR)
def closed(slug: str) -> ResponseReturnValue:
    return _closed_page({})


@blueprint.post("/<slug>/calendar/closed")
def close_all(slug: str) -> ResponseReturnValue:
    typed = typed_in(*CLOSING)
    errors = _close(typed, None)
    if errors:
        return _closed_page(typed, errors), 422
    say(_("These days are closed. What is booked on them stays booked."))
    return to(_closed_path())


@blueprint.post("/<slug>/calendar/closed/<int:closure_id>/remove")
def open_again(slug: str, closure_id: int) -> ResponseReturnValue:
    arranging.remove_closure(current_node(), member_now().organisation_id, closure_id)
    say(_("These days are open again."))
    key = request.form.get("key", "")
    return to(_local(settings_path(key)) if key and _is_own(key) else _closed_path())


@blueprint.post("/<slug>/calendar/address")
@at_least(OWNER)
def address(slug: str) -> ResponseReturnValue:
    return _closed_page({}, fresh=_address(feeds.new_address(current_node(), member_now().organisation_id)))


@blueprint.post("/<slug>/calendar/address/end")
@at_least(OWNER)
def end_address(slug: str) -> ResponseReturnValue:
    feeds.end_address(current_node(), member_now().organisation_id)
    say(_("Nobody can read that calendar any more."))
    return to(_closed_path())


def _listing(key: str) -> tuple[str, Kept | None]:
    """The title of a listing of this organisation that can have a calendar, and its calendar."""
    node, organisation = current_node(), member_now().organisation_id
    try:
        listing = publishing.listing(node, key)
    except UnknownListingError:
        abort(404)
    item = listing.item()
    if listing.organisation_id != organisation or not may_have_calendar(item):
        abort(404)
    try:
        return str(item["title"]), calendar_of(node, key, organisation)
    except UnknownCalendarError:
        return str(item["title"]), None


def _first_rules(key: str) -> Rules:
    """What stands in the form of a new calendar: as such things are mostly had, when the organisation is open."""
    listing = publishing.listing(current_node(), key)
    action, own = listing.item()[EXTENSION]["action"], hosting.organisation(current_node(), member_now().slug)
    week = openings_of(own.organisation.opening_hours if own else None) or tuple(
        Opening(day, 9 * 60, 17 * 60) for day in range(5)
    )
    mode, stays = {"lend": (DAYS, False), "host": (FREE, True)}.get(action, (SLOTS, True))
    units = min(listing.listing().quantity.available, MOST_UNITS) if action == "lend" else 1
    return Rules(openings=week, mode=mode, stays=stays, step=15 if mode == FREE else 60, units=units)


def _is_own(key: str) -> bool:
    try:
        calendar_of(current_node(), key, member_now().organisation_id)
    except UnknownCalendarError:
        return False
    return True


def _as_kept(kept: Kept | None) -> dict[str, str]:
    if kept is None:
        abort(404)
    return calendar_form.typed_of(kept.rules, kept.row.open)


def _close(typed: _Typed, key: str | None) -> dict[str, str]:
    """Keep closed days; a sentence for each field that is wrong."""
    first, last = typed["closed_first"].strip(), typed["closed_last"].strip() or typed["closed_first"].strip()
    wrong = {name: text for name, text in (("closed_first", first), ("closed_last", last)) if not say_of.is_day(text)}
    if wrong:
        return dict.fromkeys(wrong, word(WRONG_DAY))
    days = date.fromisoformat(first), date.fromisoformat(last)
    closure = Closure(*days, typed["closed_why"].strip(), bool(typed["closed_yearly"]))
    try:
        arranging.add_closure(current_node(), member_now().organisation_id, closure, key)
    except UnknownCalendarError:
        abort(404)
    except CalendarError as error:
        names = {"reason": "closed_why", "last": "closed_last", "": "closed_first"}
        return {names.get(name, name): text for name, text in sentences(error.problems).items()}
    return {}


def _page(
    key: str,
    title: str,
    kept: Kept | None,
    typed: _Typed,
    errors: _Typed | None = None,
    closing: tuple[_Typed, _Typed] = ({}, {}),
    reading: tuple[_Typed, _Typed] = ({}, {}),
    fresh: str = "",
) -> str:
    here = _local(settings_path(key))
    view = DeskCalendarSettingsPage(
        head=head(_("When it can be had")),
        desk=desk_frame("calendar"),
        listing=title,
        back_path=calendar_path(key) if kept else calendar_path(),
        form=form_at(here, typed, errors),
        days=calendar_form.opening_days(typed, errors or {}),
        like_monday=choices(LIKE_MONDAY, typed["like_monday"]),
        modes=choices(MODES, typed["mode"]),
        places=choices(PLACES, typed["stays"]),
        taking=choices(TAKING, typed["taking"]),
        longest_in=choices(LENGTHS, typed["longest_in"]),
        notice_in=choices(LENGTHS, typed["notice_in"]),
        **(_more(key, kept, here, closing, reading, fresh) if kept else {}),
    )
    return render_template("desk/calendar_settings.html", page=view)


def _more(
    key: str, kept: Kept, here: str, closing: tuple[_Typed, _Typed], reading: tuple[_Typed, _Typed], fresh: str
) -> dict[str, Any]:
    """What a calendar has beside its rules, once there are some."""
    node, organisation = current_node(), member_now().organisation_id
    units = range(1, kept.rules.units + 1) if kept.rules.units > 1 else ()
    chosen = reading[0].get("busy_unit", "")
    return {
        "closing": form_at(f"{here}/closed", *closing),
        "closures": tuple(_closure_row(row, key) for row in closures_of(node, organisation, key)),
        "busy": form_at(f"{here}/busy", *reading),
        "busy_units": (
            (Choice("", _("All of them")), *(Choice(str(n), kept.rules.unit_name(n), str(n) == chosen) for n in units))
            if units
            else ()
        ),
        "calendars": tuple(_busy_row(kept, row, here) for row in busy.of(node, key, organisation)),
        "public_address": node.settings.url + LISTING_PATH.format(key).lstrip("/"),
        "secret": _secret(here, feeds.address_since(node, organisation, key), fresh),
    }


def _closure_row(row: StoredClosure, key: str | None) -> ClosureRow:
    days = say_of.days(date.fromisoformat(row.first_day), date.fromisoformat(row.last_day))
    if row.yearly:
        days = _("%(days)s, every year", days=days)
    if key and row.calendar_id is None:
        return ClosureRow(_("%(days)s, for everything", days=days), row.reason)
    path = f"{_closed_path()}/{row.id}/remove"
    return ClosureRow(days, row.reason, form_at(path, {"key": key} if key else {}))


def _busy_row(kept: Kept, row: BusyCalendar, here: str) -> BusyRow:
    if row.problem:
        state = _("It cannot be read: %(why)s.", why=word(say_of.CALENDAR_PROBLEMS.get(row.problem, row.problem)))
    elif row.read_at is None:
        state = _("It has not been read yet.")
    else:
        state = _("Read %(when)s.", when=say_of.ago(row.good_at or row.read_at))
    unit = kept.rules.unit_name(row.unit) if row.unit else ""
    host = urlsplit(row.url).hostname or ""
    return BusyRow(host, unit, state, not row.problem, form_at(f"{here}/busy/{row.id}/remove"))


def _secret(here: str, since: int | None, fresh: str) -> SecretAddress | None:
    if not member_now().may(OWNER):
        return None
    made = None if since is None else datetime.fromtimestamp(since, UTC)
    end = form_at(f"{here}/address/end") if since is not None else None
    return SecretAddress(form_at(f"{here}/address"), fresh, made, end)


def _closed_page(typed: _Typed, errors: _Typed | None = None, fresh: str = "") -> str:
    node, member = current_node(), member_now()
    view = DeskClosedPage(
        head=head(_("Closed days and calendars")),
        desk=desk_frame("calendar"),
        back_path=calendar_path(),
        form=form_at(_closed_path(), typed, errors),
        closures=tuple(_closure_row(row, None) for row in closures_of(node, member.organisation_id)),
        public_address=node.settings.url + ORGANISATION_PATH.format(member.slug).lstrip("/"),
        secret=_secret(_local(calendar_path()), feeds.address_since(node, member.organisation_id), fresh),
    )
    return render_template("desk/closed.html", page=view)


def _closed_path() -> str:
    return _local(calendar_path()) + "/closed"


def _address(secret: str) -> str:
    return current_node().settings.url + PRIVATE_PATH.format(secret).lstrip("/")


def _local(path: str) -> str:
    return path.removeprefix(request.script_root)
