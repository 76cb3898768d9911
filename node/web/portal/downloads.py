"""The whole catalogue to take away: the files, and their descriptor."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, render_template, request, send_file
from flask_babel import gettext as _

from node.context import Node
from node.services.syndication import downloads
from node.services.syndication.downloads import Edition
from node.services.syndication.feeds import CHANGES_PATH, rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.portal.cards import moment
from node.web.portal.scene import scene_of
from node.web.view_models.parts import Link
from node.web.view_models.portal import DownloadFile, DownloadsPage

blueprint = Blueprint("downloads", __name__, url_prefix="/downloads")
blueprint.after_request(open_to_all)


@blueprint.get("/")
def page() -> str:
    node = current_node()
    return render_template("portal/downloads.html", page=_page(node, downloads.edition(node)))


def _page(node: Node, edition: Edition) -> DownloadsPage:
    scene = scene_of(node, ())
    here = f"{scene.paths.root}/downloads/"
    described = downloads.descriptor(node, edition)
    licence, source = described["licenses"][0], described["sources"][0]
    return DownloadsPage(
        head=scene.head(_("Take it with you"), _("Everything on the board as files."), scene.address(here)),
        made_at=moment(edition.made_at),
        listings=edition.listings,
        licence=Link(licence["title"], licence["path"]),
        credit=source["title"],
        home_url=node.settings.url,
        descriptor_path=here + downloads.DESCRIPTOR,
        changes_path=f"{scene.paths.root}/{CHANGES_PATH}",
        embed_path=scene.embed(),
        files=tuple(_offered(edition, name, title, here) for name, title in _titles()),
    )


def _titles() -> tuple[tuple[str, str], ...]:
    return (
        ("listings.csv", _("A table, for spreadsheets")),
        ("listings.geojson", _("Points on a map, for geographic software")),
        ("listings.ndjson", _("The listings as they are published, one a line, for programs")),
    )


def _offered(edition: Edition, name: str, title: str, here: str) -> DownloadFile:
    return DownloadFile(name, title, here + name, edition.file(name).packed_bytes)


@blueprint.get(f"/{downloads.DESCRIPTOR}")
def descriptor() -> Response:
    node = current_node()
    document = downloads.descriptor(node, downloads.edition(node))
    return conditional(rendered("downloads", orjson.dumps(document, option=orjson.OPT_INDENT_2)), "application/json")


@blueprint.get("/<name>")
def file(name: str) -> Response:
    kind = downloads.BY_NAME.get(name)
    if kind is None:
        abort(404, "There is no such download.")
    node = current_node()
    edition = downloads.edition(node)
    written, path = edition.file(name), downloads.path_of(node, edition, name)
    if request.accept_encodings["gzip"] > 0:
        response = send_file(path, kind.media_type, conditional=True, etag=f"{written.sha256}-gzip")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(downloads.content(path), content_type=kind.media_type)
        response.content_length = written.bytes
        response.set_etag(written.sha256)
        response.make_conditional(request)
    response.vary.add("Accept-Encoding")
    response.last_modified = moment(edition.made_at)
    response.headers["Cache-Control"] = "no-cache"
    return response
