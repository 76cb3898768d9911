"""The real pages as they would be: any page of the site, answered with what is being prepared, for operators alone.

The request is answered a second time inside, from a place of its own below control. Every link that a page makes begins
there, so that whoever looks around stays in the preview, and no other visitor can come in. Nothing can be sent from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Response, abort, current_app, make_response, render_template, request
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue import board
from node.services.catalogue import search as searching
from node.services.configuration import appearance
from node.web import current_node
from node.web.appearance import preview
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.form_state import form_at
from node.web.inside import head
from node.web.security import let_us_frame, with_frames
from node.web.view_models.appearance import PreviewPage
from node.web.view_models.parts import Link

blueprint = guarded("preview")

PATH = "/control/preview"
BOARD_PATH = "/control/appearance/preview"
WIDTHS = ("320", "768", "full")
THEMES = ("light", "dark")
PAGES = ("home", "search", "listing", "category", "network")


@blueprint.get("/preview/<theme>/", defaults={"path": ""})
@blueprint.get("/preview/<theme>/<path:path>")
def page(theme: str, path: str) -> Response:
    if theme not in preview.THEMES or path.split("/")[0] in ("control", "desk"):
        abort(404)
    node, root = current_node(), request.script_root
    state = appearance.state(node)
    looked_at = preview.Preview(
        node=Node(appearance.prepared(node), node.database, node.clock),
        mark=state.draft.mark if state.draft else "",
        root=root,
        theme=theme,
        framed=request.headers.get("Sec-Fetch-Dest") == "iframe",
    )
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    environ |= {"SCRIPT_NAME": f"{root}{PATH}/{theme}", "PATH_INFO": f"/{path}".encode().decode("latin-1")}
    # An application context of its own as well: what was worked out for this request is not for that one.
    with current_app.app_context(), current_app.request_context({**environ, preview.ENVIRON: looked_at}):
        response = current_app.full_dispatch_request()
    let_us_frame(response)
    return response


@blueprint.get("/appearance/preview")
def sizes() -> Response:
    """The preview in a frame, in either theme and as narrow as on a phone."""
    node, state = current_node(), appearance.state(current_node())
    chosen = {
        "page": _one_of("page", PAGES),
        "theme": _one_of("theme", THEMES),
        "width": _one_of("width", WIDTHS),
    }
    paths = dict(_paths(node))
    path = paths.get(chosen["page"], paths["home"])
    view = PreviewPage(
        head=head(_("Preview")),
        control=control_frame(node, "appearance"),
        pages=_links(chosen, "page", {name: _words()[name] for name in PAGES if name in paths}),
        themes=_links(chosen, "theme", {name: _words()[name] for name in THEMES}),
        widths=_links(chosen, "width", {name: _words()[name] for name in WIDTHS}),
        frame_path=f"{request.script_root}{PATH}/{chosen['theme']}{path}",
        alone_path=f"{request.script_root}{PATH}/auto{path}",
        width=chosen["width"],
        publish=form_at("/control/appearance/publish", {"mark": state.draft.mark}) if state.draft else None,
    )
    response = make_response(render_template("control/preview.html", page=view))
    response.headers["Content-Security-Policy"] = with_frames(node.settings)
    return response


def _one_of(name: str, values: tuple[str, ...]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in values else values[0]


def _links(chosen: dict[str, str], name: str, words: dict[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(label, f"{request.script_root}{BOARD_PATH}?{urlencode({**chosen, name: value})}", chosen[name] == value)
        for value, label in words.items()
    )


def _words() -> dict[str, str]:
    return {
        "home": _("Home page"),
        "search": _("Search"),
        "listing": _("A listing"),
        "category": _("A category"),
        "network": _("The network"),
        "light": _("Light"),
        "dark": _("Dark"),
        "320": _("Phone"),
        "768": _("Tablet"),
        "full": _("Whole width"),
    }


def _paths(node: Node) -> Iterator[tuple[str, str]]:
    """The pages that there are to look at, by name: a listing and a category only if something is listed."""
    yield "home", "/"
    yield "search", "/search"
    yield "network", "/sources"
    for shown in board.newest(node, "offer", 1, 1):
        yield "listing", f"/listings/{shown.entry.key}"
    counted = searching.search(node, SearchRequest(limit=1))
    tree = next((facet.values for facet in counted.facets if facet.name == "category"), ())
    for value in sorted(tree, key=lambda value: -value.count)[:1]:
        yield "category", f"/categories/{value.value}"
