"""What the operator says in place of a plain feed, and how its entries become listings with it.

Pure, and steady: an entry that has not changed becomes the same listing on every poll, so its hash stays. Only an
entry without any date (or dated in the future) needs the clock, and then in steps of half its life.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.canonical import EXTENSION
from schemas.document import Document
from schemas.errors import DocumentError
from schemas.fields import (
    FORBIDDEN,
    AbsoluteUri,
    Choice,
    Field,
    HttpUrl,
    Language,
    Moment,
    Number,
    Part,
    problems_of,
    refuse,
    rfc3339,
    without_empty,
)
from schemas.listing import CategoryPath
from schemas.organisation import Organisation, OrganisationSchema
from schemas.place import Place, PlaceSchema
from schemas.records import dataclass
from schemas.strict_json import loads
from schemas.vocabulary import ACTIONS, ACTIONS_OF_KIND, DEFAULT_ACTION, DIRECTIONS, KINDS

MAX_DAYS = 366
MAX_TITLE = 200
MAX_DERIVED_TITLE = 80
MAX_TEXT = 10_000
MAX_HTML = 40_000
MAX_MARKUP_READ = 200_000
MAX_TAGS = 20
MAX_TAG = 60

_DAY_S = 86_400
_BLOCK = re.compile(r"<(?=/?(?:p|div|br|li|ul|ol|tr|td|th|h[1-6]|hr|dt|dd|pre|section|article)\b)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_ABSOLUTE, _URL, _TONGUE, _WHEN = AbsoluteUri(), HttpUrl(), Language(), Moment()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What every entry of one plain feed is, unless it says otherwise. ``place`` stands in where an entry has none."""

    organisation: Organisation
    direction: str = "offer"
    kind: str = "item"
    action: str = "give"
    category: str = "other"
    place: Place | None = None
    language: str | None = None
    days_until_expiry: int = 30

    def to_json(self) -> str:
        """JSON text, as `from_json` reads it."""
        return json.dumps(without_empty(_DEFAULTS.dump(self)), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Defaults:
        """Raises `DocumentError` with JSON Pointers for what is missing or does not fit together."""
        document = loads(text.encode("utf-8", "surrogatepass"))
        try:
            defaults: Defaults = _DEFAULTS.load(document)
        except ValidationError as error:
            raise DocumentError(problems_of(error.messages)) from error
        return defaults


class _DefaultsSchema(Document):
    made = Defaults
    organisation = Part(OrganisationSchema(), required=True)
    direction = Choice(DIRECTIONS, load_default="offer")
    kind = Choice(KINDS, load_default="item")
    action = Choice(ACTIONS, load_default="give")
    category = CategoryPath(limit=80, load_default="other")
    place = Part(PlaceSchema())
    language = Language()
    days_until_expiry = Number(1, MAX_DAYS, whole=True, load_default=30)

    def check(self, loaded: dict[str, Any]) -> None:
        kind, action = loaded["kind"], loaded["action"]
        if action not in ACTIONS_OF_KIND[kind]:
            allowed = " or ".join(ACTIONS_OF_KIND[kind])
            raise refuse("action-does-not-fit", f"With kind {kind} the action is {allowed}.", "action")


_DEFAULTS = _DefaultsSchema()


def with_defaults(item: Any, defaults: Defaults, now: int) -> dict[str, Any]:
    """The whole listing item that a plain ``item`` stands for; ``now`` in seconds since 1970.

    What the entry says of itself stays, unknown members included; what is too long is cut at the end of a word, and a
    broken picture or tag is left out. Raises `DocumentError` for an entry that has nothing to know it by (``missing``
    at ``/id``) or nothing to say (``missing`` at ``/title``).
    """
    if not isinstance(item, dict):
        raise DocumentError.of("not-an-object", "An item is an object with named members.")
    listing_id = _identity(item, defaults)
    text, html = _contents(item)
    modified = _modified(item, defaults, now)
    kept = {name: value for name, value in item.items() if name not in _JUDGED}
    return without_empty(
        {
            **kept,
            "id": listing_id,
            "url": _valid(_URL, item.get("url")),
            "title": _title(item, text, html),
            "content_text": text,
            "content_html": html,
            "language": _valid(_TONGUE, item.get("language")) or defaults.language,
            "image": _valid(_URL, item.get("image")),
            "tags": _tags(item.get("tags")),
            "date_published": _valid(_WHEN, item.get("date_published")) and item["date_published"],
            "date_modified": rfc3339(modified),
            EXTENSION: _extension(item.get(EXTENSION), defaults, modified),
        }
    )


_JUDGED = frozenset(["url", "content_text", "content_html", "language", "image", "tags", "date_published"])


def _extension(own: Any, defaults: Defaults, modified: datetime) -> dict[str, Any]:
    """Our members: the entry's own where it has any, else the operator's. Kind, action and category go together."""
    said = own if isinstance(own, dict) else {}
    stated = _DEFAULTS.dump(defaults)
    filled = {name: stated[name] for name in ("direction", "organisation")}
    if "kind" not in said:
        filled |= {name: stated[name] for name in ("kind", "action")}
    elif said["kind"] in KINDS:
        filled["action"] = DEFAULT_ACTION[said["kind"]]
    filled["category"] = stated["category"]
    filled["expires"] = rfc3339(modified + timedelta(days=defaults.days_until_expiry))
    place = _place(said.get("place"), stated.get("place"))
    return without_empty({**filled, **said, "place": place})


def _place(own: Any, default: dict[str, Any] | None) -> Any:
    """The entry's own place; the operator's town and country beside it, because a point alone tells people little."""
    if not default or not isinstance(own, dict) or not own:
        return own or default
    return {**{name: default[name] for name in ("locality", "country") if name in default}, **own}


def _identity(item: Mapping[str, Any], defaults: Defaults) -> str:
    """The entry's id if it is a URI; else one derived from the id, or the address, that it has in this feed."""
    stated = item.get("id")
    if isinstance(stated, (int, float)) and not isinstance(stated, bool):
        # JSON Feed 1.1 asks readers to take a number as the text of it.
        stated = str(stated)
    known = _valid(_ABSOLUTE, stated)
    if known:
        return str(known)
    if isinstance(stated, str) and stated.strip():
        name = f"{defaults.organisation.id}\n{stated.strip()}"
        return uuid.uuid5(uuid.NAMESPACE_URL, name.encode("utf-8", "replace").decode()).urn
    url = _valid(_URL, item.get("url"))
    if url:
        return str(url)
    raise DocumentError.of("missing", "This entry has neither an id nor an address, so it cannot be followed.", "/id")


def _modified(item: Mapping[str, Any], defaults: Defaults, now: int) -> datetime:
    """When the entry last changed: the later of its dates; without one, the start of this half of its life."""
    stated = [_moment(item.get(name)) for name in ("date_modified", "date_published")]
    past = [moment for moment in stated if moment and moment.timestamp() <= now + _DAY_S]
    if past:
        return max(past)
    step = max(1, defaults.days_until_expiry // 2) * _DAY_S
    return datetime.fromtimestamp(now // step * step, UTC)


def _moment(value: Any) -> datetime | None:
    try:
        moment: datetime | None = _WHEN.deserialize(value) if value is not None else None
    except ValidationError:
        return None
    return moment


def _valid(field: Field, value: Any) -> Any:
    """The value if the field takes it, else None."""
    try:
        return field.deserialize(value) if value is not None else None
    except ValidationError:
        return None


def _contents(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Text and markup within their limits; markup that is too long becomes text, because it cannot be cut safely."""
    text, html = _cleaned(item.get("content_text")), _cleaned(item.get("content_html"))
    if html and len(html) > MAX_HTML:
        text, html = text or _without_markup(html), None
    return (cut(text, MAX_TEXT) if text else None), html


def _cleaned(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = FORBIDDEN.sub(" ", value)
    return text if text.strip() else None


def _without_markup(html: str) -> str:
    """The words that a browser would show, on one line; scripts and styles are none."""
    import nh3  # Here, because only the few entries without a title or with far too much markup need it.

    start = _BLOCK.sub(" <", html[:MAX_MARKUP_READ])
    return _SPACE.sub(" ", unescape(nh3.clean(start, tags=set()))).strip()


def _title(item: Mapping[str, Any], text: str | None, html: str | None) -> str:
    """The stated title on one line; without one, the first words of the text."""
    title = _SPACE.sub(" ", _cleaned(item.get("title")) or "").strip()
    if title:
        return cut(title, MAX_TITLE)
    words = _SPACE.sub(" ", text or _cleaned(item.get("summary")) or "").strip() or _without_markup(html or "")
    if not words:
        raise DocumentError.of("missing", "This entry has neither a title nor any text.", "/title")
    return cut(FORBIDDEN.sub(" ", words), MAX_DERIVED_TITLE)


def _tags(value: Any) -> list[str]:
    words = [_SPACE.sub(" ", _cleaned(tag) or "").strip() for tag in value] if isinstance(value, list) else []
    return list(dict.fromkeys(cut(word, MAX_TAG) for word in words if word))[:MAX_TAGS]


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at the end of a word and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    at_word = text[:limit].rpartition(" ")[0].rstrip()
    # A word that is longer than half of what there is room for is cut through.
    return (at_word if len(at_word) > limit // 2 else text[: limit - 1]) + "…"
