"""The marshmallow fields that every document shares: text, addresses, moments, numbers with a range.

Each refusal is a `Fault`: a plain sentence that also carries a stable code. marshmallow's own ``Url`` lets
``localhost`` and odd spellings through and its ``String`` lets NUL and lone surrogates through, hence these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from marshmallow import Schema, fields
from marshmallow import missing as missing_
from marshmallow.exceptions import ValidationError

from schemas.errors import Problem, pointer

MAX_URL = 2048
MAX_TEXT = 10_000

# C0 except tab and line ends, DEL, C1, surrogates and what XML 1.0 section 2.2 forbids.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NO_CONTROLS = "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\uFFFE\\uFFFF]*$"
"""The same as JSON Schema has it."""
_HTTP_URL = re.compile(r"https?://[^\s/?#@\\<>\"{}|^`]+(?:[/?#][^\s\\<>\"{}|^`]*)?\Z", re.IGNORECASE)
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Fault(str):
    """A message with its stable ``code``; a str, so that marshmallow carries it untouched."""

    __slots__ = ("code",)

    code: str

    def __new__(cls, code: str, message: str) -> Fault:
        fault = super().__new__(cls, message)
        fault.code = code
        return fault


def refuse(code: str, message: str, field: str | None = None) -> ValidationError:
    """The `ValidationError` for one fault, at ``field`` when it is raised by a whole-schema rule."""
    fault = Fault(code, message)
    return ValidationError({field: [fault]}) if field else ValidationError([fault])


GENERAL_FAULTS = {
    "required": Fault("missing", "This is required."),
    "null": Fault("missing", "This must not be null."),
}


class Field(fields.Field[Any]):
    """Base of our fields: one way to refuse, with a code, and no formatting that would lose it."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """As marshmallow's, but straight to the point where there is a value: our fields carry no validators."""
        if value is missing_ or value is None:
            return super().deserialize(value, attr, data, **kwargs)
        return self._deserialize(value, attr, data, **kwargs)

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError([GENERAL_FAULTS.get(key, Fault("invalid", "This is not valid."))])

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Text(Field):
    """Unicode text without control characters, surrogates or anything XML forbids; 1 to ``limit`` characters."""

    def __init__(self, limit: int = MAX_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if type(value) is not str:
            raise refuse("not-text", "This must be text.")
        if len(value) > self.limit:
            raise refuse("too-long", f"This has {len(value)} characters; at most {self.limit} are allowed.")
        if FORBIDDEN.search(value):
            raise refuse("bad-text", "This holds a control character or one that XML forbids.")
        if self.required and not value.strip():
            raise refuse("missing", "This must not be empty.")
        return value


class Pattern(Text):
    """Text of one form; ``code`` and ``message`` say what the form is."""

    form: re.Pattern[str]
    code: str
    message: str

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.form.match(text):
            raise refuse(self.code, self.message)
        return text


class _Address(Pattern):
    """Text that says where something is, or names it; at most `MAX_URL` bytes, for databases find rows by it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=MAX_URL, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if self._is_plain(value):
            return str(value)
        address = super()._deserialize(value, attr, data, **kwargs)
        if not address.isascii() and len(address.encode()) > self.limit:
            raise refuse("too-long", f"This has {len(address.encode())} bytes; at most {self.limit} are allowed.")
        if "[" in address or "]" in address or not address.isascii():
            self._refuse_unreadable(address)
        return address

    def _is_plain(self, value: Any) -> bool:
        """Whether it is right at first sight, as nearly all are: seven stand in a receipt, a dozen in a listing."""
        return type(value) is str and len(value) <= self.limit and _is_plain(self.form, value)

    def _refuse_unreadable(self, address: str) -> None:
        """What fits the form and still has no host that can be read, such as half of an IPv6 address."""
        try:
            urlsplit(address)
        except ValueError as error:
            raise refuse(self.code, self.message) from error


@lru_cache(maxsize=1024)
def _is_plain(form: re.Pattern[str], address: str) -> bool:
    """The same few nodes and organisations are named again and again."""
    seen = address.isascii() and address.isprintable() and form.match(address) is not None
    return seen and "[" not in address and "]" not in address


class HttpUrl(_Address):
    """An http or https address (RFC 3986) without user information."""

    form, code = _HTTP_URL, "bad-url"
    message = "This must be a web address that begins with https:// or http://."


class AbsoluteUri(_Address):
    """Any absolute URI: https, tag, urn and so on."""

    form, code, message = _ABSOLUTE_URI, "bad-uri", "This must be an absolute URI, such as a web address."


class Language(Pattern):
    """A BCP 47 language tag, by its shape."""

    form, code, message = _LANGUAGE, "bad-language", "This must be a language tag such as en or pl."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=35, **kwargs)


class Choice(Field):
    """One of a fixed set of words."""

    def __init__(self, choices: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words, self.choices = tuple(choices), frozenset(choices)
        self.wording = f"This must be one of: {', '.join(choices)}."

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if type(value) is not str or value not in self.choices:
            raise refuse("not-a-choice", self.wording)
        return value


class Moment(Field):
    """An RFC 3339 date-time with an offset; an aware ``datetime`` in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if type(value) is not str or not _MOMENT.match(value):
            raise refuse("bad-date", "This must be a date and time with a zone, such as 2026-12-05T09:00:00Z.")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise refuse("bad-date", "There is no such date or time.") from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rfc3339(value)


class Day(Field):
    """A calendar date (RFC 3339 full-date); the date part of a date-time is taken as well."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if type(value) is not str or not _DAY.match(value):
            raise refuse("bad-date", "This must be a date such as 2026-12-05.")
        try:
            return date.fromisoformat(value[:10])
        except ValueError as error:
            raise refuse("bad-date", "There is no such date.") from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Number(Field):
    """A finite number from ``low`` to ``high``, both allowed; whole where ``whole`` is set."""

    def __init__(self, low: float, high: float, whole: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.low, self.high, self.whole = low, high, whole

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float | int:
        if type(value) not in (int, float) or not self.low <= value <= self.high:
            raise refuse("bad-number", f"This must be a number from {self.low:,g} to {self.high:,.0f}.")
        if self.whole and value != int(value):
            raise refuse("bad-number", "This must be a whole number.")
        return int(value) if self.whole else value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | int | None:
        # 100 and 100.0 are one number in JSON; the shorter spelling is the canonical one (RFC 8785).
        return int(value) if isinstance(value, float) and value.is_integer() else value


class Flag(Field):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise refuse("not-a-choice", "This must be true or false.")
        return value


class Many(Field):
    """An array of one kind of thing, ``least`` to ``limit`` of them; loads to a tuple."""

    def __init__(self, inner: Field, limit: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner, self.limit, self.least = inner, limit, least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise refuse("not-a-list", "This must be a list.")
        if len(value) > self.limit:
            raise refuse("too-many", f"There are {len(value)} of these; at most {self.limit} are allowed.")
        if len(value) < self.least:
            raise refuse("too-few", f"There are {len(value)} of these; at least {self.least} are needed.")
        loaded, faults = [], {}
        for index, member in enumerate(value):
            try:
                loaded.append(self.inner.deserialize(member))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return tuple(loaded)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any]:
        return [self.inner._serialize(member, attr, obj) for member in value]


class Part(Field):
    """A nested document, loaded by a schema that is built once and reused.

    One organisation, and often one place, stands in every listing of a page: what was loaded once is remembered by its
    JSON text, which halves the time of a page. What is loaded is frozen, so that it can be shared.
    """

    REMEMBERED = 1024
    LONGEST_REMEMBERED = 4096

    def __init__(self, schema: Schema, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema = schema
        self._loaded: dict[bytes, Any] = {}
        # A plain dict is not to be shared, and such parts differ from listing to listing anyway.
        self._remembers = getattr(schema, "made", dict) is not dict

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not self._remembers or not isinstance(value, dict):
            return self.schema.load(value)
        try:
            key = orjson.dumps(value)
        except TypeError:
            # Half a character somewhere; the schema says where.
            return self.schema.load(value)
        known = self._loaded.get(key)
        if known is not None:
            return known
        loaded = self.schema.load(value)
        if len(key) <= self.LONGEST_REMEMBERED:
            if len(self._loaded) >= self.REMEMBERED:
                self._loaded.clear()
            self._loaded[key] = loaded
        return loaded

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else self.schema.dump(value)


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, to the second, ending in Z: the one spelling that we write."""
    # Not strftime: that writes the year 987 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def rfc3339_of(seconds: int | None) -> str | None:
    """The moment that many seconds after 1970 in UTC, as `rfc3339` spells it; None stays None."""
    return None if seconds is None else rfc3339(datetime.fromtimestamp(seconds, UTC))


def without_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something: no null, no empty list, no empty object."""
    return {name: value for name, value in document.items() if value not in (None, [], {}, ())}


def problems_of(messages: Any, path: tuple[str | int, ...] = ()) -> list[Problem]:
    """marshmallow's nested messages as problems with JSON Pointers, in document order."""
    if isinstance(messages, Mapping):
        found = []
        for name, inner in messages.items():
            # A whole-schema rule without a field reports under "_schema": it belongs to the object itself.
            found += problems_of(inner, path if name == "_schema" else (*path, name))
        return found
    if isinstance(messages, list):
        return [problem for message in messages for problem in problems_of(message, path)]
    return [Problem(pointer(path), getattr(messages, "code", "invalid"), str(messages))]
