"""The site as templates know it: its name, its words, where its maps begin, and what there is to follow."""

from __future__ import annotations

from babel import Locale
from flask import g, request

from node.context import Node
from node.settings import Settings
from node.web import words
from node.web.brand import BRAND_PATH, is_colour
from node.web.phrases import say as _
from node.web.view_model_parts import FeedLink, Image, Language, Link, MapSettings, Site
from schemas import atom_feed, json_feed

_HELD = "sharefeed_site"
MILES_COUNTRIES = frozenset(["GB", "US", "LR", "MM"])


def site_of(node: Node) -> Site:
    """The `Site` for the request that is being answered; made once for each."""
    held: Site | None = g.get(_HELD)
    if held is None:
        held = _site(node)
        setattr(g, _HELD, held)
    return held


def _site(node: Node) -> Site:
    settings, root = node.settings, request.script_root
    return Site(
        name=settings.node_name,
        now=node.clock(),
        map=_map(settings),
        home_path=f"{root}/",
        tagline=settings.tagline,
        network_name=settings.area_name,
        is_catalogue=settings.aggregate,
        timezone=settings.timezone,
        miles=settings.country in MILES_COUNTRIES,
        logo=_logo(settings, root),
        brand_colour=settings.brand_colour if is_colour(settings.brand_colour) else None,
        brand_css_path=root + BRAND_PATH if is_colour(settings.brand_colour) else None,
        search_path=f"{root}/search" if settings.aggregate else None,
        wanted_path=f"{root}/wanted" if settings.aggregate else None,
        network_path=f"{root}/sources" if settings.aggregate else None,
        propose_path=f"{root}/sources/propose" if settings.aggregate and settings.proposals else None,
        language=language_of(words.locale()),
        footer_links=_footer_links(root) if settings.aggregate else (),
        feeds=feed_links(root),
        licence=Link(settings.licence, f"https://spdx.org/licenses/{settings.licence}.html"),
    )


def feed_links(root: str) -> tuple[FeedLink, ...]:
    """The feeds of everything that this node publishes."""
    return (
        FeedLink("JSON Feed", f"{root}/feed.json", json_feed.MEDIA_TYPE),
        FeedLink("Atom", f"{root}/feed.atom", atom_feed.MEDIA_TYPE),
    )


def _footer_links(root: str) -> tuple[Link, ...]:
    return (
        Link(_("How it works"), f"{root}/how-it-works"),
        Link(_("Ideas for what to share"), f"{root}/ideas"),
        Link(_("Everything by kind"), f"{root}/categories"),
        Link(_("Take it with you"), f"{root}/downloads/"),
        Link(_("Accessibility"), f"{root}/accessibility"),
        Link(_("Privacy"), f"{root}/privacy"),
    )


def language_of(locale: Locale) -> Language:
    code = str(locale).replace("_", "-")
    return Language(code, locale.get_language_name() or code, "/", locale.text_direction == "rtl")


def _map(settings: Settings) -> MapSettings:
    return MapSettings(
        lat=settings.map_lat,
        lon=settings.map_lon,
        zoom=settings.map_zoom,
        tiles_url=settings.map_tiles or None,
        attribution=settings.map_attribution or None,
    )


def _logo(settings: Settings, root: str) -> Image | None:
    if not settings.logo:
        return None
    elsewhere = settings.logo.startswith(("http://", "https://"))
    return Image(settings.logo if elsewhere else f"{root}/{settings.logo.lstrip('/')}", settings.node_name)
