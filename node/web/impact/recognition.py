"""Levels and badges: the rules, what an organisation has earned, and pictures of that for other websites.

Everything is computed when it is asked for. A badge that is not earned, or not any more, is not found.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

import orjson
from flask import Blueprint, Response, abort, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from node.context import Node
from node.languages import offered
from node.services.impact import badge_pictures, recognising
from node.services.impact.badge_pictures import Said
from node.services.impact.effects import METHOD_PATH
from node.services.impact.recognising import LEVEL, Recognised
from node.services.syndication.feeds import rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.impact.earned import RULES_PATH, Where, all_badges, all_levels, in_full, words_of
from node.web.impact.recognition_words import name_of
from node.web.portal.listing_page import QR_NAME
from node.web.portal.scene import scene_of
from node.web.view_models.parts import Head, Link
from node.web.view_models.recognition import RulesPage
from schemas import recognition
from schemas.recognition import rules

blueprint = Blueprint("recognition", __name__)
log = logging.getLogger(__name__)
AGE_S = 3600
"""For how long a picture may be shown without asking again."""


@blueprint.get(RULES_PATH)
def about() -> str:
    node = current_node()
    whole = node.settings.aggregate
    path = f"{request.script_root}{RULES_PATH}.json"
    head = Head(_("Levels and badges"), canonical_url=f"{node.settings.url}{RULES_PATH[1:]}")
    page = RulesPage(head, all_levels(), all_badges(whole), rules().version, path, whole)
    return render_template("portal/recognition.html", page=page)


@blueprint.get(f"{RULES_PATH}.json")
def as_json() -> Response:
    body = orjson.dumps(recognition.document(), option=orjson.OPT_INDENT_2)
    return open_to_all(conditional(rendered("rules", body), "application/json"))


@blueprint.get("/organisations/<key>/recognition.json")
def organisation(key: str) -> Response:
    node = current_node()
    body = orjson.dumps(recognising.document(node, found_at(node, key)), option=orjson.OPT_INDENT_2)
    return open_to_all(conditional(rendered("recognition", body), "application/json"))


@blueprint.get("/organisations/<key>/badges/<name>.svg")
def picture(key: str, name: str) -> Response:
    node = current_node()
    found = found_at(node, key)
    # Where it stands, nobody knows who looks: everyone gets the node's own language, and caches may keep it.
    with force_locale(offered(node.settings)[0].replace("-", "_")):
        said = _said(node, found, name)
    drawn = badge_pictures.picture(said, _credential(node, found, name, where_of(node, found.organisation.id, key)))
    response = open_to_all(conditional(rendered("badge", drawn), badge_pictures.MEDIA_TYPE))
    response.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    response.headers["Content-Security-Policy"] = badge_pictures.style_policy()
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/organisations/<key>/certificate/<int:year>")
def certificate(key: str, year: int) -> str:
    from node.services.impact import factors
    from node.web.impact.certificate import certificate_page

    node = current_node()
    organisation = found_at(node, key).organisation
    found = recognising.year(node, organisation, year)
    if found is None:
        abort(404)
    where = where_of(node, organisation.id, key)
    back, code = Link(organisation.name, where.path), f"{where.path}/{QR_NAME}"
    currency = factors.of(node.settings).disposal.currency
    page = certificate_page(found, node.clock().date(), currency, where.address, back, code)
    page = replace(page, method=f"{node.settings.url}{METHOD_PATH[1:]}" if page.estimated else "")
    return render_template("portal/certificate.html", page=page)


def years_of(node: Node, found: Recognised, where: Where) -> tuple[Link, ...]:
    """The certificates that there are, the latest first."""
    years = recognising.years(node, found.organisation.id)
    return tuple(Link(str(year), f"{where.path}/certificate/{year}") for year in years)


def found_at(node: Node, key: str) -> Recognised:
    """The organisation of this name with what it has earned; there is no page of another."""
    found = recognising.find(node, key)
    if found is None:
        abort(404)
    return found


def _credential(node: Node, found: Recognised, name: str, where: Where) -> str:
    """The badge as a signed credential, to be kept inside its picture; none of a level, or where there is no key."""
    from node.services.configuration.keys import KeyFileError
    from node.services.impact import open_badges

    earned = found.recognition.badge(name)
    if earned is None:
        return ""
    try:
        return open_badges.token(node, open_badges.credential(node, found, earned, where.address))
    except KeyFileError:
        log.exception("a picture of a badge goes without its credential")
        return ""


def _said(node: Node, found: Recognised, name: str) -> Said:
    """What the picture of a badge says, if it is earned now."""
    earned, level = found.recognition, found.recognition.level
    badge = earned.badge(name)
    if name == LEVEL and level is not None:
        sign, title, since, rank = LEVEL, name_of(level.id), earned.level_since, level.rank
    elif badge is not None:
        sign, title, since, rank = badge.badge.sign, name_of(badge.badge.id), badge.since, 0
    else:
        abort(404)
    line = _("since %(day)s", day=in_full(date.fromisoformat(since)))
    language = offered(node.settings)[0]
    return Said(title, found.organisation.name, line, words_of(found, title, since), sign, language, rank)


def where_of(node: Node, organisation_id: str, key: str) -> Where:
    """Where the page of an organisation is."""
    scene = scene_of(node, ())
    path = scene.paths.organisation(organisation_id, key)
    return Where(scene.paths.root, path, scene.address(path))
