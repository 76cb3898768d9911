"""Badges for programs that check them: who gives them, what they stand for, the credentials, and the key.

Open Badges 3.0; what is signed is a VC-JWT. A badge that is not earned, or not any more, is not found.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, abort
from werkzeug.exceptions import ServiceUnavailable

from node.services.configuration.keys import KeyFileError
from node.services.impact import badge_keys, open_badges
from node.services.impact.badge_keys import BadgeKey
from node.services.syndication.feeds import rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.impact.recognition import AGE_S, found_at, where_of
from schemas import open_badge
from schemas.recognition import rules

blueprint = Blueprint("open_badges", __name__)
blueprint.after_request(open_to_all)
JWT = "application/jwt"


@blueprint.get("/badges/issuer.json")
def issuer() -> Response:
    return _json(open_badge.profile(open_badges.issuer_of(current_node())))


@blueprint.get("/badges/<name>.json")
def achievement(name: str) -> Response:
    node, badge = current_node(), rules().badges.get(name)
    if badge is None or (badge.whole and not node.settings.aggregate):
        abort(404)
    told = open_badge.achievement(open_badges.issuer_of(node), badge)
    return _json({"@context": list(open_badge.CONTEXT), **told})


@blueprint.get("/badges/keys/<key_id>.json")
def key(key_id: str) -> Response:
    """The public key alone, under the address by which it is named in what it signed."""
    found = _key()
    if found.id != key_id:
        abort(404, "This key signs nothing here any more. Ask for the badge anew at the organisation's page.")
    return _json(_jwk(found))


@blueprint.get("/.well-known/jwks.json")
def keys() -> Response:
    return _json({"keys": [_jwk(_key())]})


@blueprint.get("/organisations/<key>/badges/<name>.json")
def credential(key: str, name: str) -> Response:
    return _json(_said(key, name))


@blueprint.get("/organisations/<key>/badges/<name>.jwt")
def token(key: str, name: str) -> Response:
    said = _said(key, name)
    try:
        signed = open_badges.token(current_node(), said)
    except KeyFileError as error:
        raise ServiceUnavailable("The key for badges cannot be read here just now.") from error
    return _kept(conditional(rendered("token", signed.encode()), JWT))


def _said(key: str, name: str) -> dict[str, Any]:
    node = current_node()
    found = found_at(node, key)
    earned = found.recognition.badge(name)
    if earned is None:
        abort(404)
    page = where_of(node, found.organisation.id, key).address
    return open_badges.credential(node, found, earned, page)


def _key() -> BadgeKey:
    try:
        return badge_keys.own(current_node().settings)
    except KeyFileError as error:
        raise ServiceUnavailable("The key for badges cannot be read here just now.") from error


def _jwk(found: BadgeKey) -> dict[str, str]:
    return found.as_jwk(open_badges.issuer_of(current_node()).key(found.id))


def _json(document: dict[str, Any]) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return _kept(conditional(rendered("badge", body), "application/json"))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    return response
