"""From what sharing was good for to what pages show of it. Reads no database and no request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import escape

from node.services.impact.badge_pictures import HEIGHT, WIDTH
from node.services.impact.effects import METHOD_PATH, OrganisationEffect
from node.web.dashboard.words import hours, mass, mass_range, massed
from node.web.impact.saved import breakable, money
from node.web.view_models.effect import EffectBox, EffectFigure, EffectGroup, EffectLine, EffectStrip
from node.web.wording import words
from node.web.wording.phrases import say as _
from node.web.wording.phrases import say_many
from schemas.handover import DEFAULT, MEASURED, NOT_KNOWN, STATED
from schemas.impact import GoodsTotal, Totals, UseTotal, estimate
from schemas.impact_factors import Factors
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.facts import Facts
    from node.web.view_models.listing import ListingPage

ALL_PATH = "/impact"
WEIGHT, CO2E, COST, HOURS, COUNTING = "weight", "co2e", "disposal", "hours", "counting"
"""Parts of the page about the method."""


def effect_box(found: OrganisationEffect, root: str, path: str, address: str) -> EffectBox:
    """An organisation's effect; ``path`` is that of its page, ``address`` the same for other websites."""
    here = EffectBox(f"{root}{METHOD_PATH}", f"{path}/impact.json")
    if found.is_empty:
        return here
    groups = (_people(found), _things(found), _money(found), _time(found.given))
    said = card_words(found)
    return EffectBox(
        here.method_path,
        here.json_path,
        tuple(group for group in groups if group.figures),
        tuple(_notes(found)),
        f"{path}/impact.svg",
        said,
        _code(address, said),
    )


@dataclass(frozen=True, slots=True)
class _Offered:
    """A listing as `schemas.impact` asks of what is handed over."""

    category: str
    title: str
    quantity: int
    weight_g: int | None
    weight_source: str
    action: str = "give"
    minutes: int | None = None
    ended_on: str = ""


def of_listing(page: ListingPage, facts: Facts, factors: Factors, root: str) -> EffectLine | None:
    """What giving all of a listing on would be good for; None where that is nothing, or nothing is known of it."""
    if facts.direction != "offer" or facts.action != "give":
        return None
    card, stated = page.card, page.weight_kg
    grams = None if stated is None else round(stated * 1000 * card.quantity)
    offered = _Offered(facts.category, card.title, card.quantity, grams, STATED if grams else NOT_KNOWN)
    effect = estimate(offered, page.unit or "", factors)
    if not effect.weight_g:
        return None
    kept = massed(effect.weight_g)
    if effect.co2e_low_g is None or effect.co2e_high_g is None:
        sentence = _("About %(mass)s stay in use.", mass=kept)
    else:
        avoided = mass_range(effect.co2e_low_g, effect.co2e_high_g)
        sentence = _("About %(mass)s stay in use, and %(range)s of CO2e are avoided.", mass=kept, range=avoided)
    return EffectLine(sentence, f"{root}{METHOD_PATH}")


def effect_strip(totals: Totals, root: str) -> EffectStrip | None:
    """What all of it was good for, for a front page; None before both sides of anything have said so."""
    if not totals.handovers:
        return None
    note = _unknown_weights(totals.goods)
    return EffectStrip((_shared(totals), *_kept(totals.goods)), f"{root}{METHOD_PATH}", note, f"{root}{ALL_PATH}")


def _shared(totals: Totals) -> EffectFigure:
    unit = say_many("time something was shared", "times something was shared", totals.handovers)
    return EffectFigure(words.number(totals.handovers), unit, _("as both sides confirmed"), COUNTING)


def _people(found: OrganisationEffect) -> EffectGroup:
    reach, figures = found.reach, []
    if found.given.handovers:
        figures.append(_shared(found.given))
    if found.taken.handovers:
        unit = say_many("time they had something", "times they had something", found.taken.handovers)
        figures.append(EffectFigure(words.number(found.taken.handovers), unit, _("as both sides confirmed"), COUNTING))
    if reach.organisations:
        unit = say_many("other organisation", "other organisations", reach.organisations)
        figures.append(EffectFigure(words.number(reach.organisations), unit, _("they shared with"), COUNTING))
    if reach.people:
        unit = say_many("time with somebody nearby", "times with people nearby", reach.people)
        figures.append(EffectFigure(words.number(reach.people), unit, "", COUNTING))
    return EffectGroup(_("People and organisations"), tuple(figures))


def _things(found: OrganisationEffect) -> EffectGroup:
    loans, goods = found.given.loans, found.given.goods
    figures = _kept(goods)
    if goods.handovers and not goods.weight_g:
        unit = say_many("gift", "gifts", goods.handovers)
        figures.insert(0, EffectFigure(words.number(goods.handovers), unit, _("weight not known"), WEIGHT))
    if loans.handovers:
        unit = say_many("loan that came back", "loans that came back", loans.handovers)
        figures.append(EffectFigure(words.number(loans.handovers), unit, "", COUNTING))
    note = " ".join(part for part in (_weighed(goods), _not_avoided(goods)) if part)
    return EffectGroup(_("Things kept in use"), tuple(figures), note)


def _kept(goods: GoodsTotal) -> list[EffectFigure]:
    """What was kept in use, and what that has avoided, where either is known."""
    figures = []
    if goods.weight_g:
        value, unit = mass(goods.weight_g)
        figures.append(EffectFigure(value, _("%(unit)s kept in use", unit=unit), "", WEIGHT))
    if goods.co2e_g:
        value, unit = mass(goods.co2e_g)
        least_most = mass_range(goods.co2e_low_g, goods.co2e_high_g, goods.co2e_g)
        figures.append(EffectFigure(value, _("%(unit)s of CO2e avoided, about", unit=unit), least_most, CO2E))
    return figures


def _money(found: OrganisationEffect) -> EffectGroup:
    goods, figures = found.given.goods, []
    if goods.cost_pence:
        value = breakable(money(goods.cost_pence, found.currency))
        figures.append(EffectFigure(value, _("of disposal avoided"), _("landfill tax alone"), COST))
    worth = found.worth
    for use, each, unit in (
        (found.given.skills, worth and worth.help_hour, _("is what their help is worth")),
        (found.given.space, worth and worth.room_hour, _("is what their rooms are worth")),
    ):
        if each and use.minutes:
            value = breakable(money(round(each * use.minutes * 100 / 60), found.currency))
            said = _("at %(money)s an hour", money=money(round(each * 100), found.currency))
            figures.append(EffectFigure(value, unit, said, HOURS))
    if worth and worth.co2e_tonne and goods.co2e_g:
        value = breakable(money(round(worth.co2e_tonne * goods.co2e_g * 100 / Decimal(1_000_000)), found.currency))
        said = _("at %(money)s a tonne", money=money(round(worth.co2e_tonne * 100), found.currency))
        figures.append(EffectFigure(value, _("is what the CO2e is worth"), said, HOURS))
    return EffectGroup(_("Money"), tuple(figures))


def _time(given: Totals) -> EffectGroup:
    figures = [
        *_hours(given.space, _("hours of rooms"), _("times a room was used")),
        *_hours(given.skills, _("hours of help"), _("times somebody helped")),
    ]
    return EffectGroup(_("Rooms and help"), tuple(figures))


def _hours(use: UseTotal, timed: str, counted: str) -> list[EffectFigure]:
    if not use.handovers:
        return []
    if not use.minutes:
        return [EffectFigure(words.number(use.handovers), counted, _("nobody said how long"), HOURS)]
    unknown = use.without_minutes
    more = say_many(
        "one more time, nobody said how long",
        "%(shown)s more times, nobody said how long",
        unknown,
        shown=words.number(unknown),
    )
    return [EffectFigure(hours(use.minutes), timed, more if unknown else "", HOURS)]


def _weighed(goods: GoodsTotal) -> str:
    """Who says what it weighs: each handover by one of the sources, so that a guess never looks like a measurement."""
    if not goods.weight_g:
        return ""
    said = (
        (MEASURED, _("weighed")),
        (STATED, _("as the giver says")),
        (DEFAULT, _("as such things usually weigh")),
        (NOT_KNOWN, _("weight not known")),
    )
    told = [f"{words.number(goods.weighed[code])} {label}" for code, label in said if goods.weighed[code]]
    return _("Gifts: %(sources)s.", sources=", ".join(told)) if told else ""


def _not_avoided(goods: GoodsTotal) -> str:
    if not goods.without_co2e:
        return ""
    return say_many(
        "Of one gift nobody knows what it has avoided; it adds nothing here.",
        "Of %(shown)s gifts nobody knows what they have avoided; they add nothing here.",
        goods.without_co2e,
        shown=words.number(goods.without_co2e),
    )


def _notes(found: OrganisationEffect) -> list[str]:
    notes = []
    if found.reach.unconfirmed:
        notes.append(
            say_many(
                "One more handover is not confirmed by two sides run by different people, and not counted.",
                "%(shown)s more handovers are not confirmed by two sides run by different people, and not counted.",
                found.reach.unconfirmed,
                shown=words.number(found.reach.unconfirmed),
            )
        )
    return notes


def _unknown_weights(goods: GoodsTotal) -> str:
    unknown = goods.weighed[NOT_KNOWN]
    if not unknown:
        return ""
    return say_many(
        "Of one gift the weight is not known; it is not in this.",
        "Of %(shown)s gifts the weight is not known; they are not in this.",
        unknown,
        shown=words.number(unknown),
    )


def card_title(found: OrganisationEffect) -> str:
    """What stands largest on the card."""
    goods = found.given.goods
    if goods.weight_g:
        return _("%(mass)s kept in use", mass=massed(goods.weight_g))
    times = found.given.handovers or found.taken.handovers
    return say_many("Shared once", "Shared %(shown)s times", times, shown=words.number(times))


def card_line(found: OrganisationEffect) -> str:
    """The line under the name on the card."""
    goods = found.given.goods
    if goods.co2e_g:
        return _("%(range)s of CO2e avoided", range=mass_range(goods.co2e_low_g, goods.co2e_high_g))
    return _("as both sides confirmed")


def card_words(found: OrganisationEffect) -> str:
    """What is read to those who do not see the card."""
    name = found.organisation.name
    return _("%(name)s: %(title)s, %(line)s", name=name, title=card_title(found), line=card_line(found))


def _code(address: str, said: str) -> str:
    return (
        f'<a href="{escape(address)}"><img src="{escape(address)}/impact.svg" alt="{escape(said)}" '
        f'width="{WIDTH}" height="{HEIGHT}" loading="lazy"></a>'
    )
