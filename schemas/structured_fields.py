"""Structured fields of HTTP (RFC 9651), read strictly: dictionaries of items and inner lists, and written canonically.

What is read and written again is the same text, or it is refused; so nobody can say two things in one header. Refuses
dates, display strings and decimals, of which no header that is read here has any.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from schemas.errors import SharefeedError
from schemas.records import dataclass

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*")
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_ESCAPED = re.compile(r'\\(["\\])')
MOST_BYTES = 8192


class StructuredFieldError(SharefeedError):
    """The text of a header that is no structured field."""


class Token(str):
    """A word without quotes."""

    __slots__ = ()


Bare: TypeAlias = str | int | bool | bytes
Parameters: TypeAlias = Mapping[str, Bare]


@dataclass(frozen=True, slots=True)
class Item:
    value: Bare
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InnerList:
    items: tuple[Item, ...]
    parameters: Parameters = field(default_factory=dict)


Member: TypeAlias = Item | InnerList


def dictionary(text: str) -> dict[str, Member]:
    """A header that is a dictionary. Raises `StructuredFieldError`, also where a key stands twice."""
    if len(text) > MOST_BYTES or not text.isascii():
        raise StructuredFieldError("This header is too long, or holds letters beyond ASCII.")
    return _Reader(text.strip(" ")).dictionary()


def written(member: Member) -> str:
    """A member in the one spelling that RFC 9651 gives it."""
    if isinstance(member, InnerList):
        return f"({' '.join(written(one) for one in member.items)}){_written_parameters(member.parameters)}"
    return _written_bare(member.value) + _written_parameters(member.parameters)


def _written_parameters(parameters: Parameters) -> str:
    told = ((name, "" if value is True else "=" + _written_bare(value)) for name, value in parameters.items())
    return "".join(f";{name}{value}" for name, value in told)


def _written_bare(value: Bare) -> str:
    if isinstance(value, bool):
        return f"?{int(value)}"
    if isinstance(value, bytes):
        return f":{base64.b64encode(value).decode('ascii')}:"
    if isinstance(value, Token | int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def dictionary(self) -> dict[str, Member]:
        found: dict[str, Member] = {}
        while self._at < len(self._text):
            key = self._key()
            if key in found:
                raise StructuredFieldError(f"{key} stands twice in a header.")
            if self._take("="):
                found[key] = self._inner_list() if self._sees("(") else self._item()
            else:
                found[key] = Item(True, self._parameters())
            self._comma()
        return found

    def _comma(self) -> None:
        self._pass(" \t")
        if self._at == len(self._text):
            return
        self._need(",")
        self._pass(" \t")
        if self._at == len(self._text):
            raise StructuredFieldError("A header ends with a comma.")

    def _inner_list(self) -> InnerList:
        self._need("(")
        items = list[Item]()
        while True:
            self._pass(" ")
            if self._take(")"):
                return InnerList(tuple(items), self._parameters())
            items.append(self._item())
            if not (self._sees(" ") or self._sees(")")):
                raise StructuredFieldError("The items of a list stand apart by spaces.")

    def _item(self) -> Item:
        return Item(self._bare(), self._parameters())

    def _parameters(self) -> dict[str, Bare]:
        found: dict[str, Bare] = {}
        while self._take(";"):
            self._pass(" ")
            key = self._key()
            if key in found:
                raise StructuredFieldError(f"{key} stands twice among parameters.")
            found[key] = self._bare() if self._take("=") else True
        return found

    def _bare(self) -> Bare:
        if (found := self._match(_STRING)) is not None:
            return _ESCAPED.sub(r"\1", found[1:-1])
        if (found := self._match(_BYTES)) is not None:
            return _decoded(found[1:-1])
        if (found := self._match(_INTEGER)) is not None:
            return int(found)
        if (found := self._match(_TOKEN)) is not None:
            return Token(found)
        for text, value in (("?1", True), ("?0", False)):
            if self._text.startswith(text, self._at):
                self._at += 2
                return value
        raise StructuredFieldError("A header holds something that is no structured field.")

    def _key(self) -> str:
        found = self._match(_KEY)
        if found is None:
            raise StructuredFieldError("A key is missing in a header.")
        return found

    def _match(self, form: re.Pattern[str]) -> str | None:
        found = form.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[0]

    def _sees(self, letter: str) -> bool:
        return self._text.startswith(letter, self._at)

    def _take(self, letter: str) -> bool:
        seen = self._sees(letter)
        self._at += seen
        return seen

    def _need(self, letter: str) -> None:
        if not self._take(letter):
            raise StructuredFieldError(f"A header lacks {letter!r}.")

    def _pass(self, letters: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in letters:
            self._at += 1


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise StructuredFieldError("Bytes in a header are no base64.") from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise StructuredFieldError("Bytes in a header are spelt in an unusual way.")
    return raw
