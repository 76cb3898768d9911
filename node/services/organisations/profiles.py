"""What an organisation says of itself, written at the desk: who it is, where to read more, and its logo.

A logo is made small and written anew (`logos`); it stands among the node's pictures, named by its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from node.context import Node
from node.services.bookings.keeping import closure_of
from node.services.identity.audit import Who, record
from node.services.limits.strangers import FormError
from node.services.listings.own_ids import is_slug, slug_of
from node.services.listings.publishing import PublishingError, put_organisation
from node.services.organisations.hosting import organisation, put_profile
from node.services.organisations.opening_times import closed_of
from node.services.pictures import logos
from node.services.pictures.shelf import write_whole
from node.services.pictures.shrinking import PictureError
from node.services.pictures.upload_names import FOLDER
from node.storage import closures, organisations
from node.storage.engine import Tx
from schemas.errors import Problem, pointer
from schemas.opening import OpeningHours
from schemas.place import Place
from schemas.records import dataclass

MOST_LOGO_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class NewLogo:
    """What becomes of the logo: ``name`` is one of `take_logo`; with none it is taken away."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class FoundAt:
    """Where and when people find an organisation, either of them None where it does not say."""

    place: Place | None = None
    hours: OpeningHours | None = None


def make(node: Node, name: str, type_: str, by: Who) -> str:
    """Host another organisation; its slug. Raises `FormError` for what cannot be kept, or a name that is taken."""
    name = " ".join(name.split())
    slug = slug_of(name) if name else ""
    if not name or not is_slug(slug):
        raise FormError([Problem(pointer(["name"]), "missing", "Say what the organisation is called.")])
    if organisation(node, slug) is not None:
        raise FormError(
            [Problem(pointer(["name"]), "taken", "There is an organisation with such a name here already.")]
        )
    _put(node, name, slug, {"type": type_}, by, "organisation-made")
    return slug


def change(
    node: Node, slug: str, told: Mapping[str, str], logo: NewLogo | None, by: Who, found_at: FoundAt | None = None
) -> None:
    """Say of an organisation what is told by field: ``name``, ``type``, ``url`` and ``description``.

    ``logo`` and ``found_at`` are None where they stay as they are. Raises `FormError`; then nothing is kept.
    """
    name = " ".join(told["name"].split())
    if not name:
        raise FormError([Problem(pointer(["name"]), "missing", "Say what the organisation is called.")])
    profile: dict[str, Any] = {"type": told["type"]}
    profile |= {field: told[field].strip() or None for field in ("url", "description")}
    if found_at is not None:
        own = organisation(node, slug)
        hours = with_closed_days(node, own.organisation.id, found_at.hours) if own else found_at.hours
        profile |= {"place": found_at.place, "opening_hours": hours}
    if logo is not None:
        profile["logo"] = f"{node.settings.url}{FOLDER}/{logo.name}" if logo.name else None
    _put(node, name, slug, profile, by, "organisation-changed")


def with_closed_days(node: Node, organisation_id: str, hours: OpeningHours | None) -> OpeningHours | None:
    """Hours with the days on which the whole organisation is closed, as its calendars have them."""
    if hours is None:
        return None
    with node.database.read() as tx:
        closed = [closure_of(one) for one in closures.of(tx, organisation_id)]
    today = node.clock().astimezone(ZoneInfo(node.settings.timezone)).date()
    return replace(hours, closed=closed_of(closed, today))


def publish_closed_days(node: Node, organisation_id: str) -> None:
    """Say anew on which days an organisation is closed, where it publishes its hours at all."""
    with node.database.read() as tx:
        own = organisations.by_ids(tx, [organisation_id]).get(organisation_id)
    if own is None or own.organisation.opening_hours is None:
        return
    hours = with_closed_days(node, organisation_id, own.organisation.opening_hours)
    put_organisation(node, replace(own.organisation, opening_hours=hours))


def _put(node: Node, name: str, slug: str, profile: Mapping[str, Any], by: Who, action: str) -> None:
    """Keep it, and in the same transaction that it was done."""

    def note(tx: Tx) -> None:
        own = organisations.by_slug(tx, slug)
        record(tx, node, by, action, name, own.organisation.id if own else None)

    try:
        put_profile(node, name, slug, profile, note)
    except PublishingError as error:
        raise FormError(error.problems) from error


def take_logo(node: Node, data: bytes) -> str:
    """The name of a logo that was sent, among the node's pictures from now on. Raises `FormError`."""
    if len(data) > MOST_LOGO_BYTES:
        raise _bad_logo(f"It is larger than {MOST_LOGO_BYTES // 1_000_000} MB. Save it smaller.")
    try:
        made = logos.made(data)
    except PictureError as error:
        raise _bad_logo(str(error)) from error
    name = made.path.rpartition("/")[2]
    write_whole(node.settings.home / FOLDER / name, made.data)
    return name


def is_logo_here(node: Node, name: str) -> bool:
    """Whether `take_logo` gave this name, and the picture is there still."""
    made = logos.parts_of(name)
    return made is not None and "/" not in name and (node.settings.home / FOLDER / name).is_file()


def _bad_logo(words: str) -> FormError:
    return FormError([Problem(pointer(["logo"]), "bad-picture", words)])
