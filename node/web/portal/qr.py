"""Pages of this site as QR codes, for paper and for the phone of whoever stands next to you."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from node.services.catalogue import shown as services
from node.services.catalogue.shown import Found
from node.services.printing import qr
from node.web import current_node
from node.web.conditional import conditional
from node.web.portal.listing_page import QR_NAME
from node.web.portal.scene import scene_of

blueprint = Blueprint("qr", __name__)

_DAY_S = 86_400


@blueprint.get(f"/{QR_NAME}")
def board() -> Response:
    return _code(current_node().settings.url)


@blueprint.get(f"/listings/<key>/{QR_NAME}")
def listing(key: str) -> Response:
    node = current_node()
    if not isinstance(services.listing(node, key), Found):
        abort(404)
    scene = scene_of(node, ())
    return _code(scene.address(scene.paths.listing(key)))


@blueprint.get(f"/organisations/<key>/{QR_NAME}")
def organisation(key: str) -> Response:
    node = current_node()
    host = services.organisation(node, key)
    if host is None:
        abort(404)
    scene = scene_of(node, ())
    return _code(scene.address(scene.paths.organisation(host.organisation.id, key)))


def _code(address: str) -> Response:
    response = conditional(qr.code(address), qr.MEDIA_TYPE)
    # The address of a page never changes, so neither does its code.
    response.headers["Cache-Control"] = f"public, max-age={_DAY_S}"
    return response
