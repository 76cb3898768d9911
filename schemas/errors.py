"""The one error root, and the form in which every bad document is explained.

A problem always says where (an RFC 6901 JSON Pointer, and a line where the format has lines), which rule (a stable
code), and in plain words what is wrong. Nothing here decides what happens next: that is the reader's policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.records import dataclass


class SharefeedError(Exception):
    """Root of every error this project raises on purpose; anything else that escapes is a bug."""


class Mark(NamedTuple):
    """Words of a document: the RFC 6901 pointer of their text, and the first character and the one after the last.

    Characters are Unicode code points.
    """

    pointer: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document.

    ``pointer`` is an RFC 6901 JSON Pointer into the document ("" is the whole), ``code`` a stable lower-case word such
    as ``not-free``, ``message`` a plain sentence, ``line`` a 1-based line number where the format has lines. Where
    words are at fault, ``marks`` are these words, and ``sign`` says what they are a sign of.
    """

    pointer: str
    code: str
    message: str
    line: int | None = None
    sign: str = ""
    marks: tuple[Mark, ...] = ()

    def __str__(self) -> str:
        where = self.pointer or "document"
        return f"{where}{f' (line {self.line})' if self.line else ''}: {self.message} [{self.code}]"

    def under(self, prefix: str) -> Problem:
        """The same problem seen from a document that holds this one at ``prefix``."""
        marks = tuple(mark._replace(pointer=prefix + mark.pointer) for mark in self.marks)
        return Problem(prefix + self.pointer, self.code, self.message, self.line, self.sign, marks)

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"pointer": self.pointer, "code": self.code, "message": self.message}
        if self.line is not None:
            shown["line"] = self.line
        if self.sign:
            shown["sign"] = self.sign
        if self.marks:
            shown["marks"] = [mark._asdict() for mark in self.marks]
        return shown

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Problem:
        """The problem that ``as_json`` gave."""
        marks = tuple(Mark(**mark) for mark in kept.get("marks", ()))
        return cls(kept["pointer"], kept["code"], kept["message"], kept.get("line"), kept.get("sign", ""), marks)


class DocumentError(SharefeedError):
    """A document that cannot be used as a whole: ``problems`` says why, never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, code: str, message: str, pointer: str = "", line: int | None = None) -> DocumentError:
        return cls([Problem(pointer, code, message, line)])


def pointer(parts: Iterable[str | int]) -> str:
    """The RFC 6901 JSON Pointer for a path of member names and array positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
