"""The web application of one node, put together. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from node.context import Node
from node.services.configuration.setup import check_settings
from node.services.mail.mail_settings import open_mailbox
from node.settings import Settings
from node.web import compression, current_node, errors, feeds, filters, languages, security, static_files
from node.web.numbers import RowNumber
from node.web.routes import LateRule
from node.web.site import site_of

WEB_MODULES = (
    "node.web.feeds",
    "node.web.brand_files",
    "node.web.pages",
    "node.web.asking",
    "node.web.asking_as",
    "node.web.asked",
    "node.web.asked_already",
    "node.web.meeting",
    "node.web.inbox",
    "node.web.media",
    "node.web.qr",
    "node.web.calendars",
    "node.web.events",
    "node.web.stories",
    "node.web.listings_api",
    "node.web.bookings_api",
    "node.web.requests_api",
    "node.web.sheets",
    "node.web.recognition",
    "node.web.open_badges",
    "node.web.effects",
    "node.web.languages",
    "node.web.embed",
    "node.web.embed_maker",
    "node.web.oembed",
    "node.web.desk",
)
AGGREGATOR_MODULES = (
    "node.web.organisations_found",
    "node.web.portal",
    "node.web.photos",
    "node.web.search_feeds",
    "node.web.downloads",
    "node.web.dashboard",
    "node.web.manifest",
    "node.web.offline",
    "node.web.wanted",
    "node.web.wishing",
    "node.web.categories",
    "node.web.about_pages",
    "node.web.sources",
    "node.web.proposing",
    "node.web.reporting",
    "node.web.story_reports",
    "node.web.alerts",
    "node.web.alert_manage",
    "node.web.alert_stop",
    "node.web.control",
    "node.web.api",
    "node.web.api_docs",
)
"""Modules with a ``blueprint``. One whose requests carry no form, only JSON, also says ``without_csrf = True``."""
MAILBOX = "node.web.mailbox"
"""Only where mails are kept for everyone at this machine, whatever kind of node that is."""


class _Json(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """What stands there. What is nested too deeply to be read is no JSON of ours: `ValueError`, as for nonsense."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("This is nested too deeply.") from error


class _Application(Flask):
    json_provider_class = _Json
    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is. Flask looks thirty hooks over for coroutines, for every request; none is one."""
        return func


def create_app(node: Node) -> Flask:
    """The application that answers for ``node``. Raises `SettingError` for settings that it cannot run with."""
    check_settings(node.settings)
    app = _Application("node")
    app.config.from_mapping(security.configuration(node.settings))
    app.extensions["sharefeed"] = node
    app.url_map.converters["int"] = RowNumber
    compression.install(app)
    security.install(app, node.settings)
    static_files.install(app)
    errors.install(app)
    if node.settings.aggregate:
        _install_api_rules(app, node.settings)
    _install_templates(app, node)
    languages.install(app)
    feeds.prepare(app)
    _register(app, CSRFProtect(app), node.settings)
    return app


def _install_api_rules(app: Flask, settings: Settings) -> None:
    from node.web import api_rules, limits

    limits.install(app, settings)
    api_rules.install(app)


def _install_templates(app: Flask, node: Node) -> None:
    app.jinja_env.undefined = StrictUndefined
    filters.install(app.jinja_env)
    languages.install_words(app, node.settings, languages.locale_of_request)

    def site() -> dict[str, Any]:
        return {"site": site_of(current_node())}

    app.context_processor(site)


def _register(app: Flask, csrf: CSRFProtect, settings: Settings) -> None:
    more = AGGREGATOR_MODULES if settings.aggregate else ()
    for name in (*WEB_MODULES, *more, *((MAILBOX,) if open_mailbox(settings) else ())):
        module = import_module(name)
        app.register_blueprint(module.blueprint)
        if getattr(module, "without_csrf", False):
            csrf.exempt(module.blueprint)
