"""A handover: what the halves of a receipt say together about one exchange, and what its effect was. Pure.

Refuses to know people: a person is a side without an id and a name.
"""

from __future__ import annotations

from typing import NamedTuple

MATCHED, ONE_OPERATOR, ONE_SIDED, DIFFERS = "matched", "one_operator", "one_sided", "differs"
HANDOVER_STATES = (MATCHED, ONE_OPERATOR, ONE_SIDED, DIFFERS)
"""Both halves say the same; they do, under one operator's key; there is one half only; they contradict each other."""

PERSON = "person"
"""The type of a side that is no organisation."""

MEASURED, STATED, DEFAULT, NOT_KNOWN = "measured", "stated", "default", "unknown"
WEIGHT_SOURCES = (MEASURED, STATED, DEFAULT, NOT_KNOWN)


class Handover(NamedTuple):
    """One exchange as its receipt has it.

    ``counted``: it is matched and came to its end as it should. ``weight_g`` are grams of all units together and None
    where nobody knows, ``minutes`` those of the whole exchange; the figures of carbon dioxide equivalent are grams and
    ``cost_pence`` is disposal that was avoided, all by the factors of the version ``factors``. The owner is whose
    listing it was; on an offer the owner is the giver, on a want the asker is. The days are ISO 8601 and blank where
    not known; ``month`` is that of ``ended_on``. ``changed_at`` is seconds since 1970.
    """

    exchange: str
    state: str
    counted: bool
    outcome: str
    direction: str
    action: str
    kind: str
    category: str
    listing_id: str
    title: str
    owner_id: str
    place: str = ""
    quantity: int = 1
    weight_g: int | None = None
    weight_source: str = NOT_KNOWN
    minutes: int | None = None
    co2e_low_g: int | None = None
    co2e_g: int | None = None
    co2e_high_g: int | None = None
    cost_pence: int | None = None
    factors: str = ""
    giver_id: str = ""
    taker_id: str = ""
    giver_name: str = ""
    taker_name: str = ""
    giver_type: str = PERSON
    taker_type: str = PERSON
    asker_id: str = ""
    listed_on: str = ""
    asked_on: str = ""
    accepted_on: str = ""
    handed_over_on: str = ""
    ended_on: str = ""
    month: str = ""
    changed_at: int = 0
