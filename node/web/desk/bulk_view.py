"""What a search at the desk asks for, and the question whether the same is to be done with all that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from flask import request
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from node.context import Node
from node.services.desk import drafts
from node.services.desk.bulk import Done, Offer, Wish
from node.services.desk.listings import CATEGORY, EXPIRES, PAUSE, RENEW, RESUME, WITHDRAW
from node.services.identity.members import Member
from node.storage.listings import STATES, Filter
from node.web.desk.gate import member_now
from node.web.desk.listing_form_view import place_choices
from node.web.desk.listings_view import DRAFTS, Asked, done
from node.web.form_state import form_at
from node.web.inside import head, page_number
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_listings import DeskBulkPage
from node.web.wording.code_words import category, word
from node.web.wording.said import plain

LONGEST_SEARCH = 100
_FIELD = {WITHDRAW: "reason"}
"""The field of what is done; of all others it is called like it."""


def asked_for() -> Asked:
    """What the address asks for; whatever makes no sense is left out."""
    state = request.values.get("state", "live")
    wanted = Filter(
        member_now().organisation_id,
        state if state in STATES else "live",
        _clean("q", LONGEST_SEARCH).strip(),
        _clean("sign", 20),
        _clean("category", 80),
    )
    return Asked(wanted, DRAFTS if state == DRAFTS else wanted.state, page_number())


def _clean(name: str, longest: int) -> str:
    return request.args.get(name, "")[:longest].replace("\x00", "")


def wish_of() -> Wish:
    """What the address of the question asks: a search, behind a key, and what is to be done with what it shows."""
    doing = _clean("then", 20)
    wanted = replace(asked_for().wanted, after=_clean("after", 120))
    return Wish(wanted, doing, {_field(doing): _clean("with", 500)})


def query_of(wish: Wish, at: int | None = None) -> str:
    """The same as the parameters of that address; ``at`` is when somebody was first told the number."""
    wanted, doing = wish.wanted, wish.doing
    pairs = [("state", wanted.state), ("q", wanted.words), ("sign", wanted.sign), ("category", wanted.category)]
    pairs += [("then", doing), ("with", wish.fields.get(_field(doing), "")), ("after", wanted.after)]
    pairs += [("at", str(at))] if at is not None else []
    return urlencode([(name, value) for name, value in pairs if value])


def list_query(wish: Wish) -> str:
    """The search alone, as the list knows it."""
    return urlencode([("state", wish.wanted.state), *Asked(wish.wanted, "", 1).pairs])


def _field(doing: str) -> str:
    return _FIELD.get(doing, doing)


def bulk_page(
    node: Node, member: Member, wish: Wish, offer: Offer, at: int, frame: DeskFrame, errors: Mapping[str, str]
) -> DeskBulkPage:
    base = f"/desk/{member.slug}/listings"
    typed = {"count": str(offer.count), "at": str(at)}
    return DeskBulkPage(
        head=head(_("All at once")),
        desk=frame,
        doing=wish.doing,
        asked=_question(wish.doing, offer.count),
        effect=_effect(node, wish),
        count=offer.count,
        form=form_at(f"{base}/all?{query_of(wish, at)}", typed, errors),
        back_path=f"{request.script_root}{base}?{list_query(wish)}",
        narrowed=tuple(_narrowed(wish.wanted)),
        first=tuple(row.item()["title"] for row in offer.first),
        going_on=bool(wish.wanted.after),
    )


def _question(doing: str, count: int) -> str:
    if doing == RENEW:
        text = ngettext("Renew %(num)s listing?", "Renew %(num)s listings?", count)
    elif doing == PAUSE:
        text = ngettext("Pause %(num)s listing?", "Pause %(num)s listings?", count)
    elif doing == RESUME:
        text = ngettext("Show %(num)s listing again?", "Show %(num)s listings again?", count)
    elif doing == WITHDRAW:
        text = ngettext("Take down %(num)s listing?", "Take down %(num)s listings?", count)
    else:
        text = ngettext("Change %(num)s listing?", "Change %(num)s listings?", count)
    return str(text)


def _effect(node: Node, wish: Wish) -> str:
    """What it means for each of them, in a sentence or two."""
    doing, value = wish.doing, wish.fields.get(_field(wish.doing), "")
    said = {
        RENEW: _("Each of them is shown for another 90 days from now."),
        PAUSE: _("Nobody sees them until you show them again, here under “Paused”."),
        RESUME: _("Everybody sees them again, each to its last day."),
    }
    if doing in said:
        return str(said[doing])
    if doing == WITHDRAW:
        why = word(value, "own_reason")
        return str(_("Nobody sees them any more. The reason that is told: %(why)s.", why=why))
    return str(_changed_to(node, wish, value))


def _changed_to(node: Node, wish: Wish, value: str) -> str:
    if wish.doing == CATEGORY:
        return str(_("The category of each becomes: %(to)s.", to=category(value).plural))
    if wish.doing == EXPIRES:
        return str(_("The last day of each becomes: %(to)s.", to=format_date(date.fromisoformat(value), "long")))
    places = place_choices(drafts.setting_of(node, wish.wanted.organisation_id))
    label = next((one.label for one in places if one.value == value), "")
    return str(_("The place of each becomes: %(to)s.", to=label))


def _narrowed(wanted: Filter) -> list[str]:
    """What was searched for, as people read it."""
    found = [word(wanted.state, "own_state")]
    found += [f"“{wanted.words}”"] if wanted.words else []
    found += [word(wanted.sign, "sign")] if wanted.sign else []
    return found + ([category(wanted.category).plural] if wanted.category else [])


def told(doing: str, what: Done) -> str:
    """What is said after it was done, or a part of it."""
    said = [done(doing, what.done)]
    if what.changed:
        said.append(
            ngettext(
                "%(num)s was left as it is, because it changed after you were asked.",
                "%(num)s were left as they are, because they changed after you were asked.",
                what.changed,
            )
        )
    if what.refused:
        said.append(
            ngettext("%(num)s cannot be changed like this.", "%(num)s cannot be changed like this.", what.refused)
        )
        said += [plain(what.why.message)] if what.why else []
    if what.rest:
        said.append(ngettext("%(num)s is left.", "%(num)s are left.", what.rest))
    return " ".join(str(one) for one in said)
