"""The page about the method, made of the factors that count. Reads no database and no request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date

from node.web.view_models.effect import MethodGoods, MethodPage, MethodRate, MethodSource
from node.web.view_models.parts import Head
from node.web.wording import words
from node.web.wording.code_words import category
from node.web.wording.phrases import say as _
from schemas.impact import for_one
from schemas.impact_factors import ALL, Factors, Goods, shipped


def method_page(factors: Factors, head: Head, json_path: str, own_path: str) -> MethodPage:
    by = factors.displacement
    return MethodPage(
        head=head,
        version=factors.version,
        displacement=(words.number(float(by.low)), words.number(float(by.central)), words.number(float(by.high))),
        goods=tuple(_goods(row, factors) for row in factors.goods),
        rates=tuple(
            MethodRate(_day(rate.from_), _day(rate.until), _money(rate.per_tonne, factors))
            for rate in factors.disposal.rates
        ),
        sources=tuple(
            MethodSource(
                one.title, _publisher(one.publisher, one.year), one.licence, one.url or "", one.quoted_by or ""
            )
            for one in factors.sources
        ),
        json_path=json_path,
        licence=factors.licence,
        attribution=factors.attribution,
        own_path=own_path if factors is not shipped() else "",
        worth=_worth(factors),
    )


def _publisher(name: str, year: int | None) -> str:
    return f"{name}, {year}" if year else name


def _goods(row: Goods, factors: Factors) -> MethodGoods:
    found = for_one(row, factors)
    low, about, high = (words.number(gram / 1000) for gram in found[:3]) if found else ("", "", "")
    named = [factors.by_id[name] for name in row.factors]
    return MethodGoods(
        category=category(row.category).label if row.category else _("Anything else"),
        things=_things(row),
        weight=words.number(float(row.weight_kg)) if row.weight_kg is not None else "",
        weight_from=factors.source(row.weight_source).publisher if row.weight_source else "",
        low=low,
        about=about,
        high=high,
        per=(_("a kilogram") if found[3] else _("each")) if found else "",
        source="; ".join(f"{factors.source(one.source).publisher}: {one.label}" for one in named),
    )


def _things(row: Goods) -> str:
    """What it is about, by the names that the vocabulary has in English."""
    more = {"all": _("everything else there"), "unnamed": _("what names nothing else")}.get(row.others, "")
    named = ", ".join(row.things)
    if row.others == ALL and row.excepted:
        more = _("everything else there but %(things)s", things=", ".join(row.excepted))
    return "; ".join(part for part in (named, more) if part)


def _worth(factors: Factors) -> tuple[tuple[str, str], ...]:
    worth = factors.worth
    if worth is None:
        return ()
    said = (
        (_("An hour of a room"), worth.room_hour),
        (_("An hour of help"), worth.help_hour),
        (_("A tonne of CO2e"), worth.co2e_tonne),
    )
    return tuple((label, _money(amount, factors)) for label, amount in said if amount is not None)


def _money(amount: Decimal, factors: Factors) -> str:
    from babel.numbers import format_currency

    return str(format_currency(amount, factors.disposal.currency, locale=words.locale()))


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=words.locale()))
