"""Renders templates as the real application does, with undefined names as errors, and reads the result as a tree."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask_babel import Babel
from jinja2 import StrictUndefined
from lxml import html

from node.web import static_files
from node.web.view_models import all_pages as vm
from node.web.wording import filters, words
from tests.node.web import view_model_factories as make
from tests.node.web import view_model_pages as pages

NODE = Path(words.__file__).parents[2]
TEMPLATES = NODE / "templates"
STATIC = NODE / "static"

FLAVOURS = {"full": pages.FULL, "minimal": pages.MINIMAL, "hostile": pages.HOSTILE}
NAMES = [(flavour, name) for flavour, shown in FLAVOURS.items() for name in shown]


@cache
def application() -> Flask:
    """A bare application with our templates, our words and nothing else."""
    app = Flask("node", root_path=str(NODE))
    app.jinja_env.undefined = StrictUndefined
    Babel(app, default_locale="en_GB")
    filters.install(app.jinja_env)
    static_files.install(app)
    return app


def site_for(flavour: str) -> vm.Site:
    if flavour == "hostile":
        return pages.HOSTILE_SITE
    return make.bare_site() if flavour == "minimal" else make.site()


def render(template: str, page: Any, site: vm.Site) -> str:
    with application().test_request_context("/"):
        return render_template(template, page=page, site=site)


@cache
def text_of(flavour: str, name: str) -> str:
    template, page = FLAVOURS[flavour][name]
    return render(template, page, site_for(flavour))


@cache
def tree_of(flavour: str, name: str) -> html.HtmlElement:
    return html.document_fromstring(text_of(flavour, name))
