"""What people and machines meet over HTTP: pages, feeds and the API. Views are thin: parse, call one
service, render.
"""

from __future__ import annotations

from flask import current_app

from node.context import Node
from node.web.appearance.preview import preview_of


def current_node() -> Node:
    """The node that answers this request; in a preview, as it would be."""
    preview = preview_of()
    if preview is not None:
        return preview.node
    node: Node = current_app.extensions["sharefeed"]
    return node
