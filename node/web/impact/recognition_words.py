"""The names of levels and badges and what they mean, in the reader's language. The rules have the same in English."""

from __future__ import annotations

from collections.abc import Mapping

from node.web.wording.phrases import later_of, say

NAMES: Mapping[str, str] = {
    "open-door": later_of("recognition", "Open door"),
    "good-neighbour": later_of("recognition", "Good neighbour"),
    "steady-hand": later_of("recognition", "Steady hand"),
    "mainstay": later_of("recognition", "Mainstay"),
    "cornerstone": later_of("recognition", "Cornerstone"),
    "first-gift": later_of("recognition", "First gift"),
    "giver": later_of("recognition", "Ten gifts"),
    "great-giver": later_of("recognition", "Fifty gifts"),
    "first-loan": later_of("recognition", "First loan"),
    "lender": later_of("recognition", "Ten loans"),
    "great-lender": later_of("recognition", "Fifty loans"),
    "open-doors": later_of("recognition", "Open doors"),
    "helping-hands": later_of("recognition", "Helping hands"),
    "pioneer": later_of("recognition", "First of its kind"),
    "welcome": later_of("recognition", "Welcoming"),
    "reliable": later_of("recognition", "Keeps its word"),
    "quick": later_of("recognition", "Quick to answer"),
}
MEANINGS: Mapping[str, str] = {
    "open-door": later_of("recognition", "Something was shared, and both sides said so."),
    "good-neighbour": later_of("recognition", "Shared five times, in two months or more."),
    "steady-hand": later_of("recognition", "Shared fifteen times, in four months or more."),
    "mainstay": later_of("recognition", "Shared fifty times, in eight months or more."),
    "cornerstone": later_of("recognition", "Shared a hundred and fifty times, in eighteen months or more."),
    "first-gift": later_of("recognition", "Gave something away for the first time."),
    "giver": later_of("recognition", "Gave something away ten times."),
    "great-giver": later_of("recognition", "Gave something away fifty times."),
    "first-loan": later_of("recognition", "Lent something that came back."),
    "lender": later_of("recognition", "Lent something that came back, ten times."),
    "great-lender": later_of("recognition", "Lent something that came back, fifty times."),
    "open-doors": later_of("recognition", "Had others in its rooms five times."),
    "helping-hands": later_of("recognition", "Helped with what its people can do five times."),
    "pioneer": later_of("recognition", "Was the first organisation of the network to share something in a category."),
    "welcome": later_of("recognition", "Shared with three organisations that had not received anything before."),
    "reliable": later_of(
        "recognition",
        "Twelve agreements kept, in six months or more: gifts handed over within two weeks, loans brought back, "
        "visits that took place.",
    ),
    "quick": later_of(
        "recognition",
        "Said yes within two days, ten times in the last year and four times out of five or more.",
    ),
}


def name_of(id_: str) -> str:
    """The name of a level or a badge."""
    return say(NAMES[id_])


def meaning_of(id_: str) -> str:
    """What it takes to have it."""
    return say(MEANINGS[id_])
