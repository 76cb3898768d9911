"""The operator's view of sources: how each one is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from federation.records import ACTIVE, Source
from node.context import Node
from node.services.aggregating import sources
from node.services.aggregating.sources import Health, SourceError
from node.services.exchanges.people import contacts
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.form_state import form_at, typed_in
from node.web.inside import head, say, to
from node.web.portal.sources import source_row
from node.web.view_models.control import ControlSourcePage, ControlSourcesPage
from node.web.view_models.network import SourceRow
from node.web.view_models.parts import Form

blueprint = guarded("sources")

PATH = "/control/sources"
MOST_REASON = 300
# Those that need someone come first.
_ORDER = {"failing": 0, "suspended": 1, "late": 2, "paused": 3, "new": 4, "ok": 5}


@blueprint.get("/sources")
def page() -> str:
    node = current_node()
    rows = [_row(health, node.now) for health in sources.health(node)]
    view = ControlSourcesPage(
        head=head(_("Sources")),
        control=control_frame(node, "sources"),
        sources=tuple(sorted(rows, key=lambda row: _ORDER.get(row.health, 0))),
        add_path=f"{request.script_root}/control/proposals",
    )
    return render_template("control/sources.html", page=view)


def _row(health: Health, now: int) -> SourceRow:
    return replace(source_row(health, now), path=f"{request.script_root}{PATH}/{health.source.id}")


@blueprint.get("/sources/<int:number>")
def one(number: int) -> str:
    return _one(_known(number))


@blueprint.post("/sources/<int:number>/read")
def read(number: int) -> ResponseReturnValue:
    sources.poll_soon(current_node(), _known(number).source.id)
    say(_("It is read next, within a few seconds."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/hold")
def hold(number: int) -> ResponseReturnValue:
    held = not _known(number).source.hold_new
    sources.change(current_node(), number, hold_new=held)
    say(_("Its new listings wait for your word from now on.") if held else _("Its new listings are shown at once."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/trust")
def trust(number: int) -> ResponseReturnValue:
    trusted = not _known(number).source.trusts_words
    sources.trust_words(current_node(), number, trusted)
    said_so = _("Its words are not looked at any more. What waited because of them is shown.")
    say(said_so if trusted else _("Its words are looked at again from the next reading on."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/contact")
def contact(number: int) -> ResponseReturnValue:
    health, typed = _known(number), typed_in("contact", "nobody")
    try:
        sources.name_contact(current_node(), number, contacts.NOBODY if typed["nobody"] else typed["contact"])
    except SourceError:
        message = _("This must be an e-mail address that we can write to, such as name@example.org.")
        return _one(health, wrong=form_at(f"{PATH}/{number}/contact", typed, {"contact": message})), 422
    say(_("Kept."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/pause")
def pause(number: int) -> ResponseReturnValue:
    _known(number)
    sources.pause(current_node(), number, typed_in("reason")["reason"].strip()[:MOST_REASON])
    say(_("It is paused. What is shown stays until it expires."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/resume")
def resume(number: int) -> ResponseReturnValue:
    _known(number)
    sources.resume(current_node(), number)
    say(_("It is read again, within a few seconds."))
    return to(f"{PATH}/{number}")


@blueprint.post("/sources/<int:number>/remove")
def remove(number: int) -> ResponseReturnValue:
    health = _known(number)
    if request.form.get("sure") != "yes":
        return _one(health, {"sure": _("Tick this if you are sure: it cannot be undone.")}), 422
    shown = sources.remove(current_node(), number)
    said = ngettext(
        "%(name)s is removed, with %(num)s listing.",
        "%(name)s is removed, with %(num)s listings.",
        shown,
        name=health.source.name,
    )
    say(said)
    return to(PATH)


def _known(number: int) -> Health:
    try:
        return sources.health_of(current_node(), number)
    except SourceError:
        abort(404)


def _asks(node: Node, source: Source, wrong: Form | None) -> tuple[Form | None, str]:
    """The form that says who is asked for it, and how they stand to that; nothing where its node takes messages."""
    if not contacts.is_asked_by_mail(source):
        return None, ""
    with node.database.read() as tx:
        known = contacts.known(tx, source)
    nobody = source.contact == contacts.NOBODY
    typed = {"contact": "" if nobody else source.contact, "nobody": "yes" if nobody else ""}
    form = wrong or form_at(f"{PATH}/{source.id}/contact", typed)
    return form, known.state if known is not None and known.id else ""


def _one(health: Health, errors: Mapping[str, str] | None = None, wrong: Form | None = None) -> str:
    node, told, path = current_node(), health.source, f"{PATH}/{health.source.id}"
    is_read = told.state == ACTIVE
    asks, contact_state = _asks(node, told, wrong)
    view = ControlSourcePage(
        head=head(told.name),
        control=control_frame(node, "sources"),
        source=_row(health, node.now),
        feed_url=told.url,
        asks=asks,
        published=contacts.published(told),
        contact_state=contact_state,
        public_path=f"{request.script_root}/sources/{told.id}",
        holds=told.hold_new,
        read=form_at(f"{path}/read") if is_read else None,
        hold=form_at(f"{path}/hold"),
        trust=form_at(f"{path}/trust"),
        trusted=told.trusts_words,
        pause=form_at(f"{path}/pause") if is_read else None,
        resume=None if is_read else form_at(f"{path}/resume"),
        remove=form_at(f"{path}/remove", errors=errors),
    )
    return render_template("control/source.html", page=view)
