"""The pages of a static site, rendered by the templates that a running node uses. No request is answered here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, render_template
from jinja2 import StrictUndefined

from federation.facts import short_key
from node.context import Node
from node.services.syndication.static_site import FRONT_PAGE_LISTINGS, PAGE_END, StaticSite, front_page
from node.storage.catalogue import Shown
from node.storage.engine import Database
from node.web import static_files
from node.web.appearance.site import feed_links, site_of
from node.web.portal.cards import Paths
from node.web.portal.listing_page import (
    Scene,
    listing_page,
    organisation_box,
    organisation_page,
    pager_of,
    publisher_page,
)
from node.web.wording import filters
from node.web.wording.languages import install_words


def render(site: StaticSite) -> dict[str, bytes]:
    """Every page of the site by its path in the folder."""
    app = _application(site)
    # The request that never was tells the templates where the site stands, as a proxy's prefix would.
    with app.test_request_context("/", base_url=site.settings.url):
        scene = _scene(site)
        return {path: make().encode() for path, make in _makers(site, scene).items()}


def _application(site: StaticSite) -> Flask:
    app = Flask("node")
    app.jinja_env.undefined = StrictUndefined
    filters.install(app.jinja_env)
    static_files.install(app)
    install_words(app, site.settings)
    # Dates are worded by the day, so that the same day makes the same bytes. The database is never opened.
    node = Node(site.settings, Database("sqlite://"), lambda: site.now.replace(hour=12, minute=0, second=0))

    def known() -> dict[str, Any]:
        # Nobody is there to take a choice of language, or to let anybody in.
        return {"site": replace(site_of(node), language_switch=None, desk_path=None)}

    app.context_processor(known)
    return app


def _scene(site: StaticSite) -> Scene:
    root = urlsplit(site.settings.url).path.rstrip("/")
    paths = Paths(root, site.settings.url, site.settings.timezone, end=PAGE_END)
    return Scene(paths, feed_links(root), served=False)


def _makers(site: StaticSite, scene: Scene) -> dict[str, Callable[[], str]]:
    makers: dict[str, Callable[[], str]] = {}
    for shown in site.shown:
        makers[f"listings/{shown.entry.key}{PAGE_END}"] = partial(_listing, shown, scene)
    for slug in site.organisations:
        makers[f"organisations/{slug}{PAGE_END}"] = partial(_organisation, site, slug, scene)
    for number in range(1, _front_pages(site) + 1):
        makers[front_page(number)] = partial(_front, site, number, scene)
    return makers


def _front_pages(site: StaticSite) -> int:
    return max(1, math.ceil(len(site.shown) / FRONT_PAGE_LISTINGS))


def _listing(shown: Shown, scene: Scene) -> str:
    return render_template("portal/listing.html", page=listing_page(shown, scene))


def _organisation(site: StaticSite, slug: str, scene: Scene) -> str:
    organisation = site.organisations[slug]
    path = scene.paths.organisation(organisation.id, slug)
    page = organisation_page(organisation, _listings_of(site, organisation.id), path, scene)
    return render_template("portal/organisation.html", page=page)


def _listings_of(site: StaticSite, organisation_id: str) -> list[Shown]:
    key = short_key(organisation_id)
    return [shown for shown in site.shown if shown.entry.facts.organisation_key == key]


def _front(site: StaticSite, number: int, scene: Scene) -> str:
    settings = site.settings
    boxes = tuple(
        organisation_box(host, scene.paths.organisation(host.id, slug), scene.paths, len(_listings_of(site, host.id)))
        for slug, host in site.organisations.items()
    )
    start = (number - 1) * FRONT_PAGE_LISTINGS
    page = publisher_page(
        settings.node_name,
        settings.node_description,
        boxes,
        site.shown[start : start + FRONT_PAGE_LISTINGS],
        len(site.shown),
        pager_of(number, _front_pages(site), lambda n: f"{scene.paths.root}/{front_page(n) if n > 1 else ''}"),
        scene,
    )
    return render_template("publisher/home.html", page=page)
