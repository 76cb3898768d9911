"""Is this really free? Every member that states a price to pay is found, however deep, in our or schema.org's terms.

It says where, and nothing else: what becomes of the listing is for the listing's rules and its reader to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
# What nearly every listing says of itself, so that it need not be looked at word by word.
_HARMLESS = """
id url title content_text content_html summary language image tags authors name avatar date_published date_modified
attachments mime_type size_in_bytes _sharefeed direction kind action category condition quantity available unit
status images alt place locality postcode country lat lon precision_m from until calendar_url expires organisation
type weight_kg hours terms accessibility safety request_url hash sig via
"""
HARMLESS_NAMES = frozenset(_HARMLESS.split())
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
    return _stated_prices(value, path) if _has_doubtful_names(value) else iter(())


def _has_doubtful_names(value: Any) -> bool:
    """Whether any member has a name that could be a price's. Most listings have none, and this is soon said."""
    members: Iterable[Any] = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        if not value.keys() <= HARMLESS_NAMES and any(map(names_a_price, value)):
            return True
        members = value.values()
    return any(_has_doubtful_names(member) for member in members if isinstance(member, (dict, list)))


def _stated_prices(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name == _STATED_VALUE:
                continue
            if names_a_price(name) and _states_money(name, member):
                message = "This states a price. Only things that are free from end to end belong here."
                yield Problem(pointer((*path, name)), "not-free", message)
            elif type(member) is not str and isinstance(member, (dict, list)):
                yield from _stated_prices(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, (dict, list)):
                yield from _stated_prices(member, (*path, index))


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
