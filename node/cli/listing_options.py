"""The options that say what a listing is: the same for adding one and for changing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from node.cli import NOTHING_CHANGED
from schemas.errors import Problem
from schemas.records import dataclass
from schemas.vocabulary import ACTIONS, CONDITIONS, DIRECTIONS, KINDS, STATUSES

if TYPE_CHECKING:
    from schemas.listing import Image, Listing, Money


@dataclass(frozen=True, slots=True)
class Member:
    """One option. ``part`` is the member of `Listing` that it fills, with ``name`` inside where that has parts."""

    option: str
    part: str
    help: str
    type: Any = str
    name: str | None = None
    multiple: bool = False


DAY = click.DateTime(formats=["%Y-%m-%d"])

MEMBERS = (
    Member("--title", "title", "What it is, in a few words."),
    Member("--text", "content_text", "What else there is to know, in plain text."),
    Member("--direction", "direction", "Whether it is offered or wanted. Default: offer.", click.Choice(DIRECTIONS)),
    Member("--kind", "kind", "What it is. Default: what its action or category says, else item.", click.Choice(KINDS)),
    Member("--action", "action", "What is done with it. Default: what is usual for its kind.", click.Choice(ACTIONS)),
    Member("--category", "category", "Path in the vocabulary, such as furniture/desk. Default: other."),
    Member("--condition", "condition", "The state of an item.", click.Choice(CONDITIONS)),
    Member("--quantity", "quantity", "How many there are. Default: 1.", int, "available"),
    Member("--unit", "quantity", "What is counted, such as box or hours.", str, "unit"),
    Member("--status", "status", "Whether it can still be had.", click.Choice(STATUSES)),
    Member("--place", "place", "Name of the place where it is.", str, "name"),
    Member("--locality", "place", "Town or part of town.", str, "locality"),
    Member("--postcode", "place", "Postcode, as exact as you want to be.", str, "postcode"),
    Member("--lat", "place", "Latitude in degrees.", float, "lat"),
    Member("--lon", "place", "Longitude in degrees.", float, "lon"),
    Member("--precision", "place", "How exact the point is, in metres.", float, "precision_m"),
    Member("--from", "available", "First day on which it can be had (YYYY-MM-DD).", DAY, "from_"),
    Member("--until", "available", "Last day on which it can be had (YYYY-MM-DD).", DAY, "until"),
    Member("--tag", "tags", "A word by which it is found. May be repeated.", str, multiple=True),
    Member("--image", "images", "Web address of a picture. May be repeated.", str, multiple=True),
    Member("--language", "language", "Language of the text. Default: the node's."),
    Member("--weight", "weight_kg", "Weight of one unit, in kilograms.", float),
    Member("--hours", "hours", "Hours of help or use that are offered.", float),
    Member("--value", "replacement_value", "What it would cost to replace, such as '40 GBP'."),
    Member("--terms", "terms", "What the taker should agree to."),
    Member("--accessibility", "accessibility", "Steps, lifts, parking and so on."),
    Member("--safety", "safety", "What the taker should know to be safe."),
    Member("--appeal", "appeal", "Why it is free although its words read otherwise, for those who run catalogues."),
    Member("--calendar-url", "calendar_url", "Web address of a calendar of free times."),
    Member("--request-url", "request_url", "Web address where a person asks for it."),
)


def _parameter(member: Member) -> str:
    return member.option.removeprefix("--").replace("-", "_") + "_"


def with_members(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each of `MEMBERS`; the command gets them as keywords for `changes_of`."""
    for member in reversed(MEMBERS):
        option = click.option(
            member.option, _parameter(member), type=member.type, multiple=member.multiple, help=member.help
        )
        command = option(command)
    return command


def changes_of(options: Mapping[str, Any], known: Listing | None = None) -> dict[str, Any]:
    """The members of `Listing` that the options name. Parts of a place and the like change one by one."""
    changes: dict[str, Any] = {}
    for member in MEMBERS:
        value = options[_parameter(member)]
        if value is None or value == ():
            continue
        if member.name is None:
            changes[member.part] = _READERS.get(member.part, _as_it_is)(value)
        else:
            whole = changes.get(member.part) or _whole(member.part, known)
            changes[member.part] = replace(whole, **{member.name: _plain(value)})
    return changes


def _whole(part: str, known: Listing | None) -> Any:
    from schemas.listing import Available, Quantity
    from schemas.place import Place

    empty = {"quantity": Quantity(), "place": Place(), "available": Available()}[part]
    return (getattr(known, part) if known else None) or empty


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _as_it_is(value: Any) -> Any:
    return value


def _images(addresses: tuple[str, ...]) -> tuple[Image, ...]:
    from schemas.listing import Image

    return tuple(Image(address) for address in addresses)


def _money(text: str) -> Money:
    from schemas.listing import Money

    wrong = click.BadParameter(f"{text!r} is not an amount and a currency, such as '40 GBP'", param_hint="--value")
    amount, _, currency = text.strip().partition(" ")
    if not currency.strip():
        raise wrong
    try:
        return Money(float(amount), currency.strip())
    except ValueError as error:
        raise wrong from error


_READERS: Mapping[str, Callable[[Any], Any]] = {"images": _images, "replacement_value": _money}


@contextmanager
def refused_by_option(end: str = "--expires") -> Iterator[None]:
    """Name the options where `PublishingError` names places in a document; ``end`` is the one for the last day."""
    from node.services.listings.doubted import INSTEAD, is_refused
    from node.services.listings.publishing import PublishingError

    try:
        yield
    except PublishingError as error:
        problems = list(dict.fromkeys(_said(found.pointer, found.message, end) for found in error.problems))
        if is_refused(error.problems):
            problems += [INSTEAD, "If the words were misread, say with --appeal why it is free."]
        raise click.ClickException("\n  ".join([NOTHING_CHANGED, *problems])) from error


def tell_doubts(doubts: Sequence[Problem]) -> None:
    """Tell the author of a listing what its words leave in doubt."""
    from node.services.listings.doubted import LOOKED_AT

    if doubts:
        click.echo("\n  ".join([f"Note: {LOOKED_AT}", *(problem.message for problem in doubts)]), err=True)


def _said(pointer: str, message: str, end: str) -> str:
    place = pointer.removeprefix("/0")
    options = {_pointer(member): member.option for member in MEMBERS}
    options |= {"/_sharefeed/expires": end, "/image": "--image"}
    inside = [option for at, option in options.items() if f"{place}/".startswith(f"{at}/")]
    return f"{inside[0]}: {message}" if inside else message


def _pointer(member: Member) -> str:
    """Where an option's value stands in the listing (RFC 6901)."""
    if member.part in ("title", "content_text", "tags", "language"):
        return f"/{member.part}"
    inner = f"/{member.name.rstrip('_')}" if member.name else ""
    return f"/_sharefeed/{member.part}{inner}"


def settle_category(changes: dict[str, Any], kind: str | None = None) -> str | None:
    """Put the category that is meant in place of the words for it; a note for whoever wrote them, if one is due.

    Raises `click.BadParameter` for a category that is not known at all.
    """
    from node.services.importing.category_words import meant_by

    if "category" not in changes:
        return None
    text = changes["category"]
    meant = meant_by(text, changes.get("kind", kind))
    if meant.lost:
        hint = (meant.note or "").partition("”.")[2]
        unknown = f"{text!r} is no category that is known (docs/vocabulary.md has them).{hint}"
        raise click.BadParameter(unknown, param_hint="--category")
    changes["category"] = meant.path
    return f"Note: --category {text}: {meant.note}" if meant.note else None


def day_of(value: datetime | None) -> date | None:
    """The day that `DAY` has read."""
    return value.date() if value else None
