"""The desk: where an organisation's staff keep what it shares.

All of it needs an account but signing in. What is about one organisation stands under its slug and is only there for
its members. Every answer is kept out of caches and search engines; every change is a POST with a token.
"""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

from node.web.desk import passkeys
from node.web.inside import keep_private

PARTS = (
    "signing_in",
    "resetting",
    "account",
    "address",
    "leaving",
    "codes",
    "passkeys",
    "invitation",
    "home",
    "health",
    "profile",
    "listing_form",
    "listings",
    "bulk",
    "members",
    "log",
    "tokens",
    "photos",
    "importing",
    "reminded",
    "own",
    "printing",
    "recognition",
    "exporting",
    "moving",
    "bringing",
    "calendar",
    "booking",
    "calendar_settings",
    "requests",
    "giving",
    "stories",
    "asking",
)
"""The modules here that have a ``blueprint``."""

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
for _part in PARTS:
    blueprint.register_blueprint(import_module(f"{__name__}.{_part}").blueprint)
blueprint.register_blueprint(passkeys.door)
blueprint.after_request(keep_private)
