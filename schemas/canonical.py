"""The canonical form (RFC 8785, JCS), the listing hash and the state digest.

orjson writes the canonical form of nearly every listing byte for byte and 15 times faster than the reference library;
what it would write otherwise (a number outside the range where both agree, a name beyond ASCII, whose sort order
differs) goes to the `rfc8785` package. `tests/schemas/test_canonical.py` holds the two against each other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import rfc8785

from schemas.errors import DocumentError, Problem, pointer
from schemas.strict_json import AmbiguousObject, JsonValue

MAX_DEPTH = 32
MAX_PROBLEMS = 100
MAX_INTEGER = 2**53 - 1
DIGEST_MODULUS = 2**256
UNHASHED_MEMBERS = ("hash", "sig", "via")
EXTENSION = "_sharefeed"

_Path = tuple[str | int, ...]

# How a value can be written: as it stands, once whole floats became integers, or only by the reference library.
_PLAIN, _WHOLE_FLOATS, _FOREIGN = 0, 1, 2


def _say(problems: list[Problem], path: _Path, code: str, message: str) -> None:
    # A hostile item has a million faults; whoever mends it mends the first ones first.
    if len(problems) < MAX_PROBLEMS:
        problems.append(Problem(pointer(path), code, message))


def _float_form(value: float, path: _Path, problems: list[Problem]) -> int:
    # Beyond MAX_INTEGER every double is whole: one reader would see an exact integer, the next a rounded one.
    if not abs(value) <= MAX_INTEGER:
        _say(problems, path, "bad-number", "This number is too large to be read exactly.")
        return _PLAIN
    if value.is_integer():
        return _WHOLE_FLOATS
    # Outside this range orjson's spelling of a fraction differs from ECMAScript's.
    return _PLAIN if 1e-4 <= abs(value) < 1e15 else _FOREIGN


def _integer_form(value: int, path: _Path, problems: list[Problem]) -> int:
    if abs(value) > MAX_INTEGER:
        _say(problems, path, "bad-number", "This number is too large to be read exactly.")
    return _PLAIN


def _object_form(value: dict[str, JsonValue], path: _Path, problems: list[Problem]) -> int:
    if isinstance(value, AmbiguousObject):
        names = ", ".join(value.repeated)
        _say(problems, path, "repeated-name", f"These names stand more than once: {names}.")
    form = _PLAIN
    for name, member in value.items():
        if not name.isascii():
            form = _FOREIGN
        # Strings are most of a listing; testing for them here saves a call each.
        if type(member) is not str:
            form = max(form, _form(member, (*path, name), problems))
    return form


def _form(value: JsonValue, path: _Path, problems: list[Problem]) -> int:
    """How ``value`` can be written canonically; what no form can hold is added to ``problems``."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return _PLAIN
    if len(path) > MAX_DEPTH:
        _say(problems, path, "too-deep", f"Nested more than {MAX_DEPTH} deep.")
        return _PLAIN
    if kind is int:
        return _integer_form(value, path, problems)
    if kind is float:
        return _float_form(value, path, problems)
    if kind is list:
        return max((_form(member, (*path, index), problems) for index, member in enumerate(value)), default=_PLAIN)
    return _object_form(value, path, problems)


def _with_whole_numbers(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _with_whole_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(member) for member in value]
    return value


def canonical_bytes(value: JsonValue) -> bytes:
    """The RFC 8785 form of a JSON value.

    Raises `DocumentError` (codes ``bad-number``, ``bad-text``, ``repeated-name``, ``too-deep``) with JSON Pointers for
    what has no canonical form.
    """
    problems: list[Problem] = []
    form = _form(value, (), problems)
    if problems:
        raise DocumentError(problems)
    try:
        if form == _FOREIGN:
            return rfc8785.dumps(value)
        plain = _with_whole_numbers(value) if form == _WHOLE_FLOATS else value
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except (TypeError, UnicodeEncodeError, rfc8785.CanonicalizationError) as error:
        raise DocumentError(_surrogates(value) or [_unwritable(error)]) from error


def _unwritable(error: Exception) -> Problem:
    return Problem("", "bad-text", f"This cannot be written as JSON: {error}.")


def _surrogates(value: JsonValue, path: _Path = ()) -> list[Problem]:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            return [Problem(pointer(path), "bad-text", "Half of a character (a lone surrogate) stands here.")]
        return []
    members: Sequence[tuple[str | int, Any]] = ()
    if isinstance(value, list):
        members = list(enumerate(value))
    elif isinstance(value, dict):
        members = list(value.items())
    return [found for name, member in members for found in _surrogates(member, (*path, name))]


def bare(item: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The item as it is hashed: without the members that describe or carry the hash itself."""
    extension = item.get(EXTENSION)
    if not isinstance(extension, dict):
        return dict(item)
    kept = {name: value for name, value in extension.items() if name not in UNHASHED_MEMBERS}
    if isinstance(extension, AmbiguousObject):
        marked = AmbiguousObject(kept)
        marked.repeated = extension.repeated
        kept = marked
    return {**item, EXTENSION: kept}


def listing_hash(item: Mapping[str, JsonValue]) -> str:
    """SHA-256 of the item's canonical form, base64url without padding (43 characters).

    Raises `DocumentError` as `canonical_bytes` does.
    """
    if isinstance(item, AmbiguousObject):
        raise DocumentError.of("repeated-name", f"These names stand more than once: {', '.join(item.repeated)}.")
    return hash_of(canonical_bytes(bare(item)))


def hash_of(form: bytes) -> str:
    """SHA-256 of a canonical form, base64url without padding (43 characters)."""
    return base64.urlsafe_b64encode(hashlib.sha256(form).digest()).rstrip(b"=").decode("ascii")


def contribution(listing_id: str, hash_: str, via: Sequence[str] = ()) -> int:
    """What one listing adds to its source's digest: SHA-256(id, 0x00, hash, 0x00, canonical via) as an integer."""
    parts = (listing_id.encode("utf-8", "surrogatepass"), hash_.encode(), orjson.dumps(list(via)))
    return int.from_bytes(hashlib.sha256(b"\0".join(parts)).digest(), "big")


def digest_hex(total: int) -> str:
    """A digest as 64 hexadecimal digits; sums are taken modulo 2^256 so that one addition keeps a change in step."""
    return f"{total % DIGEST_MODULUS:064x}"


def digest_value(text: str) -> int:
    """The integer behind `digest_hex`. Raises `ValueError` for anything else."""
    if len(text) != 64:
        raise ValueError("a digest has 64 hexadecimal digits")
    return int(text, 16)
