"""JSON as RFC 8259 has it and RFC 7493 (I-JSON) tightens it: UTF-8, no NaN, no trailing rubbish, no doubtful names.

A repeated member name makes two readers see two documents, so it must not pass. Refusing the whole page for it would
punish the neighbours, so the object that holds it is marked (`AmbiguousObject`) and refused where it is used.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn, TypeAlias

import orjson

from schemas.errors import DocumentError

JsonValue: TypeAlias = Any
"""None, bool, int, float, str, list or dict with str names: what ``json`` yields."""


class AmbiguousObject(dict[str, JsonValue]):
    """An object in which at least one name stood more than once; ``repeated`` lists those names."""

    __slots__ = ("repeated",)

    repeated: tuple[str, ...]


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    marked = AmbiguousObject(members)
    # Counted in one go: a hostile object repeats one name a million times.
    counts = Counter(name for name, _ in pairs)
    marked.repeated = tuple(sorted(name for name, count in counts.items() if count > 1))
    return marked


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# One decoder for the process: building it costs as much as a small document.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def loads(data: bytes) -> JsonValue:
    """The value in ``data``; a UTF-8 byte order mark is tolerated (RFC 8259 section 8.1 lets a reader ignore it).

    Raises `DocumentError` with code ``malformed-json`` and the line of the fault. Lone surrogates in escapes and
    numbers beyond a double survive here, so that only the listing that holds them is refused (`schemas.canonical`).
    """
    found = _as_written(data)
    return _slowly(data) if found is _OTHERWISE else found


_OTHERWISE = object()


def _as_written(data: bytes) -> JsonValue:
    """The value of a document that is written as orjson writes it, in an eighth of the time; else `_OTHERWISE`.

    What comes out again byte for byte has no name twice, no number that another reader rounds, and no half characters.
    """
    try:
        found = orjson.loads(data)
        return found if orjson.dumps(found) == data.rstrip(_LINE_END) else _OTHERWISE
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return _OTHERWISE


_LINE_END = b"\n"


def _slowly(data: bytes) -> JsonValue:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 at byte {error.start}"
        raise DocumentError.of("malformed-json", message, line=line) from error
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}, column {error.colno}"
        raise DocumentError.of("malformed-json", message, line=error.lineno) from error
    except RecursionError as error:
        raise DocumentError.of("malformed-json", "nested too deeply") from error
    except ValueError as error:
        raise DocumentError.of("malformed-json", f"not JSON: {error}") from error
