"""What the operator sees and does: what waits, proposals, sources, how the node looks.

All of it needs a session but signing in. Every answer is kept out of caches and search engines; every change is a POST
with a token.
"""

from __future__ import annotations

from flask import Blueprint

from node.web.control import (
    appearance,
    mailbox,
    overview,
    preview,
    proposals,
    queue,
    reported,
    signing_in,
    sources,
    stories,
)
from node.web.inside import keep_private

blueprint = Blueprint("control", __name__, url_prefix="/control")
for _part in (signing_in, overview, proposals, queue, reported, sources, stories, mailbox, appearance, preview):
    blueprint.register_blueprint(_part.blueprint)
blueprint.after_request(keep_private)
