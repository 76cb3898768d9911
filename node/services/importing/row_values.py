"""What a row says, and what its empty cells mean: the documented defaults of an import. Pure.

Cells become values one by one (`parse_cells`); the values become a JSON Feed item (`compose`), not yet checked against
the rules of a listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from node.services.file_formats.spreadsheet import text_of
from node.services.file_formats.workbook import Cell
from node.services.importing import cells, event_cells
from node.services.importing.category_words import OTHER, meant_by
from node.services.importing.cells import CellError
from node.services.importing.columns import CHOICES, CLOSED, PRICE, code_of
from node.services.importing.event_cells import DATES
from node.services.listings.drafts import DEFAULT_LIFE, end_of_day
from schemas.canonical import EXTENSION
from schemas.event import Event
from schemas.fields import rfc3339, without_empty
from schemas.free.prices import price_members
from schemas.listing import GOODS, LATEST_END_DAYS, LONGEST_LIFE
from schemas.records import dataclass
from schemas.vocabulary import DEFAULT_ACTION, home_of

# A day less than a year: the last day runs to its end where the node is, which summer time can push past the limit.
LONGEST_SHOWING = timedelta(days=364)
BUILDING_M, LOCALITY_M = 50, 500
"""Metres to which a point is taken to be exact: where a building is named, and otherwise."""
DEFAULT_TYPE = "community_group"
DEFAULT_CURRENCY = "GBP"
PROVISIONAL = "urn:sharefeed:provisional"

_KIND_OF_ACTION = {"give": "item", "lend": "equipment", "host": "space", "help": "skill"}
_PRIVATE_TAG = re.compile(r"[\w-]+:\S+\Z")
_BARE_ADDRESS = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?:[/:?#]\S*)?\Z")
_COUNTRIES: Mapping[str, str] = {
    **dict.fromkeys(
        ("uk", "united kingdom", "great britain", "england", "scotland", "wales", "northern ireland"), "GB"
    ),
    "ireland": "IE",
    "poland": "PL",
    "polska": "PL",
    "wielka brytania": "GB",
}
"""What people write for the code of a country where they share most."""
_NOTHING_TO_PAY = re.compile(
    r"[-–—]+|free of charge|no (?:charge|cost|fee)|nothing|gratis|za darmo|bezpłatnie|bezpłatn[yae]|darmow[yae]"
    r"|kostenlos|kostenfrei|umsonst|unentgeltlich|gebührenfrei|gratuit|0+(?:[.,]0*)?\s*zł",
    re.IGNORECASE,
)
"""What people write into a column of prices for what costs nothing, beside what is known of it everywhere."""
_CURRENCIES = {"£": "GBP", "GBP": "GBP", "€": "EUR", "EUR": "EUR", "USD": "USD"}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What empty cells mean in this import. ``now`` is aware UTC, ``timezone`` the IANA name of where days are read.

    With ``slug``, all rows must be of ``organisation``, which is known by it.
    """

    now: datetime
    timezone: str = "Europe/London"
    language: str = "en"
    country: str = "GB"
    organisation: str | None = None
    organisation_type: str | None = None
    slug: str = ""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True, slots=True)
class Author:
    """The organisation as a row names it; ``type`` is None where nobody said it."""

    name: str
    type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """``source`` is a web address or the name of a file."""

    source: str
    alt: str | None = None

    @property
    def is_address(self) -> bool:
        return self.source.lower().startswith(("https://", "http://"))


class Fault(NamedTuple):
    """Something wrong with one column of a row, or worth a note."""

    column: str
    message: str


class End(NamedTuple):
    """When a listing ends and which column said so; `open` if none did, `capped` if it said more than a year."""

    moment: datetime
    column: str
    open: bool = False
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """A row as a JSON Feed item with a provisional id; ``closed`` is given, withdrawn or expired where it is over."""

    item: dict[str, Any]
    author: Author
    pictures: tuple[Picture, ...]
    end: End
    closed: str | None
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]


def parse_cells(row: Mapping[str, Cell], today: date) -> tuple[dict[str, Any], list[Fault]]:
    """Column -> value of each cell that can be understood, and the faults of the others."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in row.items():
        try:
            values[column] = _parsed(column, cell, today)
        except CellError as error:
            faults.append(Fault(column, str(error)))
    return values, faults


def _parsed(column: str, cell: Cell, today: date) -> Any:
    if column in CHOICES:
        return _choice(column, cell)
    if column in ("available_from", "available_until"):
        return cells.day(cell, today)
    if column == "expires":
        return cells.day_or_moment(cell, today)
    if column in (DATES, "event_cancelled"):
        return event_cells.days(cell, today)
    return _PARSERS.get(column, cells.line)(cell)


def _choice(column: str, cell: Cell) -> str:
    code = code_of(column, cells.line(cell))
    if code is None:
        # Which words it may be is said by the help of its column, which stands beside this.
        raise CellError("This word is not known here.")
    return code


def _tags(cell: Cell) -> list[str]:
    """Words between semicolons, or commas where there is no semicolon. ``shelf:3`` is a note of the owner's own."""
    found = cells.several(cell, ";" if ";" in cells.words(cell) else ",")
    return list(dict.fromkeys(tag.lstrip("#").strip() for tag in found if not _PRIVATE_TAG.match(tag)))


def _address(cell: Cell) -> str:
    text = cells.line(cell)
    return f"https://{text}" if _BARE_ADDRESS.match(text) else text


def _alts(cell: Cell) -> list[str]:
    """What each picture shows, in their order: the words of one are empty where nobody said it."""
    return [part.strip() for part in re.split("[|\r\n]", cells.words(cell))]


def _value(cell: Cell) -> tuple[int | float, str | None]:
    text = text_of(cell)
    currency = next((code for sign, code in _CURRENCIES.items() if sign in text), None)
    return cells.number(cell), currency


def _country(cell: Cell) -> str:
    said = cells.line(cell)
    return _COUNTRIES.get(said.casefold(), said.upper())


def _price(cell: Cell) -> str:
    said = cells.line(cell)
    if not _NOTHING_TO_PAY.fullmatch(said) and next(price_members({PRICE: said}), None):
        raise CellError("This states a price. Only things that are free from end to end belong here.")
    return ""


_PARSERS: Mapping[str, Callable[[Cell], Any]] = {
    PRICE: _price,
    "description": cells.paragraphs,
    "terms": cells.paragraphs,
    "accessibility": cells.paragraphs,
    "safety": cells.paragraphs,
    "appeal": cells.paragraphs,
    "quantity": cells.count,
    "lat": cells.number,
    "lon": cells.number,
    "precision_m": cells.number,
    "weight_kg": cells.number,
    "hours": cells.number,
    "event_places": cells.number,
    "event_starts": event_cells.span,
    "event_ends": event_cells.clock,
    "replacement_value": _value,
    "tags": _tags,
    "image": lambda cell: cells.several(cell, ";|"),
    "image_alt": _alts,
    "url": _address,
    "request_url": _address,
    "organisation_url": _address,
    "language": lambda cell: cells.line(cell).replace("_", "-"),
    "country": _country,
    "currency": lambda cell: cells.line(cell).upper(),
}


def compose(values: Mapping[str, Any], defaults: Defaults) -> Composed:
    """The item that a row's values make with the defaults for the rest, and what to say about it."""
    notes: list[Fault] = []
    category = _category(values, notes)
    kind = usual_kind(values, category)
    event = _event(values, defaults, notes)
    end = _end(values, defaults, event)
    closed = _closed(values, end, defaults, notes)
    author = _author(values, defaults)
    pictures = _pictures(values)
    extension = {
        "direction": values.get("direction", "offer"),
        "kind": kind,
        "action": values.get("action", DEFAULT_ACTION[kind]),
        "category": category,
        "condition": _condition(values, kind, notes),
        "quantity": _quantity(values, notes),
        "status": "available" if closed else values.get("status"),
        "images": [without_empty({"url": p.source, "alt": p.alt}) for p in pictures if p.is_address],
        "place": _place(values, defaults),
        "available": _available(values, event),
        "event": event_cells.document_of(event) if event else None,
        "expires": rfc3339(end.moment),
        "organisation": _organisation(author),
        "weight_kg": values.get("weight_kg"),
        "replacement_value": _replacement_value(values),
        "hours": values.get("hours"),
        "terms": values.get("terms"),
        "accessibility": values.get("accessibility"),
        "safety": values.get("safety"),
        "appeal": values.get("appeal"),
        "request_url": values.get("request_url", values.get("url")),
    }
    if end.capped and end.column in ("expires", DATES):
        notes.append(Fault(end.column, f"This is more than a year ahead; shown until {end.moment:%d %B %Y}."))
    if end.column == DATES and "expires" in values:
        notes.append(Fault("expires", "The event is over before this; it is shown until the last of its dates."))
    item = {**_core(values, defaults), EXTENSION: without_empty(extension)}
    faults = () if author.name else (Fault("organisation", "No organisation is named here, nor by --organisation."),)
    return Composed(item, author, pictures, end, closed, faults, tuple(notes))


def _core(values: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    members = {
        "id": PROVISIONAL,
        "title": values.get("title"),
        "content_text": values.get("description"),
        "language": values.get("language", defaults.language),
        "tags": values.get("tags"),
        "date_modified": rfc3339(defaults.now),
    }
    return without_empty(members)


def _closed(values: Mapping[str, Any], end: End, defaults: Defaults, notes: list[Fault]) -> str | None:
    """Why the listing is over, if it is: the row says so, or its last day is past."""
    if values.get("status") in CLOSED:
        return str(values["status"])
    if end.moment > defaults.now:
        return None
    notes.append(Fault(end.column, "This day is over, so the listing is not shown."))
    return "expired"


def _category(values: Mapping[str, Any], notes: list[Fault]) -> str:
    meant = meant_by(values.get("category", OTHER), values.get("kind"))
    if meant.note:
        notes.append(Fault("category", meant.note))
    return meant.path


def usual_kind(values: Mapping[str, Any], category: str) -> str:
    """The kind that is said, else what the action says, else what the category is for, else an item.

    What takes place on some dates is a space or a skill.
    """
    if "kind" in values:
        return str(values["kind"])
    if "action" in values:
        return _KIND_OF_ACTION[values["action"]]
    home = home_of(category)
    kinds = home.kinds if home else ()
    if DATES in values:
        return "space" if tuple(kinds) == ("space",) else "skill"
    return kinds[0] if len(kinds) == 1 else "item"


def _condition(values: Mapping[str, Any], kind: str, notes: list[Fault]) -> str | None:
    if "condition" in values and kind not in GOODS:
        notes.append(Fault("condition", "Only items and equipment have a condition; it was left out."))
        return None
    return values.get("condition")


def _quantity(values: Mapping[str, Any], notes: list[Fault]) -> dict[str, Any]:
    count, unit = values.get("quantity"), values.get("unit")
    if isinstance(count, float) and 0 < count < 1e6:
        # Things are counted in whole numbers; a quarter of an acre is one piece of that size.
        notes.append(Fault("quantity", "This is not a whole number; it is shown as one, of this size."))
        return {"available": 1, "unit": " ".join(part for part in (f"{count:g}", unit) if part)}
    return without_empty({"available": count, "unit": unit})


def _event(values: Mapping[str, Any], defaults: Defaults, notes: list[Fault]) -> Event | None:
    event = event_cells.event_in(values, defaults.timezone)
    said = next((name for name in event_cells.COLUMNS if name in values), None)
    if event is None and said:
        notes.append(Fault(said, "No day is named on which it takes place, so this was left out."))
    return event


def _end(values: Mapping[str, Any], defaults: Defaults, event: Event | None) -> End:
    """What the row says, of an event up to two days after its last date; else when that is over, else 90 days on."""
    column = next((name for name in ("expires", DATES, "available_until") if name in values), None)
    if event and column == "expires" and values[column].toordinal() - event.last.toordinal() > LATEST_END_DAYS:
        column = DATES
    if column is None:
        return End(defaults.now + DEFAULT_LIFE, "expires", open=True)
    latest = defaults.today + LONGEST_SHOWING
    stated = event_cells.over(event) if event and column == DATES else values[column]
    if isinstance(stated, datetime):
        capped = stated - defaults.now > LONGEST_LIFE
        return End(end_of_day(latest, defaults.timezone) if capped else stated, column, capped=capped)
    capped = stated > latest
    return End(end_of_day(min(stated, latest), defaults.timezone), column, capped=capped)


def _author(values: Mapping[str, Any], defaults: Defaults) -> Author:
    name = values.get("organisation") or defaults.organisation or ""
    return Author(name, values.get("organisation_type", defaults.organisation_type), values.get("organisation_url"))


def _organisation(author: Author) -> dict[str, Any]:
    members = {"id": PROVISIONAL, "name": author.name or "?", "type": author.type or DEFAULT_TYPE, "url": author.url}
    return without_empty(members)


def _pictures(values: Mapping[str, Any]) -> tuple[Picture, ...]:
    alts = values.get("image_alt", ())
    sources = dict.fromkeys(values.get("image", ()))
    return tuple(Picture(s, (alts[i] or None) if i < len(alts) else None) for i, s in enumerate(sources))


def _place(values: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    members = {"name": values.get("place"), **{name: values.get(name) for name in ("locality", "postcode")}}
    point = {name: values[name] for name in ("lat", "lon") if name in values}
    stated = without_empty({**members, **point})
    if not stated:
        return {}
    precision = values.get("precision_m", BUILDING_M if "place" in values else LOCALITY_M)
    country = values.get("country", defaults.country)
    return without_empty({**stated, "country": country, "precision_m": precision if point else None})


def _available(values: Mapping[str, Any], event: Event | None) -> dict[str, str]:
    """The days that are said; of an event its first and its last, for readers that know no events."""
    days = (("from", "available_from"), ("until", "available_until"))
    said = {name: values[column].isoformat() for name, column in days if column in values}
    on = (event.on or tuple(sorted(event.dates))) if event and not said else ()
    return {"from": on[0].isoformat(), "until": on[-1].isoformat()} if on else said


def _replacement_value(values: Mapping[str, Any]) -> dict[str, Any] | None:
    if "replacement_value" not in values:
        return None
    amount, currency = values["replacement_value"]
    return {"amount": amount, "currency": values.get("currency") or currency or DEFAULT_CURRENCY}
