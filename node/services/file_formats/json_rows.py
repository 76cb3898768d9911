"""Listings in JSON as rows of an import: feeds of ours without loss, any other JSON Feed, and what CommonsBooking says.

A feed of ours, the items of a download (NDJSON) and an export keep everything: what has no column stays with its row.
Of a plain JSON Feed come title, text, pictures, tags, language and the page. What states a price is refused like a row
that does. Refused as a whole is JSON that would take far more memory than its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import orjson

from node.services.file_formats.commons_booking import from_commons_api, is_commons_api, refuse_others
from node.services.file_formats.spreadsheet import MAX_ROWS, Sheet, SheetRow, SpreadsheetError
from node.services.importing.columns import COLUMNS, PRICE
from node.services.importing.item_cells import cells_of, names_of
from node.services.moving.export_zip import EXPORT
from schemas.canonical import EXTENSION
from schemas.free.prices import price_members

_MOST_PARTS, _MOST_COMMAS = 600_000, 3_000_000
_JSON = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
_TITLE_OF = 80
_OVER = ("withdrawn", "expired")
_MARKUP = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div|/h\d)\s*/?\s*>", re.IGNORECASE)


def begins_like_json(data: bytes) -> bool:
    return _JSON.match(data[:200]) is not None


def read_json(data: bytes) -> Sheet:
    """The rows of a JSON document, or of one a line. Raises `SpreadsheetError` for what holds no listings."""
    if data.count(b"[") + data.count(b"{") > _MOST_PARTS or data.count(b",") > _MOST_COMMAS:
        raise SpreadsheetError("This JSON has more parts than a list needs. If it is one, split it into smaller files.")
    document = _parsed(data)
    if isinstance(document, list):
        return _sheet(document)
    if is_commons_api(document):
        return from_commons_api(document)
    if isinstance(document.get("items"), list):
        return _sheet(document["items"])
    if EXTENSION in document or "content_text" in document:
        return _sheet([document])
    if _is_our_map(document):
        return _sheet([_flat(feature) for feature in document["features"] if isinstance(feature, dict)])
    refuse_others(document)
    raise SpreadsheetError("This JSON holds no listings that are known: no JSON Feed, and no list of another program.")


def _parsed(data: bytes) -> Any:
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise SpreadsheetError(f"This is not whole JSON: {error}.") from error
        document = [_line(number, line) for number, line in enumerate(lines, start=1)]
    if not isinstance(document, dict | list):
        raise SpreadsheetError("This JSON holds no listings.")
    return document


def _line(number: int, line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise SpreadsheetError(f"Line {number} is not whole JSON: {error}.") from error


def _is_our_map(document: Mapping[str, Any]) -> bool:
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        return False
    told = features[0].get("properties") if isinstance(features[0], dict) else None
    return isinstance(told, dict) and {"organisation_id", "direction", "category"} <= told.keys()


def _flat(feature: Mapping[str, Any]) -> dict[str, Any]:
    """A point of our map of listings as the record of a download."""
    told, geometry = feature.get("properties"), feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    located = isinstance(point, list) and len(point) == 2
    return {
        **(told if isinstance(told, dict) else {}),
        **(dict(zip(("lon", "lat"), point or (), strict=False)) if located else {}),
    }


def _sheet(items: Iterable[Any]) -> Sheet:
    rows: list[tuple[int, dict[str, str], Mapping[str, Any] | None]] = []
    for number, item in enumerate(items, start=1):
        if len(rows) == MAX_ROWS:
            raise SpreadsheetError(f"There are more than {MAX_ROWS:,} listings. Split the file into smaller ones.")
        if isinstance(item, dict):
            rows.append((number, *_row(item)))
    if not rows:
        raise SpreadsheetError("This feed holds no listings.")
    used = {name for _, cells, _ in rows for name in cells} | {"title"}
    headings = tuple(name for name in (*COLUMNS, PRICE) if name in used)
    made = [SheetRow(n, tuple(cells.get(name) for name in headings), item=item) for n, cells, item in rows]
    return Sheet(headings, tuple(made))


def _row(item: dict[str, Any]) -> tuple[dict[str, str], Mapping[str, Any] | None]:
    """The cells of an item, and the item itself where it is a listing of ours."""
    if isinstance(item.get(EXTENSION), dict):
        cells, own = cells_of(item), item.get(EXPORT)
        if isinstance(own, dict) and own.get("state") in _OVER:
            cells["status"] = "withdrawn"
        return cells, {name: value for name, value in item.items() if name != EXPORT}
    if "organisation_id" in item:
        return _of_record(item), None
    return _of_plain(item), None


def _of_record(record: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a record of a download (`download_rows.record`)."""
    told = {name: _text(record.get(name)) for name in COLUMNS if name != "url"}
    told["organisation"], told["id"] = names_of(told["id"], told["organisation"])
    return {name: text for name, text in told.items() if text}


def _of_plain(item: dict[str, Any]) -> dict[str, str]:
    """The cells of an item of any JSON Feed 1.1 (or 1.0)."""
    text = _text(item.get("content_text")) or _plain(_text(item.get("content_html"))) or _text(item.get("summary"))
    tags = item.get("tags")
    told = {
        "id": _text(item.get("id")) or _text(item.get("url")),
        "title": _text(item.get("title")) or " ".join(text.split())[:_TITLE_OF],
        "description": text,
        "language": _text(item.get("language")),
        "tags": ";".join(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else "",
        "image": ";".join(_pictures(item)),
        "request_url": _text(item.get("url")) or _text(item.get("external_url")),
        PRICE: next((_stated(item, problem.pointer) for problem in price_members(item)), ""),
    }
    return {name: value for name, value in told.items() if value}


def _pictures(item: Mapping[str, Any]) -> list[str]:
    attached = item.get("attachments")
    others = [
        _text(one.get("url"))
        for one in (attached if isinstance(attached, list) else ())
        if isinstance(one, dict) and _text(one.get("mime_type")).startswith("image/")
    ]
    found = [_text(item.get("image")), _text(item.get("banner_image")), *others]
    return [url.replace(";", "%3B").replace("|", "%7C") for url in dict.fromkeys(found) if url][:20]


def _stated(item: Any, pointer: str) -> str:
    """The price that stands there, as a cell says it."""
    for step in pointer.removeprefix("/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        item = item[int(name)] if isinstance(item, list) else item[name]
    return _text(item) or orjson.dumps(item).decode()[:_TITLE_OF]


def _plain(markup: str) -> str:
    text = unescape(_MARKUP.sub("", _BREAK.sub("\n", markup)))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return value.strip() if isinstance(value, str) else repr(value)
