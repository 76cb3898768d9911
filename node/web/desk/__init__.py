"""The desk: where an organisation's staff keep what it shares.

All of it needs an account but signing in. What is about one organisation stands under its slug and is only there for
its members. Every answer is kept out of caches and search engines; every change is a POST with a token.
"""

from __future__ import annotations

from flask import Blueprint

from node.web.desk import account, home, photos, signing_in
from node.web.inside import keep_private

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
for _part in (signing_in, account, home, photos):
    blueprint.register_blueprint(_part.blueprint)
blueprint.after_request(keep_private)
