"""View models of what sharing is good for: an organisation's effect, everyone's, and the method behind the figures."""

from __future__ import annotations

from node.web.view_models.parts import Head
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class EffectFigure:
    """A figure: ``value`` with its unit, and ``range`` or what else there is to say.

    ``anchor`` is an id on the page of the method.
    """

    value: str
    unit: str
    range: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class EffectGroup:
    """Figures of one kind, under a heading of their own: they are never added to those of another."""

    title: str
    figures: tuple[EffectFigure, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class EffectBox:
    """What an organisation's sharing was good for. Without ``groups`` nothing was confirmed by both sides yet.

    ``notes`` say what is not known, or not counted. ``picture_path`` is a card for other websites, ``code`` a line of
    HTML that shows it there.
    """

    method_path: str
    json_path: str
    groups: tuple[EffectGroup, ...] = ()
    notes: tuple[str, ...] = ()
    picture_path: str = ""
    picture_words: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What giving on all of one listing would be good for, in a sentence."""

    sentence: str
    method_path: str


@dataclass(frozen=True, slots=True)
class EffectStrip:
    """What all of it was good for, in a line of figures; ``impact_path`` leads to more of it, where there is more."""

    figures: tuple[EffectFigure, ...]
    method_path: str
    note: str = ""
    impact_path: str = ""


@dataclass(frozen=True, slots=True)
class MethodGoods:
    """What is known of some goods: their usual weight in kilograms, and kilograms of CO2e of ``per`` (each or kg)."""

    category: str
    things: str
    weight: str
    weight_from: str
    low: str
    about: str
    high: str
    per: str
    source: str


@dataclass(frozen=True, slots=True)
class MethodRate:
    """What disposing of a tonne cost, from one day to another."""

    first: str
    last: str
    amount: str


@dataclass(frozen=True, slots=True)
class MethodSource:
    """Whose figures they are."""

    title: str
    publisher: str
    licence: str
    url: str = ""
    quoted_by: str = ""


@dataclass(frozen=True, slots=True)
class MethodPage:
    """portal/impact_method.html: how effects are worked out, with every figure and its source.

    ``own_path`` is the operator's file, where they have set figures of their own; ``worth`` are the values that they
    set, label and amount.
    """

    head: Head
    version: str
    displacement: tuple[str, str, str]
    goods: tuple[MethodGoods, ...]
    rates: tuple[MethodRate, ...]
    sources: tuple[MethodSource, ...]
    json_path: str
    licence: str
    attribution: str
    own_path: str = ""
    worth: tuple[tuple[str, str], ...] = ()
