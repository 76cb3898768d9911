"""What people and machines meet over HTTP: pages, feeds and the API. Views are thin: parse, call one
service, render.
"""

from __future__ import annotations

from flask import current_app

from node.context import Node


def current_node() -> Node:
    """The node that answers this request."""
    node: Node = current_app.extensions["sharefeed"]
    return node
