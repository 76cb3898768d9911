"""The network's own pages: every source, and how each one is; and the report that a node reads about itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import gettext as _

from federation.records import ACTIVE, PLAIN, Mirrored, Source
from node.context import Node
from node.services.aggregating import sources
from node.services.aggregating.sources import Health, SourceError
from node.services.listings.doubted import is_about_words
from node.storage.events import EventRow as StoredEvent
from node.storage.polls import PollRow as StoredPoll
from node.web import current_node
from node.web.conditional import open_to_all
from node.web.portal.cards import moment as moment_of
from node.web.portal.origins import comparison_of
from node.web.view_models.network import EventRow, NetworkPage, NetworkSummary, PollRow, SourcePage, SourceRow, Verdict
from node.web.view_models.parts import Head, Link
from schemas.errors import DocumentError
from schemas.node_document import NodeDocument, load_node_document
from schemas.strict_json import loads

blueprint = Blueprint("sources", __name__)

LATE_AFTER_S = 2 * 3600
FAILING_AFTER = 3
NOT_SHOWN = ("held", "quarantined", "refused", "loop", "expired")
MOST_VERDICTS = 100


@blueprint.get("/sources")
def network() -> str:
    node, root = current_node(), request.script_root
    sizes = sources.sizes(node)
    rows = [(source_row(health, node.now), health.source.id) for health in sources.health(node)]
    sized = tuple(_sized(row, *sizes.get(number, (0, 0))) for row, number in rows)
    head = Head(_("The network"), _("Every node that this catalogue reads, and how it is."))
    page = NetworkPage(head, sized, summary(node), how_path=f"{root}/how-it-works")
    return render_template("portal/sources.html", page=page)


def _sized(row: SourceRow, listings: int, organisations: int) -> SourceRow:
    """The row with what of it is visible today: what has expired is still in our copy, but not on the board."""
    return replace(row, shown=listings, organisations=organisations)


@blueprint.get("/sources/<int:number>")
def source(number: int) -> str:
    return render_template("portal/source.html", page=_page(current_node(), _health(number)))


@blueprint.get("/sources/<int:number>/report.json")
def report(number: int) -> Response:
    """The verdict on every listing of one source, 500 at a time; ``after`` is the last id of the part before."""
    try:
        told = sources.report(current_node(), number, after=request.args.get("after", ""))
    except SourceError:
        abort(404)
    response = jsonify(told)
    response.headers["Cache-Control"] = "no-cache"
    return open_to_all(response)


def _health(number: int) -> Health:
    try:
        return sources.health_of(current_node(), number)
    except SourceError:
        abort(404)


def summary(node: Node) -> NetworkSummary:
    """The network in one line."""
    listings, organisations = sources.totals(node)
    every = sources.every(node)
    last = max((told.last_read_at or 0 for told in every), default=0)
    return NetworkSummary(listings, organisations, len(every), moment(last or None))


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as an aware UTC ``datetime``."""
    return None if seconds is None else moment_of(seconds)


def source_row(health: Health, now: int) -> SourceRow:
    """One source as a row of the network's page."""
    told, document = health.source, document_of(health.source)
    state, note = _state(told, now)
    return SourceRow(
        name=told.name,
        path=f"{request.script_root}/sources/{told.id}",
        area=(document.area.name or "") if document and document.area else "",
        level=told.level,
        shown=health.shown,
        held=health.held,
        quarantined=health.quarantined,
        merged=health.merged,
        last_read=moment(told.last_read_at),
        verified_at=moment(told.verified_at) if health.identical else None,
        compared=comparison_of(told),
        badge=badge_of(health),
        health=state,
        health_note=note,
    )


def badge_of(health: Health) -> str:
    """What everyone is told of how far our copy can be trusted (`SourceRow`)."""
    compared, told = comparison_of(health.source), health.source
    if compared == "silent":
        return "plain" if told.level == PLAIN else "static"
    if compared == "unread" and told.level == PLAIN and told.last_read_at is not None:
        return "plain"
    if compared == "identical" and (health.held or health.quarantined):
        return "partly"
    return compared


def document_of(told: Source) -> NodeDocument | None:
    """The node document as it was last read; None for a plain feed."""
    if not told.node_document:
        return None
    try:
        return load_node_document(loads(told.node_document.encode()))
    except DocumentError:
        return None


def _state(told: Source, now: int) -> tuple[str, str]:
    if told.state != ACTIVE:
        return told.state, told.state_reason or ""
    if told.last_polled_at is None:
        return "new", ""
    if told.failures >= FAILING_AFTER:
        return "failing", told.last_message or ""
    return ("late" if now - told.due_at > LATE_AFTER_S else "ok"), (told.last_message or "") if told.failures else ""


def _page(node: Node, health: Health) -> SourcePage:
    told, document = health.source, document_of(health.source)
    root = request.script_root
    return SourcePage(
        head=Head(told.name, _("How %(name)s is doing in this catalogue.", name=told.name), indexed=False),
        source=source_row(health, node.now),
        url=told.node_id,
        feed_url=told.url,
        description=(document.description or "") if document else "",
        licence=document.licence if document else None,
        attribution=document.attribution if document else None,
        ttl_s=told.ttl_s,
        next_read=moment(health.next_read),
        polls=tuple(_poll(poll) for poll in sources.recent_polls(node, told.id)[:20]),
        problems=_verdicts(node, told),
        organisations=tuple(
            Link(name, f"{root}/organisations/{key}") for key, name in sources.organisations(node, told.id)
        ),
        search_path=f"{root}/search?source={told.id}",
        report_path=f"{root}/sources/{told.id}/report.json",
        document_read=moment(told.document_read_at),
        history=tuple(_event(event) for event in sources.history(node, told.id)),
    )


def _event(event: StoredEvent) -> EventRow:
    return EventRow(moment_of(event.at), event.code, event.message)


def _poll(poll: StoredPoll) -> PollRow:
    return PollRow(
        at=moment_of(poll.at),
        outcome=_outcome(poll),
        took_ms=poll.milliseconds,
        size=poll.bytes,
        added=poll.added,
        updated=poll.changed,
        removed=poll.removed,
        message=poll.message,
    )


def _outcome(poll: StoredPoll) -> str:
    if poll.code not in ("ok", "more", "unchanged"):
        return "failed"
    return "changed" if poll.added or poll.changed or poll.removed else "unchanged"


def _verdicts(node: Node, told: Source) -> tuple[Verdict, ...]:
    rows: list[Mirrored] = []
    for state in NOT_SHOWN:
        rows += sources.verdicts(node, told.id, limit=MOST_VERDICTS - len(rows), state=state)
    titles = sources.titles(node, told.id, [row.id for row in rows])
    return tuple(
        Verdict(
            row.id,
            titles.get(row.id, row.id),
            row.state,
            row.reasons,
            since=moment(row.changed_at),
            appeal=_appeal(node, row),
        )
        for row in rows
    )


def _appeal(node: Node, row: Mirrored) -> str | None:
    """Where an author asks the operator to look at words that were misread: a mail that names the listing."""
    if not node.settings.contact_email or not any(map(is_about_words, row.reasons)):
        return None
    subject = quote(_("Please look at these words again: %(id)s", id=row.id), safe="")
    return f"mailto:{node.settings.contact_email}?subject={subject}"
