"""What surrounds each public page of the running node: where its pages are, its pictures, its feeds, its search."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from node.context import Node
from node.services.catalogue import shown as services
from node.storage.catalogue import Shown
from node.web.appearance.site import feed_links
from node.web.portal.cards import Paths, addresses_of
from node.web.portal.listing_page import Scene


def scene_of(node: Node, shown: Iterable[Shown], logo: str | None = None) -> Scene:
    """Where the pages of the running node are, with our copies of the pictures that these listings name, and a logo."""
    settings, root = node.settings, request.script_root
    wanted = addresses_of(shown) | ({logo} if logo else set())
    paths = Paths(root, settings.url, settings.timezone, copies=services.copies(node, wanted))
    search = f"{root}/search" if settings.aggregate else None
    return Scene(paths, feed_links(root), search, now=node.clock())
