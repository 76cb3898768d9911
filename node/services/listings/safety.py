"""What a giver is asked about safety, as the category calls for it, and how the answer stands in the listing. Pure.

An answer is one of a few fixed English sentences at the beginning of the listing's ``safety``. Every reader can show it
as text; a node that knows the sentences (`apart`) shows them in its reader's language and fills the form with them.
Nothing is promised for the giver: who has not answered has said nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from schemas.records import dataclass
from schemas.vocabulary import home_of

RECALL = "recall"
"""The further question about what makers recall time and again: appliances, power tools, things for babies."""
NOT_YET = "not_yet"
_RECALLED = ("appliances", "baby", "tools/power")
_IN_DATE = "Unopened, and in date until "
_FOOD_DAY = re.compile(_IN_DATE + r"(\d{1,2} [A-Z][a-z]+ \d{4})\.")
_CONTINUED = re.compile(r"(?<=\.) ")

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "electrical.tested": "It has passed an electrical safety test.",
        "electrical.no_plug": "It has no mains plug.",
        "electrical.untested": "It has not been tested electrically.",
        "fire_label.there": "It has its fire safety label.",
        "fire_label.no_filling": "It has no filling and no covers.",
        "fire_label.missing": "It has no fire safety label.",
        "data_wiped.wiped": "All personal data has been removed.",
        "data_wiped.no_drive": "It holds no data: there is no drive in it.",
        "food.past_best": "It is past its best-before date, and not past a use-by date.",
        "ladder.inspected": "It has been inspected and is safe to use.",
        "ladder.not_inspected": "It has not been inspected.",
        "recall.checked": "Its model is not on the list of recalled products.",
    }
)
"""What an answer says in the listing, by question and answer. They are never changed: other nodes know them."""
FOOD_IN_DATE = "food.in_date"
_CODES = {sentence: code for code, sentence in SENTENCES.items()}


@dataclass(frozen=True, slots=True)
class Check:
    """An answer, as ``question.answer``; ``until`` is the day that the answer about food names."""

    code: str
    until: date | None = None

    @property
    def sentence(self) -> str:
        if self.code == FOOD_IN_DATE and self.until:
            return f"{_IN_DATE}{self.until.day} {self.until:%B %Y}" + "."
        return SENTENCES[self.code]


def question_of(category: str) -> str | None:
    """What is asked about things of this category: one of `schemas.vocabulary.SAFETY`; None where nothing is."""
    home = home_of(category)
    return None if home is None or home.safety == "none" else home.safety


def asks_recall(category: str) -> bool:
    """Whether the giver is asked to look the model up among recalled ones."""
    return any(f"{category}/".startswith(f"{path}/") for path in _RECALLED)


def answers_of(question: str) -> tuple[str, ...]:
    """The answers that a question offers, the best first. `NOT_YET` is one that cannot be published."""
    found = [code.partition(".")[2] for code in SENTENCES if code.startswith(f"{question}.")]
    if question == "food":
        return ("in_date", *found)
    return (*found, NOT_YET) if question == "data_wiped" else tuple(found)


def text_of(checks: tuple[Check, ...], notes: str) -> str:
    """What stands in the listing: the answers on the first line, the giver's own words beneath."""
    return "\n".join(part for part in (" ".join(check.sentence for check in checks), notes.strip()) if part)


def apart(text: str | None) -> tuple[tuple[Check, ...], str]:
    """The answers at the beginning of a listing's ``safety``, and the rest of it: what `text_of` put together."""
    first, _, rest = (text or "").partition("\n")
    found = [_check(sentence) for sentence in _CONTINUED.split(first)]
    checks = tuple(check for check in found if check is not None)
    return (checks, rest) if checks and len(checks) == len(found) else ((), text or "")


def good_until(text: str | None) -> date | None:
    """The last day on which what a listing's ``safety`` says of it is true; None where no day is named."""
    return next((check.until for check in apart(text)[0] if check.until), None)


def _check(sentence: str) -> Check | None:
    if sentence in _CODES:
        return Check(_CODES[sentence])
    food = _FOOD_DAY.fullmatch(sentence)
    if food is None:
        return None
    try:
        return Check(FOOD_IN_DATE, datetime.strptime(f"{food[1]} +0000", "%d %B %Y %z").date())
    except ValueError:
        return None
