"""The words of the pages about what sharing comes to: amounts with their units, months, and what was chosen."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_skeleton

from node.languages import locale_of
from node.voices import later
from node.web.impact.saved import in_whole
from node.web.wording import phrases, words
from node.web.wording.code_words import category, word
from node.web.wording.phrases import say as _
from schemas.errors import Problem
from schemas.tally import OTHER

_TONNE_G, _HUNDRED_KG_G = 1_000_000, 100_000


def mass(grams: int) -> tuple[str, str]:
    """A number and its unit: tonnes from ten tonnes on, kilograms with a decimal below a hundred."""
    if _is_tonnes(grams):
        return words.number(round(grams / _TONNE_G, 1)), _("tonnes")
    return _kilograms(grams), _("kg")


def _is_tonnes(grams: int) -> bool:
    return abs(grams) >= 10 * _TONNE_G


def _kilograms(grams: int) -> str:
    kilograms = grams / 1000
    return words.number(round(kilograms) if abs(grams) >= _HUNDRED_KG_G else round(kilograms, 1))


def massed(grams: int) -> str:
    """The same in one: "1,204 kg"."""
    return "\u00a0".join(mass(grams))


def mass_range(low: int, high: int, about: int | None = None) -> str:
    """ "300 to 1,100 kg": both ends in the unit of what stands beside it, ``about``, else of the lower one."""
    if _is_tonnes(low if about is None else about):
        least, most, unit = words.number(_tonnes(low)), words.number(_tonnes(high)), _("tonnes")
    else:
        least, most, unit = _kilograms(low), _kilograms(high), _("kg")
    return _("%(low)s to %(high)s", low=least, high=f"{most}\u00a0{unit}")


def _tonnes(grams: int) -> float:
    # A small end of a wide range is not none.
    return round(grams / _TONNE_G, 1 if abs(grams) >= _TONNE_G else 3)


def hours(minutes: int) -> str:
    """A number of hours, with a decimal where there are few."""
    return words.number(round(minutes / 60) if minutes >= 6000 else round(minutes / 60, 1))


def money(pence: int, currency: str) -> str:
    """An amount in whole units of a currency."""
    return in_whole(pence, currency)


def share(part: float | None) -> int | None:
    """A part of one in hundredths; what is not all is not told as all of it, nor what is something as nothing."""
    if part is None or part in (0, 1):
        return None if part is None else round(part) * 100
    return max(1, min(99, round(part * 100)))


def month(code: str, short: bool = False) -> str:
    """ "March 2026" for 2026-03; ``short`` is "Mar"."""
    return _month(code, "MMM" if short else "yMMMM", phrases.code())


@lru_cache(maxsize=1024)
def _month(code: str, skeleton: str, language: str) -> str:
    return str(format_skeleton(skeleton, date(int(code[:4]), int(code[5:]), 1), locale=locale_of(language)))


def period(first: str, last: str) -> str:
    """ "March 2026 to May 2026"."""
    return month(first) if first == last else _("%(low)s to %(high)s", low=month(first), high=month(last))


def value(dimension: str, code: str) -> str:
    """What a value of a dimension is called."""
    if dimension == "action":
        return word(code, "sign_phrase") if code != OTHER else _("Something else")
    if dimension == "category":
        return category(code).plural
    if dimension == "organisation_type":
        known = {"person": _("A person"), OTHER: _("Something else")}
        return known.get(code) or word(code, "organisation_type")
    return code or _("Place not named")


def days(begin: int, end: int | None, short: bool = False) -> str:
    """A span of days: "4 to 7 days"; ``short`` is for where it stands large."""
    if end is None:
        return _("more than %(count)s days", count=words.number(begin - 1))
    if begin == 0 and not short:
        return _("the same day or the next")
    return _("%(low)s to %(high)s days", low=words.number(begin), high=words.number(end))


_REFUSALS = {
    "repeated": later("This may be chosen only once: %(name)s."),
    "bad-month": later("Months are written such as 2026-03."),
    "bad-period": later("The first month must not be after the last."),
    "too-long": later("So many months cannot be looked at together. Ten years can."),
    "bad-value": later("There is no such choice: %(name)s."),
}
_PARAMETERS = {
    "action": later("Kind of sharing"),
    "category": later("What it was"),
    "place": later("Place"),
    "organisation_type": later("Who gave"),
    "from": later("From"),
    "until": later("Until"),
}


def refused(problem: Problem) -> str:
    """Why an address of these pages is refused, in the reader's language; a program reads the problem itself."""
    name = problem.pointer.removeprefix("/")
    text = _REFUSALS.get(problem.code)
    return problem.message if text is None else _(text, name=_(_PARAMETERS[name]) if name in _PARAMETERS else name)
