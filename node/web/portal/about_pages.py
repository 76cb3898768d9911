"""How it works, ideas for what to share, accessibility, privacy: what people want to know before they trust it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import flask_babel
from flask import Blueprint, render_template

from node.context import Node
from node.search.request import SearchRequest
from node.services.aggregating import proposals
from node.services.alerts import asking as alerts
from node.services.catalogue import ideas as services
from node.services.catalogue.ideas import Idea
from node.services.identity import operator
from node.services.mail.mail_settings import can_mail
from node.services.pictures import proxy
from node.services.syndication.node_document import NODE_DOCUMENT_PATH
from node.web import current_node, offline
from node.web.exchanges import meeting
from node.web.portal.cards import cards_of
from node.web.portal.listing_page import SHEET_NAME, Scene
from node.web.portal.often_shared import often_shared
from node.web.portal.scene import scene_of
from node.web.searching.page import Addresses
from node.web.view_models.parts import Head, Link
from node.web.view_models.portal import AccessibilityPage, BelongsPage, HowItWorksPage, IdeaRow, IdeasPage, PrivacyPage
from node.web.wording import words
from node.web.wording.code_words import category

blueprint = Blueprint("about_pages", __name__)

HOUR_S, DAY_S = 3600, 86_400
BELONGS_NAME = "what-belongs-here"


def _(text: str) -> str:
    return str(flask_babel.gettext(text))


@blueprint.get("/how-it-works")
def how_it_works() -> str:
    node = current_node()
    scene = scene_of(node, ())
    root = scene.paths.root
    page = HowItWorksPage(
        head=_head(scene, _("How it works"), "how-it-works"),
        ideas_path=f"{root}/ideas",
        downloads_path=f"{root}/downloads/",
        node_document_path=f"{root}/{NODE_DOCUMENT_PATH}",
        sheet_path=f"{root}/{SHEET_NAME}",
        contact=node.settings.contact_email or None,
        belongs_path=f"{root}/{BELONGS_NAME}",
    )
    return render_template("portal/how_it_works.html", page=page)


@blueprint.get(f"/{BELONGS_NAME}")
def what_belongs() -> str:
    node = current_node()
    scene = scene_of(node, ())
    page = BelongsPage(
        head=_head(scene, _("What belongs here"), BELONGS_NAME),
        ideas_path=f"{scene.paths.root}/ideas",
        contact=node.settings.contact_email or None,
    )
    return render_template("portal/what_belongs.html", page=page)


@blueprint.get("/ideas")
def ideas() -> str:
    node = current_node()
    found = services.ideas(node)
    scene = scene_of(node, [shown for idea in found for shown in idea.examples])
    rows = tuple(_row(idea, scene) for idea in found)
    page = IdeasPage(_head(scene, _("What organisations like yours share"), "ideas"), rows)
    return render_template("portal/ideas.html", page=page)


@blueprint.get("/accessibility")
def accessibility() -> str:
    node = current_node()
    head = _head(scene_of(node, ()), _("Accessibility"), "accessibility")
    page = AccessibilityPage(head, node.settings.contact_email or None)
    return render_template("portal/accessibility.html", page=page)


@blueprint.get("/privacy")
def privacy() -> str:
    node = current_node()
    page = PrivacyPage(
        head=_head(scene_of(node, ()), _("Privacy"), "privacy"),
        people_days=proposals.FORGET_PEOPLE_S // DAY_S,
        sender_days=1,
        picture_days=proxy.UNUSED_S // DAY_S,
        tombstone_days=node.settings.tombstone_days,
        unconfirmed_days=alerts.CONFIRM_S // DAY_S,
        session_hours=operator.IDLE_S // HOUR_S,
        session_days=operator.LONGEST_S // DAY_S,
        contact=node.settings.contact_email or None,
        elsewhere=tuple(_hosts(node)),
        with_alerts=can_mail(node.settings),
        meeting_days=meeting.KNOWN_S // DAY_S,
        with_proposals=node.settings.proposals,
        kept=offline.page_of(node) if node.settings.offline_reading else None,
    )
    return render_template("portal/privacy.html", page=page)


def _head(scene: Scene, title: str, name: str) -> Head:
    return scene.head(title, "", scene.address(f"{scene.paths.root}/{name}"))


def _row(idea: Idea, scene: Scene) -> IdeaRow:
    addresses = Addresses(scene.paths.root)
    of_type = SearchRequest(organisation_type=(idea.type,), direction=("offer",))
    kinds = tuple(
        Link(
            f"{category(kind.path).plural} ({words.number(kind.count)})",
            addresses.of(of_type.changed(category=(kind.path,))),
        )
        for kind in idea.kinds
    )
    examples = cards_of(idea.examples, scene.paths)
    elsewhere = often_shared().get(idea.type, ()) if not idea.offers else ()
    return IdeaRow(idea.type, idea.offers, addresses.of(of_type) if idea.offers else None, kinds, examples, elsewhere)


def _hosts(node: Node) -> Iterator[str]:
    """Where else a reader's browser gets pictures from: map tiles, a logo that is kept elsewhere."""
    for address in (node.settings.map_tiles, node.settings.logo):
        parts = urlsplit(address.replace("{s}.", ""))
        if parts.scheme in ("http", "https") and parts.hostname:
            yield parts.hostname
