"""The form of a listing at the desk: what it asks for each way of sharing, and from what is typed to a listing.

Cells are read by the readers that an import uses, and the result is judged by the rules of a listing, so that whatever
is right here is right for every reader. Nothing is fetched, stored or asked of a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from node.services.desk import event
from node.services.desk.fields import (
    AT,
    COLUMNS,
    EVENT,
    EVERY_FIELD,
    FIELD_OF,
    FIELDS,
    GIVE,
    HELP,
    HOST,
    LEND,
    MEMBERS,
    PLACE,
    WANTED,
)
from node.services.desk.guess import categories_for, condition_for, count_for
from node.services.desk.place import DOOR, PRECISIONS, key_of, precision_of, told
from node.services.importing.cells import CellError, day
from node.services.importing.row_values import LONGEST_SHOWING, Composed, Defaults, compose, parse_cells
from node.services.listings import safety
from node.services.listings.drafts import end_of_day
from node.services.listings.safety import FOOD_IN_DATE, NOT_YET, Check
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem
from schemas.event import NOT_NEEDED, EventSchema
from schemas.fields import rfc3339
from schemas.listing import GOODS, Listing, load_listing
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.records import dataclass
from schemas.vocabulary import categories

NEEDS = ("give", "lend", "host", "help")
"""What somebody may want to be done."""
HERE, NOWHERE = "other", "none"
"""Answers to where it is, beside the places that were used before: somewhere else, and nowhere in particular."""
CONTACT = "Contact: "
"""What begins the last line of a listing's terms, where they say how to get in touch."""

_KINDS = {GIVE: "item", LEND: "equipment", HOST: "space", HELP: "skill"}
_WEB = re.compile(r"(?:https?://\S+|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:/\S*)?)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a form is filled in against: whose it is, what empty fields mean, where things were before.

    ``known`` is the listing that is being changed; ``places`` are those used before, the most frequent first.
    """

    organisation: Organisation
    defaults: Defaults
    places: tuple[Place, ...] = ()
    known: Listing | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What was typed, as a listing, or ``errors``: one sentence for each wrong field, in the fields' order.

    ``open_end`` says that no last day was named. The listing has a provisional id. ``item`` is what its words stand in,
    as a JSON Feed item, whether or not it is right.
    """

    listing: Listing | None
    errors: Mapping[str, str] = field(default_factory=dict)
    open_end: bool = False
    item: Mapping[str, Any] = field(default_factory=dict)


def action_of(sign: str, typed: Mapping[str, str]) -> str:
    """What is to be done: of a want, what it says that it needs."""
    if sign == EVENT:
        return typed["gathering"] if typed.get("gathering") in event.GATHERINGS else HELP
    if sign != WANTED:
        return sign
    return typed["need"] if typed.get("need") in NEEDS else GIVE


def category_of(sign: str, typed: Mapping[str, str]) -> str:
    """The category that was chosen, else the one that the title suggests; empty where there is neither."""
    chosen = typed.get("category", "").strip()
    if chosen in categories():
        return chosen
    return next(iter(categories_for(typed.get("title", ""), action_of(sign, typed))), "")


def read(sign: str, typed: Mapping[str, str], setting: Setting) -> Read:
    """The listing that the fields make. Never raises, whatever they hold."""
    said = {name: typed.get(name, "") for name in FIELDS[sign]}
    faults: dict[str, str] = {}
    category = category_of(sign, said) or "other"
    composed = _composed(sign, said, category, setting, faults)
    extension = composed.item[EXTENSION]
    extension["place"] = _place(said, extension.get("place") or {}, setting, faults)
    checks = _checks(sign, category, said, setting.defaults.today, faults)
    extension["safety"] = safety.text_of(checks, said.get("safety", ""))
    _contact(said, extension)
    if sign == EVENT:
        _event(said, extension, setting, faults)
    else:
        _ends(composed, said, setting, faults)
    item = {**composed.item, EXTENSION: _bare(extension)}
    listing = _judged(item, faults)
    if listing is None or faults:
        return Read(None, {name: faults[name] for name in ("", *EVERY_FIELD) if name in faults}, item=item)
    open_end = composed.end.open and sign != EVENT and safety.good_until(listing.safety) is None
    return Read(_kept(listing, setting), {}, open_end, item)


def _composed(sign: str, said: Mapping[str, str], category: str, setting: Setting, faults: dict[str, str]) -> Composed:
    row = {COLUMNS[name]: text for name, text in said.items() if name in COLUMNS and text.strip()}
    values, wrong = parse_cells({**row, "category": category}, setting.defaults.today)
    faults |= {FIELD_OF[fault.column]: fault.message for fault in wrong}
    action = action_of(sign, said)
    if "condition" in FIELDS[sign] and not said["condition"].strip():
        values["condition"] = condition_for(f"{said['title']} {said['text']}")
    if "count" in FIELDS[sign] and not said["count"].strip():
        values["quantity"] = count_for(said["title"])
    values |= {"action": action, "kind": _kind(action, category, setting.known)}
    values["direction"] = "want" if sign == WANTED else "offer"
    return compose(values, setting.defaults)


def _kind(action: str, category: str, known: Listing | None) -> str:
    """The kind of what is shared: what it was, where that fits, else what the category holds, else the usual one."""
    fits = [kind for kind in ("item", "equipment") if action in (GIVE, LEND)] or [_KINDS[action]]
    if known is not None and known.kind in fits:
        return known.kind
    stated = [kind for kind in categories()[category].kinds if kind in fits] if category in categories() else []
    return _KINDS[action] if _KINDS[action] in stated or not stated else stated[0]


def _place(
    said: Mapping[str, str], typed: Mapping[str, Any], setting: Setting, faults: dict[str, str]
) -> dict[str, Any]:
    """Where it is: a place used before, as it was told then, or one that was typed, as exactly as was asked."""
    chosen = said["place"] or (HERE if any(said[name].strip() for name in PLACE[1:6]) else "")
    if chosen == NOWHERE:
        return {}
    before = next((place for place in setting.places if key_of(place) == chosen), None)
    if before is None and setting.known is not None and setting.known.place is not None:
        before = setting.known.place if key_of(setting.known.place) == chosen else None
    if before is not None:
        return _members(before)
    if not typed:
        faults.setdefault("place" if setting.places else "locality", "Say where it is; the town is enough.")
        return {}
    if ("lat" in typed) != ("lon" in typed):
        return dict(typed)
    precision = said["precision"] if said["precision"] in PRECISIONS else DOOR
    return _members(told(Place(**{**typed, "precision_m": None}), precision))


def in_typed_town(typed: Mapping[str, str], places: Sequence[Place]) -> Mapping[str, str]:
    """A form in which an earlier place is chosen and another town typed, as that town; else as it is.

    What the other fields say of the earlier place is left out.
    """
    chosen = next((place for place in places if key_of(place) == typed["place"]), None)
    if chosen is None or typed["locality"].strip() in {place.locality for place in places}:
        return typed
    before = _typed_place(chosen)
    same = [name for name in ("place_name", "postcode", "lat", "lon") if typed.get(name, "").strip() == before[name]]
    return {**typed, "place": HERE, **dict.fromkeys(same, "")}


def _members(place: Place) -> dict[str, Any]:
    names = ("name", "locality", "postcode", "country", "lat", "lon", "precision_m")
    return {name: value for name in names if (value := getattr(place, name)) is not None}


def _checks(
    sign: str, category: str, said: Mapping[str, str], today: date, faults: dict[str, str]
) -> tuple[Check, ...]:
    """The answers about safety, where any are asked for: of things that change hands."""
    if sign not in (GIVE, LEND):
        return ()
    question = safety.question_of(category)
    found = list(_answer(question, said, today, faults)) if question else []
    if safety.asks_recall(category) and said.get("recall"):
        found.append(Check("recall.checked"))
    return tuple(found)


def _answer(question: str, said: Mapping[str, str], today: date, faults: dict[str, str]) -> Iterator[Check]:
    answer = said["check"].rpartition(".")[2] if said["check"].startswith(f"{question}.") else ""
    if answer not in safety.answers_of(question):
        faults["check"] = "Answer this, so that nobody is harmed by it."
    elif answer == NOT_YET:
        faults["check"] = "Remove the personal data first. What you wrote is kept until then."
    elif f"{question}.{answer}" != FOOD_IN_DATE:
        yield Check(f"{question}.{answer}")
    else:
        yield from _in_date(said["food_until"], today, faults)


def _in_date(typed: str, today: date, faults: dict[str, str]) -> Iterator[Check]:
    if not typed.strip():
        faults["food_until"] = "Say which date is on it; of several, the first."
        return
    try:
        until = day(typed, today)
    except CellError as error:
        faults["food_until"] = str(error)
        return
    if until < today:
        faults["food_until"] = "This day is over, so it is not in date any more."
    yield Check(FOOD_IN_DATE, until)


def _contact(said: Mapping[str, str], extension: dict[str, Any]) -> None:
    """How to get in touch: a web page is one that readers link to, all else a line of the terms."""
    contact = " ".join(said.get("contact", "").split())
    extension.pop("request_url", None)
    if not contact:
        return
    if _WEB.match(contact):
        extension["request_url"] = contact if "://" in contact else f"https://{contact}"
    else:
        extension["terms"] = "\n".join(part for part in (extension.get("terms", ""), CONTACT + contact) if part)


def _event(said: Mapping[str, str], extension: dict[str, Any], setting: Setting, faults: dict[str, str]) -> None:
    """When it takes place; readers that know no events see its first and its last day."""
    dated = event.read(said, setting.defaults, faults)
    if dated is not None:
        extension["event"] = EventSchema().dump(dated.event)
        days = dated.event.on or dated.event.dates
        extension["available"] = {"from": days[0].isoformat(), "until": days[-1].isoformat()}
        extension["expires"] = rfc3339(dated.ends)


def _ends(composed: Composed, said: Mapping[str, str], setting: Setting, faults: dict[str, str]) -> None:
    name = FIELD_OF.get(composed.end.column, "expires")
    if composed.closed == "expired" and not (set(faults) & {"expires", "until"}):
        faults[name] = "This day is over; choose a later one."
    latest = setting.defaults.today + LONGEST_SHOWING
    if composed.end.capped and name == "expires" and said["expires"].strip():
        faults.setdefault("expires", f"A listing is shown for a year at most: choose a day up to {latest.isoformat()}.")
    day = safety.good_until(composed.item[EXTENSION]["safety"])
    if day is not None:
        _ends_in_date(composed, day, setting, faults)


def _ends_in_date(composed: Composed, day: date, setting: Setting, faults: dict[str, str]) -> None:
    """Food is shown for as long as it is in date, so that what is said of it stays true."""
    last = end_of_day(day, setting.defaults.timezone)
    if composed.end.moment > last and not composed.end.open:
        faults.setdefault(
            FIELD_OF.get(composed.end.column, "expires"),
            f"It is in date until {day.isoformat()}, and shown no longer: choose a day up to then.",
        )
    composed.item[EXTENSION]["expires"] = rfc3339(min(composed.end.moment, last))


def _judged(item: dict[str, Any], faults: dict[str, str]) -> Listing | None:
    try:
        return load_listing(item)
    except DocumentError as error:
        for problem in error.problems:
            faults.setdefault(field_at(problem), problem.message)
        return None


def field_at(problem: Problem) -> str:
    """The field of the form behind a place in the listing; "" for the whole."""
    start = f"/{EXTENSION}/"
    place = problem.pointer.removeprefix("/0").removeprefix(start)
    while place:
        if place in AT:
            return AT[place]
        place = place.rpartition("/")[0]
    return ""


def _bare(extension: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extension.items() if value not in (None, "", {}, [])}


def _kept(listing: Listing, setting: Setting) -> Listing:
    """With what the form does not ask for as it was, and the end to the second where its day is the same."""
    made, known = replace(listing, organisation=setting.organisation), setting.known
    if known is None:
        return made
    zone = ZoneInfo(setting.defaults.timezone)
    same_day = made.expires.astimezone(zone).date() == known.expires.astimezone(zone).date()
    asked = FIELDS[sign_of(made)]
    unasked = {member: getattr(known, member) for name, member in MEMBERS.items() if name not in asked}
    if made.kind not in GOODS:
        unasked.pop("condition", None)
    return replace(
        made,
        **unasked,
        images=known.images,
        date_published=known.date_published,
        status=known.status,
        calendar_url=known.calendar_url,
        replacement_value=known.replacement_value,
        content_html=known.content_html if made.content_text == known.content_text else None,
        expires=known.expires if same_day and made.event is None else made.expires,
    )


def sign_of(listing: Listing) -> str:
    """Which of the forms a listing belongs in."""
    if listing.event is not None:
        return EVENT
    return WANTED if listing.direction == "want" else listing.action


def typed_of(listing: Listing, timezone: str) -> dict[str, str]:
    """What the form would have to hold for this listing."""
    checks, notes = safety.apart(listing.safety)
    terms, contact = _terms_apart(listing)
    place = listing.place
    available = listing.available
    typed = {
        "title": listing.title,
        "text": listing.content_text or "",
        "category": listing.category,
        "need": listing.action,
        "count": str(listing.quantity.available),
        "unit": listing.quantity.unit or "",
        "condition": listing.condition or "",
        "check": next((check.code for check in checks if not check.code.startswith(safety.RECALL)), ""),
        "food_until": next((check.until.isoformat() for check in checks if check.until), ""),
        "recall": next(("yes" for check in checks if check.code.startswith(safety.RECALL)), ""),
        "safety": notes,
        "place": key_of(place) if place else NOWHERE,
        "from": available.from_.isoformat() if available and available.from_ else "",
        "until": available.until.isoformat() if available and available.until else "",
        "weight": f"{listing.weight_kg:g}" if listing.weight_kg is not None else "",
        "hours": f"{listing.hours:g}" if listing.hours is not None else "",
        "terms": terms,
        "contact": contact,
        "expires": listing.expires.astimezone(ZoneInfo(timezone)).date().isoformat(),
        "accessibility": listing.accessibility or "",
        "tags": "; ".join(listing.tags),
        "language": listing.language or "",
        "appeal": listing.appeal or "",
        **_typed_place(place),
        "gathering": listing.action,
        **(event.typed_of(listing.event) if listing.event else {}),
    }
    return {name: typed[name] for name in FIELDS[sign_of(listing)]}


def _typed_place(place: Place | None) -> dict[str, str]:
    stated = place or Place()
    return {
        "place_name": stated.name or "",
        "locality": stated.locality or "",
        "postcode": stated.postcode or "",
        "lat": "" if stated.lat is None else f"{stated.lat:g}",
        "lon": "" if stated.lon is None else f"{stated.lon:g}",
        "precision": precision_of(stated),
    }


def is_told(listing: Listing) -> bool:
    """Whether a listing says itself how people get in touch, or that they need not."""
    return bool(_terms_apart(listing)[1]) or (listing.event is not None and listing.event.sign_up == NOT_NEEDED)


def _terms_apart(listing: Listing) -> tuple[str, str]:
    before, _, last = (listing.terms or "").rpartition("\n")
    if listing.request_url or not last.startswith(CONTACT):
        return listing.terms or "", listing.request_url or ""
    return before, last.removeprefix(CONTACT)
