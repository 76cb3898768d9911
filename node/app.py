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
from node.web import compression, current_node, errors, feeds, security, static_files
from node.web.appearance.site import site_of
from node.web.numbers import RowNumber
from node.web.routes import LateRule
from node.web.wording import filters, languages

WEB_MODULES = (
    "node.web.feeds",
    "node.web.appearance.brand_files",
    "node.web.portal.pages",
    "node.web.exchanges.asking",
    "node.web.exchanges.asking_as",
    "node.web.exchanges.asked",
    "node.web.exchanges.asked_already",
    "node.web.exchanges.meeting",
    "node.web.inbox",
    "node.web.portal.media",
    "node.web.portal.qr",
    "node.web.portal.calendars",
    "node.web.portal.events",
    "node.web.stories.views",
    "node.web.api.listings",
    "node.web.api.bookings",
    "node.web.api.requests",
    "node.web.portal.sheets",
    "node.web.impact.recognition",
    "node.web.impact.open_badges",
    "node.web.impact.views",
    "node.web.wording.languages",
    "node.web.embedding.frame",
    "node.web.embedding.maker",
    "node.web.embedding.oembed",
    "node.web.desk",
)
AGGREGATOR_MODULES = (
    "node.web.portal.organisations_found",
    "node.web.portal.catalogue",
    "node.web.portal.photos",
    "node.web.searching.feeds",
    "node.web.portal.downloads",
    "node.web.dashboard.views",
    "node.web.appearance.manifest",
    "node.web.offline",
    "node.web.portal.wanted",
    "node.web.portal.wishing",
    "node.web.portal.categories",
    "node.web.portal.about_pages",
    "node.web.portal.sources",
    "node.web.portal.proposing",
    "node.web.portal.reporting",
    "node.web.stories.reports",
    "node.web.alerts.subscribing",
    "node.web.alerts.managing",
    "node.web.alerts.stopping",
    "node.web.control",
    "node.web.api.reading",
    "node.web.api.docs",
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
    from node.web import limits
    from node.web.api import rules as api_rules

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
