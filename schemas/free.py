"""Is this really free? Every member that states a price to pay is found, however deep, in our or schema.org's terms.

It says where, and nothing else: what becomes of the listing is for the listing's rules and its reader to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from schemas.errors import Problem, pointer

# Compared in lower case without "_" and "-".
PRICE_NAMES = frozenset(
    [
        *("price", "lowprice", "highprice", "minprice", "maxprice", "pricerange", "pricespecification", "discount"),
        "isaccessibleforfree",
        *("fee", "fees", "entryfee", "hirefee", "hireprice", "rentalprice", "hourlyrate", "dailyrate", "amountdue"),
    ]
)
_ACCESS = "isaccessibleforfree"
_LONGEST_NAME = 60
_STATED_VALUE = "replacement_value"

# A price that says "nothing": empty, zero in any spelling and currency, or a word for free. "£££" says much.
_NOTHING = re.compile(
    r"(?:(?:[£$€]|[A-Z]{3})?\s*0+(?:[.,]0*)?\s*(?:[£$€]|[A-Z]{3})?|free|none|no|nil|n/?a)?", re.IGNORECASE
)


def price_members(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Every member, however deep, that states a price to pay: a listing here is free or it is not a listing.

    A price of nothing (0, "0.00", null, "free") is no price. What the giver thinks a replacement would cost
    (``replacement_value``) is none either.
    """
    if isinstance(value, dict):
        for name, member in value.items():
            if name == _STATED_VALUE:
                continue
            if names_a_price(name) and _states_money(name, member):
                message = "This states a price. Only things that are free from end to end belong here."
                yield Problem(pointer((*path, name)), "not-free", message)
            elif type(member) is not str and isinstance(member, (dict, list)):
                yield from price_members(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, (dict, list)):
                yield from price_members(member, (*path, index))


def names_a_price(name: str) -> bool:
    """Whether a member or element of this name states a price, if it states anything."""
    # No price name is that long; remembering what strangers call their members must stay cheap.
    return len(name) <= _LONGEST_NAME and _remembered(name)


@lru_cache(maxsize=2048)
def _remembered(name: str) -> bool:
    return _folded(name) in PRICE_NAMES


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _states_money(name: str, value: Any) -> bool:
    if _folded(name) == _ACCESS:
        return value is False or (isinstance(value, str) and value.strip().lower() in ("false", "no"))
    return _is_more_than_nothing(value)


def _is_more_than_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return not _NOTHING.fullmatch(value.strip())
    if isinstance(value, dict):
        # Words in there name a currency or a type; only a figure states an amount.
        figures = (v for v in value.values() if not isinstance(v, str) or any(c.isdigit() for c in v))
        return any(_is_more_than_nothing(figure) for figure in figures)
    if isinstance(value, list):
        return any(_is_more_than_nothing(member) for member in value)
    return bool(value)
