"""What sharing is good for: the method with all its figures, and an organisation's effect as data and as a card.

Everything is worked out when it is asked for. The page of the method is made from the very factors that count.
"""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from node.context import Node
from node.languages import offered
from node.services.impact import badge_pictures, effects
from node.services.impact import factors as impact_factors
from node.services.impact.badge_pictures import Said
from node.services.impact.effects import METHOD_PATH, OrganisationEffect
from node.services.receipts.open_data import OWN_FACTORS_PATH
from node.services.syndication.feeds import rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.impact import effect as effect_view
from node.web.impact.method import method_page
from node.web.view_models.parts import Head
from schemas.impact_factors import document

blueprint = Blueprint("effects", __name__)

FACTORS_PATH = "/impact/factors.json"
AGE_S = 3600
"""For how long a card may be shown without asking again."""


@blueprint.get(METHOD_PATH)
def method() -> str:
    node = current_node()
    head = Head(_("How we work out what sharing is good for"), canonical_url=f"{node.settings.url}{METHOD_PATH[1:]}")
    json_path, own_path = (f"{request.script_root}{path}" for path in (FACTORS_PATH, f"/{OWN_FACTORS_PATH}"))
    page = method_page(impact_factors.of(node.settings), head, json_path, own_path)
    return render_template("portal/impact_method.html", page=page)


@blueprint.get(FACTORS_PATH)
def factors() -> Response:
    body = orjson.dumps(document(impact_factors.of(current_node().settings)), option=orjson.OPT_INDENT_2)
    return open_to_all(conditional(rendered("factors", body), "application/json"))


@blueprint.get(f"/{OWN_FACTORS_PATH}")
def own_factors() -> Response:
    """The operator's file, byte for byte: its hash stands in the version."""
    file = impact_factors.own_file(current_node().settings)
    if file is None:
        abort(404)
    return open_to_all(conditional(rendered("own factors", file), "application/json"))


@blueprint.get("/organisations/<key>/impact.json")
def organisation(key: str) -> Response:
    node = current_node()
    body = orjson.dumps(effects.document(node, _found(node, key)), option=orjson.OPT_INDENT_2)
    return open_to_all(conditional(rendered("effect", body), "application/json"))


@blueprint.get("/organisations/<key>/impact.svg")
def card(key: str) -> Response:
    """A card for other websites; there is none before both sides of something have said that it was handed over."""
    node = current_node()
    found = _found(node, key)
    if found.is_empty:
        abort(404)
    # Where it stands, nobody knows who looks: everyone gets the node's own language, and caches may keep it.
    language = offered(node.settings)[0]
    with force_locale(language.replace("-", "_")):
        drawn = badge_pictures.picture(_said(found, language))
    response = open_to_all(conditional(rendered("effect card", drawn), badge_pictures.MEDIA_TYPE))
    response.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    response.headers["Content-Security-Policy"] = badge_pictures.style_policy()
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _said(found: OrganisationEffect, language: str) -> Said:
    title, line = effect_view.card_title(found), effect_view.card_line(found)
    return Said(title, found.organisation.name, line, effect_view.card_words(found), "give", language)


def _found(node: Node, key: str) -> OrganisationEffect:
    found = effects.find(node, key)
    if found is None:
        abort(404)
    return found
