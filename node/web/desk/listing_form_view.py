"""The pages on which a listing is written, as view models: what the form asks, what its words say, how it will look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import orjson
from babel import UnknownLocaleError
from flask import request
from flask_babel import gettext as _

from node.context import Node
from node.languages import locale_of, offered
from node.services.bookings.keeping import may_have_calendar
from node.services.catalogue import shown as services
from node.services.catalogue.shown import Found
from node.services.desk.drafts import Judged, count_drafts, pictures_of
from node.services.desk.event import GATHERINGS, ONCE, REPEATS
from node.services.desk.fields import FIELDS, GIVE, HELP, LEND, SIGNS
from node.services.desk.form import HERE, NEEDS, NOWHERE, Setting, action_of, category_of, is_told
from node.services.desk.guess import categories_for, condition_for, count_for
from node.services.desk.place import DOOR, PRECISIONS, key_of
from node.services.identity.members import Member
from node.services.listings import safety
from node.services.listings.publishing import OwnListing
from node.services.organisations import hosting
from node.services.pictures import uploads
from node.storage.catalogue import Shown
from node.storage.desk_drafts import DeskDraft
from node.web.desk.photo_form import photo_fields
from node.web.form_state import form_at
from node.web.inside import head
from node.web.portal.cards import card_of, moment, place_of
from node.web.portal.listing_page import QR_NAME, SHEET_NAME, listing_page
from node.web.portal.marked import marked_texts
from node.web.portal.often_shared import often_shared
from node.web.portal.scene import scene_of
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_listings import (
    DeskAsks,
    DeskFormPage,
    DeskGroup,
    DeskNewPage,
    DeskPreviewPage,
    DeskPublishedPage,
    DeskWay,
    DeskWords,
)
from node.web.view_models.desk_photos import PhotoFields
from node.web.view_models.listing import ListingPage
from node.web.view_models.parts import Choice, Link
from node.web.wording import words
from node.web.wording.code_words import category, word
from node.web.wording.said import plain
from schemas.event import NOT_NEEDED, SIGN_UP
from schemas.listing import load_listing
from schemas.place import Place
from schemas.vocabulary import CONDITIONS, categories, home_of, roots

BELONGS = "what-belongs-here"
MOST_IDEAS = 4


def new_page(node: Node, member: Member, frame: DeskFrame, root: str) -> DeskNewPage:
    base = f"{root}/desk/{member.slug}/listings"
    ways = tuple(DeskWay(sign, f"{base}/new/{sign}") for sign in SIGNS)
    waiting = count_drafts(node, member.organisation_id)
    return DeskNewPage(head(_("Share something")), frame, ways, waiting, f"{base}?state=drafts")


def form_page(
    node: Node,
    member: Member,
    draft: DeskDraft,
    setting: Setting,
    judged: Judged,
    errors: Mapping[str, str],
    frame: DeskFrame,
) -> DeskFormPage:
    path, typed = f"/desk/{member.slug}/drafts/{draft.id}", draft.typed
    editing = setting.known is not None and draft.key is not None
    chosen = typed.get("place") or _first_place(setting, typed)
    carried = {"sign": draft.sign, "key": draft.key or "", "base": str(draft.base), "place": chosen}
    form = form_at(path, {**typed, **carried}, errors)
    title = _("Change a listing") if editing else word(draft.sign, "sign_form")
    return DeskFormPage(
        head=head(title),
        desk=frame,
        form=form,
        sign=draft.sign,
        fields=frozenset(FIELDS[draft.sign]),
        categories=category_groups(),
        asks=asks_of(draft.sign, typed),
        words=words_of(node, member, judged),
        conditions=_choices("condition", CONDITIONS, typed.get("condition", "")),
        needs=_choices("need", NEEDS, typed.get("need") or GIVE),
        gatherings=_choices("gathering", GATHERINGS, typed.get("gathering") or HELP),
        repeats=_choices("repeat", REPEATS, typed.get("repeat") or ONCE),
        sign_ups=_choices("sign_up", SIGN_UP[::-1], typed.get("sign_up") or NOT_NEEDED),
        places=place_choices(setting, chosen),
        precisions=_choices("precision", tuple(PRECISIONS), typed.get("precision") or DOOR),
        languages=_languages(node, typed.get("language", "")),
        photos=_photos(node, member, draft),
        editing=Link(setting.known.title, f"{request.script_root}/listings/{draft.key}")
        if editing and setting.known
        else None,
        saved=moment(draft.saved_at) if draft.saved_at else None,
        saved_by=draft.saved_by,
        discard=form_at(path, {"then": "discard", "sign": draft.sign}) if draft.saved_at else None,
    )


def _first_place(setting: Setting, typed: Mapping[str, str]) -> str:
    """Where things of this organisation are as a rule, until somebody says that this one is somewhere else."""
    elsewhere = any(typed.get(name, "").strip() for name in ("place_name", "locality", "postcode", "lat", "lon"))
    return HERE if elsewhere or not setting.places else key_of(setting.places[0])


def _choices(vocabulary: str, codes: tuple[str, ...], selected: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, word(code, vocabulary), code == selected) for code in codes)


def place_choices(setting: Setting, chosen: str = "") -> tuple[Choice, ...]:
    """The places that were used before, somewhere else, and nowhere in particular."""
    known = setting.known.place if setting.known else None
    before = tuple(dict.fromkeys((*([known] if known else []), *setting.places)))
    usual = setting.organisation.place
    found = [
        Choice(key_of(one), place_line(one), key_of(one) == chosen, hint=_("where we are") if one == usual else None)
        for one in before
    ]
    found.append(Choice(HERE, _("Somewhere else"), chosen == HERE))
    found.append(Choice(NOWHERE, _("Nowhere in particular"), chosen == NOWHERE))
    return tuple(found)


def place_line(place: Place) -> str:
    """A place in one line, with how exactly it is told."""
    stated = {name: getattr(place, name) for name in ("name", "locality", "postcode", "country")}
    line = words.place_line(place_of(stated))
    return line or _("A point on the map")


def category_groups() -> tuple[DeskGroup, ...]:
    """Every category, under its root, as the reader calls them."""
    grouped: dict[str, list[Choice]] = {root.path: [] for root in roots()}
    for path, one in categories().items():
        grouped[one.root].append(Choice(path, category(path).plural))
    return tuple(DeskGroup(category(root).plural, tuple(choices)) for root, choices in grouped.items())


def asks_of(sign: str, typed: Mapping[str, str]) -> DeskAsks:
    """What is asked further about what was typed so far."""
    path, chosen = category_of(sign, typed), typed.get("category", "") in categories()
    guesses = categories_for(typed.get("title", ""), action_of(sign, typed))
    asks = DeskAsks(
        guesses=tuple(Choice(guess, category(guess).plural, guess == path) for guess in guesses),
        guessed=category(path).plural if path and not chosen else None,
        condition=_guessed_condition(sign, typed),
        count=_guessed_count(sign, typed),
    )
    if sign not in (GIVE, LEND) or not path:
        return asks
    question, home = safety.question_of(path), home_of(path)
    answers = safety.answers_of(question) if question else ()
    given = typed.get("check", "")
    return replace(
        asks,
        question=question,
        answers=tuple(_answer(f"{question}.{answer}", given) for answer in answers),
        food=question == "food",
        recall=safety.asks_recall(path),
        weight_kg=home.weight_kg if home else None,
    )


def _guessed_condition(sign: str, typed: Mapping[str, str]) -> str | None:
    if "condition" not in FIELDS[sign] or typed.get("condition"):
        return None
    return condition_for(f"{typed.get('title', '')} {typed.get('text', '')}")


def _guessed_count(sign: str, typed: Mapping[str, str]) -> int | None:
    if "count" not in FIELDS[sign] or typed.get("count", "").strip():
        return None
    return count_for(typed.get("title", ""))


def _answer(code: str, given: str) -> Choice:
    return Choice(code, word(code, "check"), code == given)


def words_of(node: Node, member: Member, judged: Judged) -> DeskWords:
    """What is said about the words of a draft; nothing where they are free of doubt."""
    if not judged.doubts:
        return DeskWords()
    root = request.script_root
    return DeskWords(
        refused=judged.refused,
        reasons=tuple(plain(problem.message) for problem in judged.doubts),
        texts=marked_texts(judged.read.item, judged.doubts),
        ideas=_ideas(node, member, root),
        belongs_path=f"{root}/{BELONGS}" if node.settings.aggregate else None,
        here=node.settings.aggregate,
    )


def _ideas(node: Node, member: Member, root: str) -> tuple[Link, ...]:
    """What such organisations share: from the catalogue where it knows, else what is often shared elsewhere."""
    host = hosting.organisation(node, member.slug)
    type_ = host.organisation.type if host else ""
    if node.settings.aggregate:
        from node.search.errors import IndexUnavailableError
        from node.services.catalogue.ideas import idea

        try:
            found = idea(node, type_)
        except IndexUnavailableError:
            found = None
        if found is not None and found.examples:
            shown = found.examples[:MOST_IDEAS]
            return tuple(Link(one.entry.facts.title, f"{root}/listings/{one.entry.key}") for one in shown)
    return tuple(Link(thing, "") for thing in often_shared().get(type_, ()))


def _languages(node: Node, chosen: str) -> tuple[Choice, ...]:
    codes = dict.fromkeys((*offered(node.settings), *((chosen,) if chosen else ())))
    selected = chosen or node.settings.language
    if len(codes) < 2:
        return ()
    return tuple(Choice(code, _name_of(code), code == selected) for code in codes)


def _name_of(code: str) -> str:
    """A language as it calls itself; its code where it is not known."""
    try:
        return (locale_of(code).display_name or code).capitalize()
    except (ValueError, UnknownLocaleError):
        return code


def _photos(node: Node, member: Member, draft: DeskDraft) -> PhotoFields:
    images = pictures_of(draft.images)
    paths = replace(scene_of(node, ()).paths, copies=services.copies(node, [image.url for image in images]))
    return photo_fields(node, member, uploads.of_images(node, images), paths)


def preview_page(node: Node, draft: DeskDraft, shown: Shown, judged: Judged, root: str) -> DeskPreviewPage:
    """The very page that visitors will see, with what leads nowhere yet left out, and the desk's bar above it."""
    from node.services.impact import factors
    from node.web.impact.effect import of_listing

    scene = scene_of(node, [shown])
    page = listing_page(shown, scene)
    page = replace(page, effect=of_listing(page, shown.entry.facts, factors.of(node.settings), root))
    here = f"{root}/desk/{slug_of(draft.organisation_id, node)}/drafts/{draft.id}"
    path = here.removeprefix(root)
    card = replace(page.card, path=f"{here}/preview")
    unasked = _unasked(node, draft.organisation_id)
    if not unasked and page.ask_url is None:
        # There is no form yet: what leads there leads to itself.
        way = f"{here}/preview#ask-title"
        page = replace(page, ask_path=way, asked_path=way, ask_as_path=way)
    seen = {one.name: getattr(page, one.name) for one in fields(ListingPage)}
    # What it is about is not public yet: its page asks nobody to pass it on, to report it or to be told of it.
    hidden: dict[str, Any] = {"sharing": None, "report_path": None, "alert_path": None, "own_path": None, "card": card}
    if page.event is not None:
        hidden["event"] = replace(page.event, calendar_path=None)
    return DeskPreviewPage(
        **{**seen, **hidden, "head": head(page.head.title)},
        back_path=here,
        publish=form_at(f"{path}/publish", {"then": "appeal" if judged.refused else "publish"}),
        words=DeskWords(
            judged.refused,
            tuple(plain(problem.message) for problem in judged.doubts),
            here=node.settings.aggregate,
        ),
        editing=draft.key is not None,
        unasked="" if is_told(load_listing(orjson.loads(shown.entry.item))) else unasked,
    )


def _unasked(node: Node, organisation_id: str) -> str:
    """Why people cannot ask on the page of what an organisation shares; empty where they can."""
    from node.services.exchanges.asking import takes_requests
    from node.services.mail.mail_settings import can_mail

    if not can_mail(node.settings):
        return "mail"
    return "" if takes_requests(node, organisation_id) else "closed"


def slug_of(organisation_id: str, node: Node) -> str:
    """What the desk of an organisation of ours is called in addresses."""
    return organisation_id.removeprefix(f"{node.settings.url}organisations/")


def _is_booked(row: OwnListing) -> bool:
    """Whether people book it, and do not just come."""
    return may_have_calendar(row.item()) and row.listing().event is None


def published_page(node: Node, row: OwnListing, frame: DeskFrame, root: str, doubted: bool) -> DeskPublishedPage | None:
    """What was just published; None where it is not shown."""
    found = services.listing(node, row.key)
    if not isinstance(found, Found):
        return None
    scene = scene_of(node, [found.shown])
    card = card_of(found.shown, scene.paths)
    slug = slug_of(row.organisation_id, node)
    base = f"{root}/desk/{slug}/listings"
    return DeskPublishedPage(
        head=head(_("It is online")),
        desk=frame,
        card=card,
        url=scene.address(card.path),
        path=card.path,
        qr_path=f"{card.path}/{QR_NAME}",
        sheet_path=f"{card.path}/{SHEET_NAME}",
        edit_path=f"{base}/{row.key}/edit",
        new_path=f"{base}/new",
        list_path=base,
        duplicate=form_at(f"{base.removeprefix(root)}/{row.key}/duplicate"),
        doubted=doubted,
        here=node.settings.aggregate,
        calendar_path=f"{base}/{row.key}/calendar" if _is_booked(row) else None,
        unasked="" if is_told(row.listing()) else _unasked(node, row.organisation_id),
    )
