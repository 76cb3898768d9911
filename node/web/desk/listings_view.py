"""The list of an organisation's listings, its drafts, and the history of one, as view models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from node.context import Node
from node.services.desk import drafts as desk_drafts
from node.services.desk import listings
from node.services.desk.fields import SHARED
from node.services.desk.listings import Change
from node.services.identity.members import EDITOR, Member
from node.services.listings import board_reports
from node.services.listings.publishing import OwnListing
from node.services.moderation import own_words
from node.storage.desk_drafts import DeskDraft
from node.storage.listings import LIVE, PAUSED, STATES, Filter
from node.storage.own_rulings import OwnRuling
from node.web.desk import undoing
from node.web.desk.listing_form_view import category_groups, place_choices
from node.web.form_state import form_at
from node.web.inside import head, pager
from node.web.portal.cards import Paths, moment, pictures_of
from node.web.portal.scene import scene_of
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_listings import (
    DeskBoardWord,
    DeskDifference,
    DeskDraftRow,
    DeskHistoryPage,
    DeskListingsPage,
    DeskRow,
    DeskRuling,
    DeskVersion,
)
from node.web.view_models.parts import Choice
from node.web.wording.code_words import category, word
from schemas.canonical import EXTENSION
from schemas.records import dataclass
from schemas.vocabulary import roots

DRAFTS = "drafts"
REASONS = ("given", "withdrawn", "removed")
SOON_S = 7 * 86_400
MOST_DRAFTS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Which listings are looked at: ``tab`` is their state, or `DRAFTS`."""

    wanted: Filter
    tab: str
    page: int

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What narrows the list, as parameters of its address."""
        wanted = self.wanted
        found = (("q", wanted.words), ("sign", wanted.sign), ("category", wanted.category))
        return tuple(pair for pair in found if pair[1])


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent that could not be done: its fields, and the keys that were ticked."""

    typed: Mapping[str, str]
    ticked: frozenset[str]


def listings_page(
    node: Node, member: Member, asked: Asked, frame: DeskFrame, errors: Mapping[str, str], sent: Sent
) -> DeskListingsPage:
    base = f"/desk/{member.slug}/listings"
    found = listings.few(node, asked.wanted, asked.page)
    drafts = desk_drafts.drafts(node, member.organisation_id, MOST_DRAFTS) if asked.tab == DRAFTS else []
    waiting = desk_drafts.count_drafts(node, member.organisation_id)
    query = urlencode([("state", asked.tab), *asked.pairs])
    total = found.total(asked.wanted.state)
    may_change = member.may(EDITOR)
    page = DeskListingsPage(
        head=head(_("Listings")),
        desk=frame,
        state=asked.tab,
        tabs=tuple(_tabs(asked, {**found.counts, DRAFTS: waiting}, request.script_root + base)),
        search=form_at(base, {**dict(asked.pairs), "state": asked.tab}),
        signs=tuple(Choice(sign, word(sign, "sign"), sign == asked.wanted.sign) for sign in SHARED),
        roots=tuple(
            Choice(root.path, category(root.path).plural, root.path == asked.wanted.category) for root in roots()
        ),
        total=total,
        filtered=bool(asked.pairs),
        new_path=f"{request.script_root}{base}/new",
        import_path=f"{request.script_root}/desk/{member.slug}/import",
        may_change=may_change,
        undo=undoing.button(member.slug) if may_change else None,
        changed=kept.count if (kept := undoing.remembered(member.slug)) else 0,
    )
    if asked.tab == DRAFTS:
        return replace(page, drafts=tuple(_draft_row(one, member.slug) for one in drafts), total=waiting)
    paths = scene_of(node, ()).paths
    return replace(
        page,
        rows=tuple(_row(node, row, paths, f"{request.script_root}{base}") for row in found.rows),
        pager=pager(f"{request.script_root}{base}?{query}&", found.number, total, listings.PAGE),
        bulk=form_at(f"{base}?{query}", sent.typed, errors) if may_change and found.rows else None,
        ticked=sent.ticked,
        more=total > len(found.rows),
        reasons=tuple(Choice(reason, word(reason, "own_reason")) for reason in REASONS),
        categories=category_groups(),
        places=tuple(
            one for one in place_choices(desk_drafts.setting_of(node, member.organisation_id)) if one.value != "other"
        ),
    )


def _tabs(asked: Asked, counts: Mapping[str, int], base: str) -> Iterable[Choice]:
    for state in (LIVE, DRAFTS, *(state for state in STATES if state != LIVE)):
        pairs = [("state", state), *(asked.pairs if state != DRAFTS else ())]
        yield Choice(f"{base}?{urlencode(pairs)}", word(state, "own_state"), state == asked.tab, counts.get(state, 0))


def _draft_row(draft: DeskDraft, slug: str) -> DeskDraftRow:
    path = f"/desk/{slug}/drafts/{draft.id}"
    return DeskDraftRow(
        draft.title.strip(),
        draft.sign,
        request.script_root + path,
        moment(draft.saved_at),
        draft.saved_by,
        form_at(path, {"then": "discard", "sign": draft.sign}),
        draft.key is not None,
    )


def _row(node: Node, row: OwnListing, paths: Paths, base: str) -> DeskRow:
    item = row.item()
    extension = item[EXTENSION]
    path = extension["category"]
    here = f"{base}/{quote(row.key)}"
    gives = (extension["direction"], extension["action"]) == ("offer", "give")
    return DeskRow(
        key=row.key,
        title=item["title"],
        sign="wanted" if extension["direction"] == "want" else extension["action"],
        category=category(path).plural,
        state=row.state,
        changed=moment(row.modified_at),
        expires=moment(row.expires_at),
        edit_path=f"{here}/edit",
        history_path=f"{here}/history",
        path=paths.listing(row.key) if row.state == LIVE else None,
        image=next(iter(pictures_of(item, paths, small=True)), None),
        root=path.partition("/")[0],
        quantity=(extension.get("quantity") or {}).get("available", 1),
        soon=row.state == LIVE and row.expires_at - node.now < SOON_S,
        given_path=f"{here}/given" if row.state in (LIVE, PAUSED) and gives else "",
    )


def done(doing: str, count: int) -> str:
    """What is said after something was done with several listings."""
    said = {
        listings.RENEW: lambda: ngettext(
            "%(num)s listing is shown for another 90 days.", "%(num)s listings are shown for another 90 days.", count
        ),
        listings.PAUSE: lambda: ngettext(
            "%(num)s listing is paused: nobody sees it.", "%(num)s listings are paused: nobody sees them.", count
        ),
        listings.RESUME: lambda: ngettext(
            "%(num)s listing is shown again.", "%(num)s listings are shown again.", count
        ),
        listings.WITHDRAW: lambda: ngettext(
            "%(num)s listing is taken down.", "%(num)s listings are taken down.", count
        ),
    }
    if doing in said:
        return str(said[doing]())
    return str(ngettext("%(num)s listing is changed.", "%(num)s listings are changed.", count))


def history_page(
    node: Node, member: Member, row: OwnListing, changes: Iterable[Change], frame: DeskFrame
) -> DeskHistoryPage:
    path = f"/desk/{member.slug}/listings/{quote(row.key)}"
    root, title = request.script_root, row.item()["title"]
    return DeskHistoryPage(
        head=head(_("What became of it")),
        desk=frame,
        title=title,
        state=row.state,
        versions=tuple(_version(change, at == 0, path, member) for at, change in enumerate(changes)),
        edit_path=f"{root}{path}/edit",
        list_path=f"{root}/desk/{member.slug}/listings",
        duplicate=form_at(f"{path}/duplicate"),
        path=scene_of(node, ()).paths.listing(row.key) if row.state == LIVE else None,
        may_change=member.may(EDITOR),
        boards=tuple(_board(one) for one in board_reports.of_listing(node, row.id)) if row.state == LIVE else (),
        ruling=_ruling(own_words.word_on(node, row)),
    )


def _ruling(word: OwnRuling | None) -> DeskRuling | None:
    return DeskRuling(word.ruling, moment(word.at), word.reason) if word else None


def _board(told: board_reports.Word) -> DeskBoardWord:
    host = urlsplit(told.board).netloc
    return DeskBoardWord(host, told.url, told.verdict, moment(told.read_at), told.reasons, told.outdated)


def _version(change: Change, current: bool, path: str, member: Member) -> DeskVersion:
    version = change.version
    back = not current and member.may(EDITOR)
    return DeskVersion(
        moment(version.at),
        version.by,
        version.change,
        tuple(
            DeskDifference(word(name, "desk_field"), _shown(name, a), _shown(name, b))
            for name, a, b in change.differences
        ),
        current,
        form_at(f"{path}/history", {"version": str(version.id)}) if back else None,
    )


def _shown(name: str, value: str) -> str:
    """What a field held, as people read it."""
    if name == "category" and value:
        return str(category(value).plural)
    if name in ("check", "condition", "need") and value:
        return word(value, name)
    return value
