"""Calendars to subscribe to: when listings are booked, for all; who has what, behind addresses that are secrets."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask_babel import gettext as _

from node.services.bookings import feeds
from node.services.organisations import hosting
from node.services.syndication import feeds as documents
from node.services.syndication.listing_calendar import MEDIA_TYPE
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.inside import keep_private

blueprint = Blueprint("calendars", __name__)
PRIVATE_PATH = "/calendars/private/{}.ics"
LISTING_PATH = "/calendars/listings/{}.ics"
ORGANISATION_PATH = "/calendars/organisations/{}.ics"


@blueprint.get("/calendars/listings/<key>.ics")
def listing(key: str) -> Response:
    return _for_all(feeds.public_of_listing(current_node(), key, _("Booked")))


@blueprint.get("/calendars/organisations/<slug>.ics")
def organisation(slug: str) -> Response:
    node = current_node()
    host = hosting.organisation(node, slug)
    if host is None:
        abort(404)
    # Translators: what stands in a calendar for a time that is taken.
    booked = _("Booked: %(title)s", title="%(title)s")
    return _for_all(feeds.public_of_organisation(node, slug, host.organisation.name, booked))


@blueprint.get("/calendars/private/<secret>.ics")
def private(secret: str) -> Response:
    node = current_node()
    body = feeds.private(node, secret, _("Bookings at %(name)s", name=node.settings.node_name))
    if body is None:
        abort(404)
    return keep_private(conditional(documents.rendered("bookings", body), MEDIA_TYPE))


def _for_all(body: bytes | None) -> Response:
    if body is None:
        abort(404)
    return open_to_all(conditional(documents.rendered("booked", body), MEDIA_TYPE))
