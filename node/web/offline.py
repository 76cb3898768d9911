"""Reading without a connection: the service worker with its settings, and the page that lists what a device has kept.

What may be kept is decided here, by path, and is public: pages that look the same to everyone and hold no form's token.
Nothing under ``/control`` or ``/desk``, no link from a mail, no search around the point where somebody stands.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, abort, current_app, render_template, request

from node.context import Node
from node.services.syndication.feeds import Rendered, rendered
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.conditional import conditional
from node.web.portal.scene import scene_of
from node.web.static_files import address_of
from node.web.view_models.parts import Site
from node.web.view_models.portal import OfflinePage
from node.web.wording.phrases import say as _

blueprint = Blueprint("offline", __name__)

WORKER_PATH, PAGE_PATH = "service-worker.js", "offline"
KEPT = r"^/(?:$|search$|wanted$|categories(?:/.*)?$|listings/[^/]+$|organisations/[^/]+$)"
"""Pages that may be kept, as a pattern that Python and JavaScript read alike."""
NEVER_WITH = ("lat", "lon")
"""Parameters of addresses that are not kept: they say where their reader is."""
MOST_PAGES, MOST_PICTURES, MOST_DAYS = 60, 60, 30
_HELD, _MOST_HELD = "sharefeed.workers", 50
PATIENCE_MS = 6000
"""For how long a page that is kept is waited for before the kept one is shown."""
_SHELL = ("css/*.css", "js/*.js", "*.svg")
_NOT_IN_IT = re.compile(
    r"css/(?:api|control|desk|embed|map|print)\.css|js/(?:api|appearance|desk-.*|embed.*|map|service-worker.*|told)\.js"
)
"""What only pages need that are not kept, or that is looked at only with a connection."""


@blueprint.get(f"/{WORKER_PATH}")
def worker() -> Response:
    """The worker behind one line with what it needs to know; with other files it is another one, and takes over."""
    node = current_node()
    name = "service-worker.js" if node.settings.offline_reading else "service-worker-retired.js"
    source = (Path(current_app.static_folder or "") / "js" / name).read_bytes()
    response = conditional(_made(source, site_of(node).lasting), "text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _made(source: bytes, site: Site) -> Rendered:
    """The worker for a site in one language, made once: browsers ask for it after every page."""
    held: dict[tuple[bytes, Site], Rendered] = current_app.extensions.setdefault(_HELD, {})
    if (source, site) not in held:
        if len(held) >= _MOST_HELD:
            held.clear()
        held[source, site] = rendered(
            "worker", b"const settings = " + orjson.dumps(_told(source, site)) + b";\n" + source
        )
    return held[source, site]


def _told(source: bytes, site: Site) -> dict[str, Any]:
    root, shell = request.script_root, _shell(site)
    page = render_template("portal/offline.html", page=page_of(current_node()))
    # The page names every file of the frame by its content, and speaks the reader's language.
    version = hashlib.sha256(b"\0".join([source, page.encode(), *(path.encode() for path in shell)])).hexdigest()[:16]
    return {
        "version": version,
        "root": root,
        "offline": f"{root}/{PAGE_PATH}",
        "shell": shell,
        "kept": KEPT,
        "never": NEVER_WITH,
        "pages": MOST_PAGES,
        "pictures": MOST_PICTURES,
        "days": MOST_DAYS,
        "patience": PATIENCE_MS,
    }


def _shell(site: Site) -> list[str]:
    folder, prefix = Path(current_app.static_folder or ""), request.script_root + (current_app.static_url_path or "")
    names = sorted(path.relative_to(folder).as_posix() for shape in _SHELL for path in folder.glob(shape))
    own = (path for path in (site.brand_css_path, site.icon_path) if path)
    return [*(address_of(folder, prefix, name) for name in names if not _NOT_IN_IT.fullmatch(name)), *own]


@blueprint.get(f"/{PAGE_PATH}")
def page() -> str:
    if not current_node().settings.offline_reading:
        abort(404)
    return render_template("portal/offline.html", page=page_of(current_node()))


def page_of(node: Node) -> OfflinePage:
    scene = scene_of(node, ())
    here = scene.address(f"{scene.paths.root}/{PAGE_PATH}")
    return OfflinePage(scene.head(_("Kept on this device"), "", here), MOST_PAGES, MOST_PICTURES, MOST_DAYS)
