"""The site as templates know it: its name, its words, where its maps begin, and what there is to follow."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from flask import g, request

from node.context import Node
from node.languages import base, locale_of, offered
from node.services.catalogue.distances import in_miles
from node.services.pictures.logos import parts_of
from node.settings import Settings
from node.web.appearance.brand import is_colour, shades
from node.web.appearance.brand_files import BRAND_PATH, ICON_PATH, app_icon_path, versioned
from node.web.appearance.preview import Preview, preview_of
from node.web.form_state import form_at
from node.web.view_models.parts import (
    FeedLink,
    Image,
    Language,
    LanguageSwitch,
    Link,
    MapSettings,
    PreviewBar,
    Site,
)
from node.web.wording import languages, words
from node.web.wording.phrases import say as _
from schemas import atom_feed, json_feed

_HELD = "sharefeed_site"
PUBLISH_PATH = "/control/appearance/publish"
_THEMES = {"auto": "system", "light": "light", "dark": "dark"}


def site_of(node: Node) -> Site:
    """The `Site` for the request that is being answered; made once for each."""
    held: Site | None = g.get(_HELD)
    if held is None:
        held = _site(node)
        setattr(g, _HELD, held)
    return held


def _site(node: Node) -> Site:
    settings, root, preview = node.settings, request.script_root, preview_of()
    light, dark = shades(settings.brand_colour) if is_colour(settings.brand_colour) else (None, None)
    return Site(
        name=settings.node_name,
        now=node.clock(),
        map=_map(settings),
        home_path=f"{root}/",
        tagline=settings.tagline,
        network_name=settings.area_name,
        timezone=settings.timezone,
        miles=in_miles(settings),
        logo=_logo(settings, root),
        brand_colour=light.colour if light else None,
        brand_colour_dark=dark.colour if dark else None,
        brand_css_path=versioned(root + BRAND_PATH, settings),
        icon_path=versioned(root + ICON_PATH, settings),
        touch_icon_path=app_icon_path("apple-touch-icon.png", settings) if settings.aggregate else None,
        theme=_THEMES[preview.theme] if preview else "system",
        preview=_bar(preview) if preview else None,
        contact_line=settings.contact_line,
        footer_note=settings.footer_note,
        search_path=f"{root}/search" if settings.aggregate else None,
        suggest_path=f"{root}/api/v1/suggestions" if settings.aggregate else None,
        wanted_path=f"{root}/wanted" if settings.aggregate else None,
        network_path=f"{root}/sources" if settings.aggregate else None,
        propose_path=f"{root}/sources/propose" if settings.aggregate and settings.proposals else None,
        desk_path=None if preview else f"{root}/desk/",
        manifest_path=f"{root}/manifest.webmanifest" if settings.aggregate and not preview else None,
        worker_path=f"{root}/service-worker.js" if settings.aggregate and keeps_pages(settings) else None,
        language=language_of(words.locale()),
        own_language=settings.language,
        language_switch=None if preview else _switch(settings, root),
        footer_links=_footer_links(root, keeps_pages(settings)) if settings.aggregate else (),
        feeds=feed_links(root),
        licence=Link(settings.licence, f"https://spdx.org/licenses/{settings.licence}.html"),
    )


def keeps_pages(settings: Settings) -> bool:
    """Whether browsers may keep this site's pages for reading without a connection; never those of a preview."""
    return bool(settings.offline_reading) and preview_of() is None


def _bar(preview: Preview) -> PreviewBar:
    return PreviewBar(
        publish=form_at(PUBLISH_PATH, {"mark": preview.mark}, root=preview.root) if preview.mark else None,
        back_path=f"{preview.root}/control/appearance",
        sizes_path=f"{preview.root}/control/appearance/preview",
        framed=preview.framed,
    )


def feed_links(root: str) -> tuple[FeedLink, ...]:
    """The feeds of everything that this node publishes."""
    return (
        FeedLink("JSON Feed", f"{root}/feed.json", json_feed.MEDIA_TYPE),
        FeedLink("Atom", f"{root}/feed.atom", atom_feed.MEDIA_TYPE),
    )


def _footer_links(root: str, offline: bool) -> tuple[Link, ...]:
    kept = (Link(_("Kept on this device"), f"{root}/offline"),) if offline else ()
    return (
        Link(_("How it works"), f"{root}/how-it-works"),
        Link(_("What sharing achieves"), f"{root}/impact"),
        Link(_("Ideas for what to share"), f"{root}/ideas"),
        Link(_("Everything by kind"), f"{root}/categories"),
        Link(_("Take it with you"), f"{root}/downloads/"),
        Link(_("For programs"), f"{root}/api/"),
        Link(_("Accessibility"), f"{root}/accessibility"),
        Link(_("Privacy"), f"{root}/privacy"),
        *kept,
    )


def language_of(locale: Locale) -> Language:
    """The language of the page that is being answered."""
    code = str(locale).replace("_", "-")
    return Language(code, name_of(code), locale.text_direction == "rtl", current=True)


@lru_cache
def name_of(code: str) -> str:
    """What a language calls itself: "Polski"."""
    name = locale_of(code).get_language_name() or code
    return name[:1].upper() + name[1:]


def _switch(settings: Settings, root: str) -> LanguageSwitch | None:
    """The choice among the languages that are offered; None where there is nothing to choose."""
    codes = offered(settings)
    if len(codes) == 1:
        return None
    return LanguageSwitch(root + languages.PATH, languages.here(), _choices(codes, words.locale().language))


@lru_cache
def _choices(codes: tuple[str, ...], now: str) -> tuple[Language, ...]:
    known = (Language(code, name_of(base(code)), current=base(code) == now) for code in codes)
    return tuple(sorted(known, key=lambda one: one.name))


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
    path = settings.logo if elsewhere else f"{root}/{settings.logo.lstrip('/')}"
    ours = parts_of(settings.logo)
    return Image(path, settings.node_name, *((ours.width, ours.height) if ours else ()))
