"""A listing as the cells of an import's columns: what an export writes, and what is shown of a feed that is imported.

The way back from `row_values`. Not everything of a listing has a column: `said_so` keeps the rest for readers that
have the listing itself, and lets what somebody corrected in a cell count instead. Takes items of any shape.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from node.services.importing import event_cells
from node.services.importing.columns import COLUMNS
from node.services.importing.row_values import Picture
from node.services.listings.own_ids import new_key, slug_of
from schemas.canonical import EXTENSION

_ALWAYS = ("/date_modified", "/_sharefeed/expires", "/_sharefeed/organisation", "/id")
"""What an import decides itself."""
_NEVER = ("id", "url", "image", "authors", "date_modified")
_TOGETHER: Mapping[str, str] = {
    "image": "/_sharefeed/images",
    "image_alt": "/_sharefeed/images",
    "currency": "/_sharefeed/replacement_value",
    "replacement_value": "/_sharefeed/replacement_value",
    "url": "/_sharefeed/request_url",
    **dict.fromkeys(event_cells.COLUMNS, "/_sharefeed/event"),
}
"""Columns that fill one member of a listing between them."""
_ASIDE = ("id", "organisation", "organisation_type", "organisation_url", "expires")


def cells_of(item: Mapping[str, Any]) -> dict[str, str]:
    """Column -> text, of everything of an item that has a column; ``id`` and organisation as they name its key."""
    found = {name: _text(_at(item, column.pointer)) for name, column in COLUMNS.items()}
    images = _images(item)
    tags = item.get("tags")
    found |= {
        "url": "",
        "tags": ";".join(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else "",
        "image": ";".join(_one_address(image.get("url")) for image in images),
        "image_alt": "|".join(_one_line(image.get("alt")) for image in images).rstrip("|"),
        **event_cells.texts_of(_at(item, "/_sharefeed/event")),
        **_names(item),
    }
    return {name: text for name, text in found.items() if text}


def said_so(item: Mapping[str, Any], cells: Mapping[str, str], composed: Mapping[str, Any]) -> dict[str, Any]:
    """The item as it was read, but for what an import decides and for columns whose ``cells`` were corrected since.

    ``composed`` is what the cells make by themselves.
    """
    first = cells_of(item)
    corrected = [name for name in COLUMNS if name not in _ASIDE and cells.get(name, "") != first.get(name, "")]
    made: dict[str, Any] = {name: copy.deepcopy(value) for name, value in item.items() if name not in _NEVER}
    extension = made.get(EXTENSION)
    made[EXTENSION] = extension = extension if isinstance(extension, dict) else {}
    if _images(item) and "images" not in extension:
        extension["images"] = [{"url": image.get("url")} for image in _images(item)]
    if not isinstance(extension.get("organisation"), dict):
        extension["organisation"] = {}
    for pointer in dict.fromkeys([*_ALWAYS, *(_TOGETHER.get(name, COLUMNS[name].pointer) for name in corrected)]):
        _set(made, pointer, _at(composed, pointer))
    return made


def pictures_in(item: Mapping[str, Any], cells: Mapping[str, str]) -> tuple[Picture, ...] | None:
    """The pictures that the item names; None where ``cells`` name others."""
    first = cells_of(item)
    if any(cells.get(name, "") != first.get(name, "") for name in ("image", "image_alt")):
        return None
    return tuple(Picture(_text(one.get("url")), _text(one.get("alt")) or None) for one in _images(item))


def names_of(url_or_id: str, organisation: str) -> tuple[str, str]:
    """The text of ``organisation`` and ``id`` that make the key of this listing, as far as its id says what that is."""
    key = url_or_id.rpartition("/listings/")[2]
    slug, dot, local = key.partition(".")
    if not dot or "/listings/" not in url_or_id or new_key(slug, local) != key or slug_of(slug) != slug:
        return organisation, url_or_id
    return (organisation if slug_of(organisation) == slug else slug), local


def _names(item: Mapping[str, Any]) -> dict[str, str]:
    organisation = _at(item, "/_sharefeed/organisation")
    name = organisation.get("name") if isinstance(organisation, Mapping) else None
    named, ref = names_of(_text(item.get("id")), _text(name))
    return {"organisation": named, "id": ref}


def _images(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _at(item, "/_sharefeed/images")
    if isinstance(found, list) and found:
        return [one for one in found if isinstance(one, Mapping)]
    return [{"url": item["image"]}] if isinstance(item.get("image"), str) else []


def _one_address(value: Any) -> str:
    """An address in which nothing separates one from the next."""
    return _one_line(value).replace(";", "%3B").replace("|", "%7C")


def _one_line(value: Any) -> str:
    return " ".join(_text(value).replace("|", "/").split())


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return value if isinstance(value, str) else repr(value)


def _steps(pointer: str) -> Iterable[str]:
    return pointer.removeprefix("/").split("/")


def _at(item: Any, pointer: str) -> Any:
    """What stands there; None where nothing does."""
    for step in _steps(pointer):
        if not isinstance(item, Mapping):
            return None
        item = item.get(step)
    return item


def _set(item: dict[str, Any], pointer: str, value: Any) -> None:
    """Put a value there, or take away what stands there where it is None."""
    *way, last = _steps(pointer)
    for step in way:
        inner = item.get(step)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = item[step] = {}
        item = inner
    if value is None:
        item.pop(last, None)
    else:
        item[last] = value
