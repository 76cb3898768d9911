"""The pages about the appearance as view models. Reads no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import request
from flask_babel import gettext as _

from node.context import Node
from node.services.catalogue.distances import MILES_COUNTRIES
from node.services.configuration import appearance
from node.services.configuration.appearance import SETTINGS_ALONE, State
from node.services.configuration.appearance_form import NAMES, UNITS, written
from node.services.pictures.logos import parts_of
from node.settings import Settings
from node.storage.appearances import Version
from node.web.appearance.brand import BUILT_IN, DARK_PAPER, LIGHT_PAPER, MIN_CONTRAST, Shade, is_colour, shades
from node.web.control.preview import BOARD_PATH, PATH
from node.web.form_state import form_at
from node.web.inside import head
from node.web.portal.cards import moment
from node.web.security import MAX_BODY_BYTES
from node.web.view_models.appearance import (
    AppearancePage,
    ColourVerdict,
    LogoPage,
    ShadeSample,
    ValueSource,
    VersionRow,
)
from node.web.view_models.control import ControlFrame
from node.web.view_models.parts import Choice, Form, Image
from node.web.wording import words

BACK_PATH = "/control/appearance/back"
LONGEST_SETTING = 120
_PAGE_INKS = ("#1d2a24", "#ecefe9")


def appearance_page(node: Node, state: State, form: Form, control: ControlFrame, session: str) -> AppearancePage:
    """The page with this form on it; ``session`` is the name of the one who looks."""
    configured, draft = appearance.configured(node), state.draft
    typed_colour = form.typed.get("brand_colour", "")
    published = state.published.values if state.published else {}
    return AppearancePage(
        head=head(_("Appearance")),
        control=control,
        form=form,
        sources={name: source_of(name, state.values, configured) for name in NAMES},
        verdict=verdict(typed_colour if is_colour(typed_colour) else ""),
        units=_units(form.typed.get("units", ""), configured),
        language=_language(configured.language),
        preview_path=request.script_root + BOARD_PATH,
        colour_path=f"{request.script_root}/control/appearance/colour",
        points_path=f"{request.script_root}/search.geojson",
        logo=logo_of(appearance.prepared(node)),
        draft_at=moment(draft.saved_at) if draft else None,
        draft_by=draft.saved_by if draft else "",
        draft_mine=bool(draft and draft.saved_by == session),
        draft_changed=appearance.changed_names(draft.values, published) if draft else (),
        publish=form_at("/control/appearance/publish", {"mark": draft.mark}) if draft else None,
        discard=form_at("/control/appearance/discard", {"mark": draft.mark}) if draft else None,
        undo=_back(state, state.before),
        settings_alone=_back(state, SETTINGS_ALONE) if published and state.before != SETTINGS_ALONE else None,
        history=_history(state, session),
    )


def _language(code: str) -> str:
    """What a language is called in the reader's own."""
    try:
        return Locale.parse(code, sep="-").get_language_name(words.locale()) or code
    except (ValueError, UnknownLocaleError):
        return code


def source_of(name: str, values: Mapping[str, Any], configured: Settings) -> ValueSource:
    """Where the value of a field comes from."""
    setting = words.clip(written(getattr(configured, name)), LONGEST_SETTING)
    return ValueSource(name in values, setting)


def _back(state: State, to: int | None) -> Form | None:
    if state.published is None or to is None:
        return None
    return form_at(BACK_PATH, {"to": str(to), "basis": str(state.published.id)})


def _history(state: State, session: str) -> tuple[VersionRow, ...]:
    rows = []
    for index, version in enumerate(state.history):
        before = state.history[index + 1] if index + 1 < len(state.history) else None
        rows.append(_row(state, version, before, session))
    return tuple(rows)


def _row(state: State, version: Version, before: Version | None, session: str) -> VersionRow:
    current = version == state.published
    return VersionRow(
        at=moment(version.published_at),
        by=version.published_by,
        mine=version.published_by == session,
        current=current,
        changed=appearance.changed_names(version.values, before.values if before else {}),
        back_to=moment(version.back_to) if version.back_to else None,
        to_settings=version.back_to == SETTINGS_ALONE,
        restore=None if current else _back(state, version.id),
    )


def _units(typed: str, configured: Settings) -> tuple[Choice, ...]:
    usual = _("miles") if configured.country in MILES_COUNTRIES else _("kilometres")
    labels = {
        "": _("As is usual in the country: %(units)s", units=usual),
        "miles": _("Miles"),
        "km": _("Kilometres"),
    }
    return tuple(Choice(value, labels[value], value == typed) for value in UNITS)


def verdict(colour: str) -> ColourVerdict:
    """What becomes of a colour; of the built-in one where it is empty."""
    papers = (("light", LIGHT_PAPER), ("dark", DARK_PAPER))
    made = shades(colour) if colour else BUILT_IN
    samples = (
        _sample(theme, shade, paper, ink, colour)
        for (theme, paper), shade, ink in zip(papers, made, _PAGE_INKS, strict=True)
    )
    return ColourVerdict(colour, tuple(samples), MIN_CONTRAST)


def _sample(theme: str, shade: Shade, paper: str, page_ink: str, given: str) -> ShadeSample:
    return ShadeSample(
        theme=theme,
        colour=shade.colour,
        ink=shade.ink,
        paper=paper,
        page_ink=page_ink,
        on_page=_rounded_down(shade.on_page),
        under_text=_rounded_down(shade.under_text),
        moved=bool(given) and shade.colour != given.lower(),
    )


def _rounded_down(ratio: float) -> float:
    """To one place, and never up: what falls short must not read as if it did not."""
    return int(ratio * 10) / 10


def logo_page(node: Node, state: State, form: Form, control: ControlFrame) -> LogoPage:
    return LogoPage(
        head=head(_("Logo")),
        control=control,
        form=form,
        source=source_of("logo", state.values, appearance.configured(node)),
        back_path=f"{request.script_root}/control/appearance",
        logo=logo_of(appearance.prepared(node)),
        most_kb=MAX_BODY_BYTES // 1000 // 100 * 100,
    )


def logo_of(settings: Settings) -> Image | None:
    """The logo in preparation, where a preview serves it."""
    if not settings.logo:
        return None
    ours = parts_of(settings.logo)
    if settings.logo.startswith(("http://", "https://")):
        return Image(settings.logo, settings.node_name)
    root = f"{request.script_root}{PATH}/auto" if ours else request.script_root
    sizes = (ours.width, ours.height) if ours else ()
    return Image(f"{root}/{settings.logo.lstrip('/')}", settings.node_name, *sizes)
