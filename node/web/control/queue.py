"""The queue: listings that wait for a word, and removals of many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import orjson
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from node.context import Node
from node.services.aggregating import sources
from node.services.listings.doubted import is_about_words
from node.services.moderation import controlling, decisions, reporting
from node.services.moderation.decisions import QUEUE_STATES, ModerationError, QueueItem
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.control.overview import removals
from node.web.control.rows import MOST_REASON, appeal_of, item_path, paths_of, queue_row, reported_row, text_of
from node.web.form_state import form_at, typed_in
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.portal.cards import card_of
from node.web.portal.marked import marked_texts
from node.web.view_models.control import QueueItemPage, QueuePage, QueueRow
from node.web.view_models.network import Verdict
from node.web.view_models.parts import Card, Link
from node.web.wording.code_words import word
from node.web.wording.said import plain

blueprint = guarded("queue")

PATH = "/control/queue"
REPORTED = "reported"
MOST_RAW = 20_000
MOST_SOURCES = 2**31
"""No number of a source is larger, and no database takes a much larger one."""


@blueprint.get("/queue")
def page() -> str:
    node, number = current_node(), page_number()
    verdict = request.args.get("verdict", "")
    if verdict == REPORTED:
        return _reported(node, number)
    states = (verdict,) if verdict in QUEUE_STATES else QUEUE_STATES
    counts = decisions.count_waiting(node)
    total = sum(counts[state] for state in states)
    here = f"{request.script_root}{PATH}?{f'verdict={states[0]}&' if len(states) == 1 else ''}"
    rows = decisions.waiting(node, PAGE_ROWS, (number - 1) * PAGE_ROWS, states)
    view = QueuePage(
        head=head(_("Waiting")),
        control=control_frame(node, "queue"),
        total=total,
        removals=removals(node, sources.health(node)) if number == 1 else (),
        reported=_reported_rows(node, 1) if number == 1 and states == QUEUE_STATES else (),
        rows=tuple(queue_row(item) for item in rows),
        filters=_filters(states),
        pager=pager(here, number, total),
    )
    return render_template("control/queue.html", page=view)


def _reported(node: Node, number: int) -> str:
    """The queue without anything but what visitors reported."""
    here = f"{request.script_root}{PATH}?verdict={REPORTED}&"
    view = QueuePage(
        head=head(_("Waiting")),
        control=control_frame(node, "queue"),
        reported=_reported_rows(node, number),
        filters=_filters((REPORTED,)),
        pager=pager(here, number, reporting.count_waiting(node)),
    )
    return render_template("control/queue.html", page=view)


def _reported_rows(node: Node, number: int) -> tuple[QueueRow, ...]:
    return tuple(reported_row(item) for item in reporting.waiting(node, PAGE_ROWS, (number - 1) * PAGE_ROWS))


def _filters(states: tuple[str, ...]) -> tuple[Link, ...]:
    path = request.script_root + PATH
    every = Link(_("All"), path, current=states == QUEUE_STATES)
    some = (
        Link(word(state, "verdict"), f"{path}?verdict={state}", (state,) == states)
        for state in (REPORTED, *QUEUE_STATES)
    )
    return (every, *some)


@blueprint.get("/queue/item")
def one() -> ResponseReturnValue:
    item = _asked_for()
    return _one(item) if item is not None else _too_late()


@blueprint.post("/queue/release")
def release() -> ResponseReturnValue:
    item = _asked_for()
    if item is None:
        return _too_late()
    try:
        decisions.release(current_node(), item.row.source_id, item.row.id)
    except ModerationError as error:
        say(plain(str(error)), ok=False)
        return to(item_path(item.row.source_id, item.row.id))
    say(_("It is shown now."))
    return _on()


@blueprint.post("/queue/refuse")
def refuse() -> ResponseReturnValue:
    item, typed = _asked_for(), typed_in("reason")
    if item is None:
        return _too_late()
    if not typed["reason"].strip():
        return _one(item, typed, {"reason": _("Give a reason: the publisher reads it in their report.")}), 422
    try:
        decisions.refuse(current_node(), item.row.source_id, item.row.id, typed["reason"][:MOST_REASON])
    except ModerationError as error:
        say(plain(str(error)), ok=False)
        return to(PATH)
    say(_("Refused, with your reason."))
    return _on()


def _asked_for() -> QueueItem | None:
    """The listing that the address names; None where it waits no more."""
    source_id, listing_id = request.args.get("source", type=int), request.args.get("id")
    if source_id is None or not listing_id or not 0 < source_id <= MOST_SOURCES:
        abort(404)
    try:
        return decisions.waiting_one(current_node(), source_id, listing_id)
    except ModerationError:
        return None


def _too_late() -> ResponseReturnValue:
    say(_("That listing waits no more: its node changed or removed it, or the word was given."), ok=False)
    return to(PATH)


def _on() -> ResponseReturnValue:
    """To the next listing that waits, or to the empty queue."""
    following = decisions.waiting(current_node(), 1)
    return to(item_path(following[0].row.source_id, following[0].row.id) if following else PATH)


def _one(item: QueueItem, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    node, row = current_node(), item.row
    title = item.title
    view = QueueItemPage(
        head=head(title),
        control=control_frame(node, "queue"),
        row=queue_row(item),
        verdict=Verdict(row.id, title, row.state, row.reasons),
        card=_card(node, controlling.as_it_would_look(node, item)),
        shown_now=_card(node, controlling.shown_now(node, row.id)),
        text=text_of(item.raw),
        marked=marked_texts(item.raw, row.reasons),
        appeal=appeal_of(item.raw) if any(map(is_about_words, row.reasons)) else "",
        raw=orjson.dumps(item.raw, option=orjson.OPT_INDENT_2).decode()[:MOST_RAW],
        release=form_at(item_path(row.source_id, row.id, "release")) if item.can_release else None,
        refuse=form_at(item_path(row.source_id, row.id, "refuse"), typed, errors),
        next_path=_next_path(node, item),
    )
    return render_template("control/queue_item.html", page=view)


def _card(node: Node, shown: Shown | None) -> Card | None:
    """The card without a page of its own to lead to, where there is none yet."""
    if shown is None:
        return None
    card = card_of(shown, paths_of(node))
    is_live = shown.position > 0
    return card if is_live else replace(card, path=request.script_root + request.full_path)


def _next_path(node: Node, item: QueueItem) -> str | None:
    """The one that has waited longest, or the second longest where that is the one at hand."""
    for other in decisions.waiting(node, 2):
        if (other.row.source_id, other.row.id) != (item.row.source_id, item.row.id):
            return request.script_root + item_path(other.row.source_id, other.row.id)
    return None


@blueprint.get("/queue/batch/<batch>")
def batch(batch: str) -> str:
    node = current_node()
    path = f"{request.script_root}{PATH}/batch/{batch}"
    found = next((one for one in removals(node, sources.health(node)) if one.path == path), None)
    if found is None:
        abort(404)
    title = _("Gone all at once")
    return render_template(
        "control/queue_item.html", page=QueueItemPage(head(title), control_frame(node, "queue"), removal=found)
    )


@blueprint.post("/queue/batch/<batch>/apply")
def apply(batch: str) -> ResponseReturnValue:
    count = decisions.apply_batch(current_node(), batch)
    say(ngettext("%(num)s listing is removed.", "%(num)s listings are removed.", count))
    return to(PATH)


@blueprint.post("/queue/batch/<batch>/undo")
def undo(batch: str) -> ResponseReturnValue:
    count = decisions.undo_batch(current_node(), batch)
    say(ngettext("%(num)s listing stays.", "%(num)s listings stay.", count))
    return to(PATH)
