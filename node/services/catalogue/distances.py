"""Distances in words, as exact as is known. Pure: the language comes with the question."""

from __future__ import annotations

from node.settings import Settings
from node.voices import Voice

METRES_PER_MILE = 1609.344
MILES_COUNTRIES = frozenset(["GB", "US", "LR", "MM"])


def in_miles(settings: Settings) -> bool:
    """Whether distances are in miles: as was chosen, else as is usual in the country."""
    return bool(settings.units == "miles" if settings.units else settings.country in MILES_COUNTRIES)


def distance(metres: float, precision_m: float | None, voice: Voice, miles: bool) -> str:
    """ "about 2.5 km", as exact as the points are, or "within 2 km" where they are coarser than the distance."""
    unit = METRES_PER_MILE if miles else 1000.0
    precision = max(precision_m or 0.0, 100.0)
    step = _step(precision, unit)
    if metres < max(precision, step * unit):
        return within(step, voice, miles)
    return _about(round(round(metres / unit / step) * step, 1), voice, miles)


def within(far: float, voice: Voice, miles: bool) -> str:
    """ "within 5 miles" or kilometres."""
    shown = voice.number(far)
    if not miles:
        return voice.say("within %(number)s\u00a0km", number=shown)
    if far != int(far):
        return voice.say_of("a fraction", "within %(number)s\u00a0miles", number=shown)
    return voice.say_many("within %(number)s\u00a0mile", "within %(number)s\u00a0miles", int(far), number=shown)


def _about(far: float, voice: Voice, miles: bool) -> str:
    shown = voice.number(far)
    if not miles:
        return voice.say("about %(number)s\u00a0km", number=shown)
    if far != int(far):
        return voice.say_of("a fraction", "about %(number)s\u00a0miles", number=shown)
    return voice.say_many("about %(number)s\u00a0mile", "about %(number)s\u00a0miles", int(far), number=shown)


def _step(metres: float, unit: float) -> float:
    """The finest round step, in units, that does not pretend to know more than ``metres``."""
    for step in (0.1, 0.5, 1, 2, 5, 10, 20, 50):
        if step * unit >= metres:
            return step
    return 100
