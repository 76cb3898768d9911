"""The handovers of one month, one by one: what the sums of the city's view are made of. Names no person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from flask import abort, request

from node.context import Node
from node.services.dashboard import reading
from node.services.dashboard.narrowing import Narrowing
from node.web.appearance.site import site_of
from node.web.dashboard import words as say
from node.web.dashboard.page import Ways
from node.web.portal.cards import Paths
from node.web.portal.scene import scene_of
from node.web.view_models.dashboard import ImpactHandover, ImpactHandoversPage
from node.web.view_models.parts import Link, Pager, Site
from node.web.wording import words
from node.web.wording.code_words import category, word
from node.web.wording.phrases import say as _
from schemas.handover import PERSON, Handover
from schemas.tally import CONFIRMED, OTHER, root_of, standing_of
from schemas.vocabulary import ORGANISATION_TYPES

EACH_PAGE, LAST_PAGE = 50, 400


def list_of(node: Node, narrowing: Narrowing, month: str, number: int) -> ImpactHandoversPage:
    """A page of the exchanges of ``month``, or of the last month of the narrowing that has any where it is blank."""
    months = reading.months_of(node, narrowing)
    if month and month not in narrowing.months:
        abort(404, "There is no such month.")
    month = month or (months[-1] if months else narrowing.last)
    shown = reading.handed(node, month, narrowing.chosen, number, EACH_PAGE)
    scene, to = scene_of(node, ()), Ways(request.script_root)

    def at(of: str, page: int = 1) -> str:
        more = {"month": of, **({"page": page} if page > 1 else {})}
        return f"{to.list(narrowing)}&{urlencode(more)}"

    title = _("Exchanges that ended in %(month)s", month=say.month(month))
    site = site_of(node)
    return ImpactHandoversPage(
        head=replace(scene.head(title, "", scene.address(at(month, number))), indexed=False),
        month=say.month(month),
        back_path=to.page(narrowing),
        rows=tuple(_row(one, shown.keys.get(one.listing_id), scene.paths, site) for one in shown.rows),
        months=tuple(Link(say.month(one), at(one), one == month) for one in reversed(months)),
        applied=tuple(say.value(name, value) for name, value in narrowing.chosen.items()),
        pager=Pager(
            previous_path=at(month, number - 1) if number > 1 else None,
            next_path=at(month, number + 1) if shown.more and number < LAST_PAGE else None,
        ),
    )


def _row(one: Handover, key: str | None, paths: Paths, site: Site) -> ImpactHandover:
    standing = standing_of(one)
    return ImpactHandover(
        day=_day(one.ended_on, site),
        title=one.title,
        category=category(one.category or root_of(one.category)).label,
        sign=one.action,
        giver=_who(one.giver_id, one.giver_name, one.giver_type),
        taker=_who(one.taker_id, one.taker_name, one.taker_type),
        outcome=word(one.outcome, "ended"),
        standing=word(standing, "standing"),
        confirmed=standing == CONFIRMED,
        amount=_amount(one),
        co2e=say.mass_range(one.co2e_low_g or 0, one.co2e_high_g or 0) if one.co2e_g is not None else "",
        place=one.place,
        path=paths.listing(key) if key else None,
    )


def _day(text: str, site: Site) -> str:
    try:
        return words.day(date.fromisoformat(text), site)
    except ValueError:
        return text


def _who(found: str, name: str, kind: str) -> str:
    """An organisation's name, or what it is where its receipt names none; of a person nothing is known here."""
    if kind == PERSON:
        return _("a person")
    known = say.value("organisation_type", kind if kind in ORGANISATION_TYPES else OTHER)
    return name if found else _("%(type)s, not named", type=known)


def _amount(one: Handover) -> str:
    """How much it was, in the unit of its ledger."""
    if one.action in ("host", "help"):
        if one.minutes is None:
            return _("hours not known")
        return _("%(count)s hours", count=say.hours(one.minutes))
    if one.action == "lend":
        return words.number(one.quantity)
    return say.massed(one.weight_g) if one.weight_g is not None else _("weight not known")
