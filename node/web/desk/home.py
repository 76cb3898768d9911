"""The first pages of the desk: which organisations one has, and how one of them stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.bookings.keeping import zone_of
from node.services.bookings.opening import day_at, whole_day
from node.services.exchanges import reading
from node.services.health import checks
from node.services.identity import members
from node.services.identity.members import EDITOR, OWNER, Member
from node.services.organisations import hosting
from node.services.syndication import feed_readers
from node.services.validation import self_check
from node.services.validation.self_check import Checked
from node.storage.listings import EXPIRED, LIVE, WITHDRAWN
from node.web import current_node
from node.web.desk.frame import desk_frame, own_places
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.request_rows import row_of
from node.web.desk.stories_view import latest_to_tell
from node.web.form_state import form_at
from node.web.inside import head
from node.web.portal.cards import moment
from node.web.view_models.desk import DeskDispute, DeskHomePage, DeskOverviewPage, DeskPlace, DeskStep, DeskTelling
from node.web.wording.said import plain

blueprint = guarded("home")
MOST_DISPUTES = 50
AT_MOST = 8
"""How many requests whose day is near stand on the first page."""


@blueprint.get("/")
def page() -> str:
    root = request.script_root
    places = own_places()
    view = DeskHomePage(
        head=head(_("Your desk")),
        desk=desk_frame(),
        places=tuple(DeskPlace(one.name, f"{root}/desk/{one.slug}/", one.role) for one in places),
        new_path=f"{root}/desk/new" if g.account.operator else "",
        health_path=f"{root}/desk/health" if g.account.operator or any(one.role == OWNER for one in places) else "",
        broken=checks.count_broken(current_node()) if g.account.operator else 0,
        disputes=tuple(_disputes(current_node())) if g.account.operator else (),
    )
    return render_template("desk/home.html", page=view)


def _disputes(node: Node) -> Iterator[DeskDispute]:
    for stored, url in reading.disputes(node, g.account, MOST_DISPUTES):
        whose = str(stored.listing.get("organisation") or "")
        yield DeskDispute(stored.title, whose, url, moment(stored.exchange.since))


@blueprint.get("/<slug>/")
def overview(slug: str) -> str:
    return _overview(slug)


@blueprint.post("/<slug>/check")
@at_least(OWNER)
def check(slug: str) -> ResponseReturnValue:
    """Read our own feed as a board would, and say on the same page what came of it."""
    if current_node().settings.aggregate:
        abort(404)
    return _overview(slug, self_check.check_and_note(current_node()))


def _overview(slug: str, checked: Checked | None = None) -> str:
    node, member, start = current_node(), member_now(), f"{request.script_root}/desk/{slug}"
    frame = desk_frame("overview")
    counts = hosting.listing_counts(node, member.organisation_id)
    steps = _steps(node, member, start, any(counts.values()))
    broken = checks.count_broken(node) if g.account.operator else 0
    by_step = checked is None and any(step.button and not step.done for step in steps)
    fresh = latest_to_tell(node, member) if member.may(EDITOR) else None
    view = DeskOverviewPage(
        head=head(frame.organisation),
        desk=frame,
        live=counts.get(LIVE, 0),
        over=counts.get(EXPIRED, 0),
        withdrawn=counts.get(WITHDRAWN, 0),
        steps=() if all(step.done for step in steps) else steps,
        telling=_telling(node, member.slug, checked, by_step) if counts.get(LIVE) or checked else None,
        new_path=f"{start}/listings/new" if member.may(EDITOR) else "",
        import_path=f"{start}/import" if member.may(EDITOR) else "",
        public_path=f"{request.script_root}/organisations/{slug}",
        health_path=f"{request.script_root}/desk/health" if member.may(OWNER) else "",
        broken=broken,
        all_path=f"{request.script_root}/desk/" if g.account.operator else "",
        due=tuple(row_of(slug, row) for row in reading.due(node, member.organisation_id, _tomorrow(node), AT_MOST)),
        due_path=f"{start}/requests?show=agreed",
        to_tell=fresh.title if fresh else "",
        tell_path=fresh.path if fresh else "",
    )
    return render_template("desk/overview.html", page=view)


def _tomorrow(node: Node) -> int:
    """The end of the day after this one, on the clock of the town; a loan that ends with it is among what is meant."""
    zone = zone_of(node)
    return whole_day(day_at(node.now, zone) + timedelta(days=1), zone).ends


def _steps(node: Node, member: Member, start: str, has_shared: bool) -> tuple[DeskStep, ...]:
    """What an owner does at the beginning; nobody else is asked to."""
    own = hosting.organisation(node, member.slug)
    if not member.may(OWNER) or own is None:
        return ()
    told = own.organisation
    return (
        DeskStep(_("Say who you are"), f"{start}/profile", bool(told.description)),
        DeskStep(_("Say where you are, and when you are open"), f"{start}/profile#where", bool(told.place)),
        DeskStep(_("Show your logo"), f"{start}/profile#logo", bool(told.logo)),
        DeskStep(_("Share the first thing"), f"{start}/listings/new", has_shared),
        DeskStep(_("Invite somebody who helps"), f"{start}/members", len(members.roster(node, told.id)) > 1),
        *_to_be_found(node, member.slug, has_shared),
    )


def _to_be_found(node: Node, slug: str, has_shared: bool) -> tuple[DeskStep, ...]:
    """The last steps, once there is something to show; a node that is the board itself needs none of them."""
    if node.settings.aggregate:
        return ()
    checking = form_at(f"/desk/{slug}/check") if has_shared else None
    check = DeskStep(_("Let it be checked whether a board can read you"), "", self_check.was_fine(node), checking)
    if not node.settings.board_url:
        return (check,)
    propose = _proposing(node) if has_shared else ""
    return (check, DeskStep(_("Propose us to the board"), propose, _board_reads_us(node)))


def _board_reads_us(node: Node) -> bool:
    board = node.settings.board_url.rstrip("/")
    return bool(board) and any(one.node_url.rstrip("/") == board for one in feed_readers.readers(node))


def _proposing(node: Node) -> str:
    """The board's form with our address and name in it; empty where no board is known."""
    board, ours = node.settings.board_url, {"url": node.settings.url, "name": node.settings.node_name}
    return f"{board.rstrip('/')}/sources/propose?{urlencode(ours)}" if board else ""


def _telling(node: Node, slug: str, checked: Checked | None, by_step: bool) -> DeskTelling | None:
    """How an owner is found elsewhere; a node that is the board itself needs no such thing.

    It is checked by one button: that of the step, while there is one.
    """
    if node.settings.aggregate or not member_now().may(OWNER):
        return None
    check = None if by_step else form_at(f"/desk/{slug}/check")
    read = _board_reads_us(node)
    told = DeskTelling(
        node.settings.url, "" if read else _proposing(node), node.settings.board_url if read else "", check
    )
    if checked is None:
        return told
    wrong = tuple((title, plain(message)) for title, message in checked.wrong)
    return replace(told, checked=checked.state, count=checked.listings, wrong=wrong)
