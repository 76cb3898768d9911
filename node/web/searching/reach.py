"""How far away something may be, as a row of addresses from near to far."""

from __future__ import annotations

from collections.abc import Callable

from node.search.request import FARTHEST_KM, SearchRequest
from node.web.view_models.search import Reach, ReachStep
from node.web.wording import words
from node.web.wording.phrases import say as _

DISTANCES = (1, 2, 5, 10, 25, 50)
KM_IN_A_MILE = 1.609344
_USUAL = 5


def reach_of(asked: SearchRequest, path_of: Callable[[SearchRequest], str], miles: bool, place: str = "") -> Reach:
    """The steps for a search that has a point; one that asks for another radius has a step of its own for it."""
    offered = {f"{_kilometres(number, miles):.4g}": float(number) for number in DISTANCES}
    stated = "" if asked.within is None else f"{asked.within:.4g}"
    if asked.within is not None and stated not in offered:
        offered[stated] = _rounded(asked.within, miles)
    nearest_first = sorted(offered.items(), key=lambda pair: pair[1])
    steps = [_step(asked, path_of, value, number, miles, stated) for value, number in nearest_first]
    any_distance = ReachStep(_("Any"), _("Any distance"), path_of(asked.changed(within=None)), not stated)
    return Reach((*steps, any_distance), _("miles") if miles else _("km"), place)


def usual_km(miles: bool) -> float:
    """How far around a place that was chosen and not measured: the step of five, in kilometres."""
    return float(f"{_kilometres(_USUAL, miles):.4g}")


def within_words(kilometres: float, miles: bool) -> str:
    """A radius in words, "Within 5 miles"."""
    return _words(_rounded(kilometres, miles), miles)


def _step(
    asked: SearchRequest,
    path_of: Callable[[SearchRequest], str],
    value: str,
    number: float,
    miles: bool,
    stated: str,
) -> ReachStep:
    path = path_of(asked.changed(within=asked.within if value == stated else float(value)))
    return ReachStep(words.number(number), _words(number, miles), path, value == stated)


def _kilometres(number: float, miles: bool) -> float:
    return min(number * (KM_IN_A_MILE if miles else 1), FARTHEST_KM)


def _rounded(kilometres: float, miles: bool) -> float:
    """Kilometres in the unit that people read, as exact as it is worth saying."""
    number = kilometres / (KM_IN_A_MILE if miles else 1)
    return float(f"{number:.2g}") if number < 100 else round(number)


def _words(number: float, miles: bool) -> str:
    said = words.within(number, miles)
    return said[:1].upper() + said[1:]
