"""Paper: posters, labels for shelves, cards to hand out and sheets to sign up on, for the organisation or its listings.

Nothing here changes anything: what is printed stands in the address of the page, which can be kept and used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
from flask import abort, render_template, request
from flask_babel import gettext as _

from node.services.catalogue import shown as services
from node.services.catalogue.shown import Host
from node.services.printing import paper, printable
from node.services.printing.paper import KINDS, SIGNUP
from node.services.syndication.event_calendar import event_in
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.inside import head
from node.web.portal.cards import Paths, card_of, cards_of, logo_of, pictures_of, text_of
from node.web.portal.listing_page import QR_NAME, Scene
from node.web.portal.scene import scene_of
from node.web.view_models.desk_print import DeskPaperPage, DeskPrintPage, PaperItem, PaperSheet
from node.web.view_models.parts import Choice, Image
from node.web.wording.code_words import word
from node.web.wording.event_words import coming, date_words, next_time
from schemas.event import NEEDED

blueprint = guarded("printing")

MOST_SHOWN = 60
LONGEST = 200
USUAL_LINES = 16
MOST_ROWS = 8
MOST_DATES = 4
"""So many dates of an event have sheets to sign up on at once."""


@blueprint.get("/<slug>/print")
def page(slug: str) -> str:
    q, chosen = request.args.get("q", "").strip()[:LONGEST], request.args.getlist("of")
    found = printable.offered(current_node(), member_now().organisation_id, q, chosen, MOST_SHOWN)
    kind = _kind()
    base = f"{request.script_root}/desk/{slug}/print"
    view = DeskPrintPage(
        head=head(_("Print")),
        desk=desk_frame("print"),
        action_path=base,
        sheet_path=f"{base}/sheet",
        organisation=found.organisation,
        kinds=tuple(Choice(one, word(one, "paper"), one == kind) for one in KINDS),
        listings=tuple(Choice(row.key, row.item()["title"], row.key in chosen) for row in found.rows),
        total=found.total,
        q=q,
    )
    return render_template("desk/print.html", page=view)


@blueprint.get("/<slug>/print/sheet")
def sheet(slug: str) -> str:
    node, kind = current_node(), _kind()
    wanted = request.args.getlist("of")
    shown = printable.shown(node, member_now().organisation_id, wanted)
    if wanted and not shown:
        abort(404)
    scene = scene_of(node, shown)
    items = [_of_listing(one, scene) for one in shown] or [_of_organisation(_host(), slug, scene)]
    view = DeskPaperPage(
        head=head(word(kind, "paper")),
        kind=kind,
        back_path=f"{request.script_root}/desk/{slug}/print",
        sheets=tuple(_sheets(kind, items)),
        when=request.args.get("when", "").strip()[:LONGEST],
        where=request.args.get("where", "").strip()[:LONGEST],
        strips="strips" in request.args,
    )
    return render_template("desk/paper.html", page=view)


def _host() -> Host:
    host = services.organisation(current_node(), member_now().slug)
    if host is None:
        abort(404)
    return host


def _kind() -> str:
    asked = request.args.get("as", "")
    return asked if asked in KINDS else KINDS[0]


def _sheets(kind: str, items: Sequence[PaperItem]) -> list[PaperSheet]:
    if kind == SIGNUP:
        dated = [one for item in items for one in _by_date(item)][: paper.MOST_SHEETS]
        return [PaperSheet((one,), lines) for one in dated for lines in paper.lines(_lines(one))]
    return [PaperSheet(tuple(some)) for some in paper.sheets(kind, items, _number("copies", 0))]


def _by_date(item: PaperItem) -> list[PaperItem]:
    """A sheet to sign up on for each of the next dates of an event, unless somebody typed when it is."""
    if not item.dates or request.args.get("when", "").strip():
        return [item]
    return [replace(item, when=date) for date in item.dates]


def _lines(item: PaperItem) -> int:
    """As many as were asked for, or else as can come: nobody signs up for a place that there is not."""
    return _number("lines", item.places or USUAL_LINES)


def _number(name: str, usual: int) -> int:
    asked = request.args.get(name, "").strip()
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else usual


def _of_listing(shown: Shown, scene: Scene) -> PaperItem:
    card, site = card_of(shown, scene.paths), site_of(current_node())
    dates = [one for one in coming(card, site) if not one.cancelled]
    event = event_in(shown)
    return PaperItem(
        title=card.title,
        address=scene.address(card.path),
        qr_path=f"{card.path}/{QR_NAME}",
        organisation=card.organisation,
        sign=card.sign,
        lead=text_of(shown),
        place=card.place,
        condition=shown.entry.facts.condition or "",
        quantity=card.quantity,
        until=card.available_until or card.expires,
        image=_large(shown, scene.paths),
        language=card.language,
        when=next_time(card, site),
        dates=tuple(date_words(one) for one in dates[:MOST_DATES]),
        sign_up=event is not None and event.sign_up == NEEDED,
        places=(event.places or 0) if event else 0,
        logo=scene.paths.logo(logo_of(shown)),
    )


def _large(shown: Shown, paths: Paths) -> Image | None:
    return next(iter(pictures_of(orjson.loads(shown.entry.item), paths)), None)


def _of_organisation(host: Host, slug: str, scene: Scene) -> PaperItem:
    path = scene.paths.organisation(host.organisation.id, slug)
    return PaperItem(
        title=host.organisation.name,
        address=scene.address(path),
        qr_path=f"{path}/{QR_NAME}",
        lead=_("We share for free, and so can you."),
        rows=cards_of(host.shown[:MOST_ROWS], scene.paths),
        logo=scene.paths.logo(host.organisation.logo),
    )
