"""Listings that visitors reported: what they say, and the operator's word."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.listings.doubted import REASON
from node.services.moderation import decisions, reporting
from node.services.moderation.decisions import ModerationError
from node.services.moderation.reporting import ReportedListing
from node.storage.reports import Report
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.control.rows import MOST_REASON, appeal_of, item_path, paths_of, reported_path, text_of
from node.web.form_state import form_at, typed_in
from node.web.inside import head, say, to
from node.web.portal.cards import card_of, moment
from node.web.portal.marked import marked_texts
from node.web.view_models.control import ReportedPage, ReportRow
from node.web.view_models.parts import Link
from node.web.wording.code_words import word
from node.web.wording.said import plain
from schemas.free.explain import word_problems

blueprint = guarded("reported")

QUEUE = "/control/queue"
MOST_ID = 2048


@blueprint.get("/queue/reported")
def one() -> ResponseReturnValue:
    item = _asked_for()
    return _one(item) if item is not None else _too_late()


@blueprint.post("/queue/keep")
def keep() -> ResponseReturnValue:
    try:
        reporting.keep(current_node(), _listing_id())
    except ModerationError:
        return _too_late()
    say(_("It stays on the board."))
    return _on()


@blueprint.post("/queue/take-down")
def take_down() -> ResponseReturnValue:
    item, typed = _asked_for(), typed_in("reason")
    if item is None:
        return _too_late()
    if not typed["reason"].strip():
        return _one(item, typed, {"reason": _("Give a reason: the publisher reads it in their report.")}), 422
    try:
        reporting.take_down(current_node(), item.shown.entry.id, typed["reason"][:MOST_REASON])
    except ModerationError as error:
        say(plain(str(error)), ok=False)
        return to(reported_path(item.shown.entry.id))
    say(_("It is no longer on the board."))
    return _on()


def _listing_id() -> str:
    listing_id = request.args.get("id", "")
    if not 0 < len(listing_id) <= MOST_ID:
        abort(404)
    return listing_id


def _asked_for() -> ReportedListing | None:
    """The listing that the address names; None where it waits no more."""
    try:
        return reporting.waiting_one(current_node(), _listing_id())
    except ModerationError:
        return None


def _too_late() -> ResponseReturnValue:
    say(_("That listing waits no more: it is gone from the board, or the word was given."), ok=False)
    return to(QUEUE)


def _on() -> ResponseReturnValue:
    """To the next listing that is reported, or waits for another reason, or to the empty queue."""
    return to(_next_path() or QUEUE)


def _next_path(besides: str = "") -> str | None:
    node = current_node()
    for other in reporting.waiting(node, 2):
        if other.shown.entry.id != besides:
            return reported_path(other.shown.entry.id)
    for item in decisions.waiting(node, 1):
        return item_path(item.row.source_id, item.row.id)
    return None


def _one(item: ReportedListing, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    node, entry = current_node(), item.shown.entry
    raw, in_doubt = orjson.loads(entry.item), any(report.reason == REASON for report in item.reports)
    following = _next_path(besides=entry.id)
    view = ReportedPage(
        head=head(entry.facts.title),
        control=control_frame(node, "queue"),
        card=card_of(item.shown, paths_of(node)),
        since=moment(item.since),
        keep=form_at(reported_path(entry.id, "keep")),
        take_down=form_at(reported_path(entry.id, "take-down"), typed, errors),
        reports=tuple(_row(report) for report in item.reports),
        source=_source(item),
        text=text_of(raw),
        marked=marked_texts(raw, word_problems(raw)) if in_doubt else (),
        appeal=appeal_of(raw) if in_doubt else "",
        next_path=request.script_root + following if following else None,
    )
    return render_template("control/reported.html", page=view)


def _source(item: ReportedListing) -> Link | None:
    source_id = item.shown.entry.source_id
    if source_id is None:
        return None
    return Link(item.source_name or str(source_id), f"{request.script_root}/control/sources/{source_id}")


def _row(report: Report) -> ReportRow:
    return ReportRow(word(report.reason, "report"), moment(report.reported_at), report.words, report.email or None)
