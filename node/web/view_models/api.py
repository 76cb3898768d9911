"""The page about the API: its operations with a form to try each, what they answer, and what that is made of.

The conventions are those of ``parts``. The texts of the OpenAPI document are English and marked as such.
"""

from __future__ import annotations

from node.web.view_models.parts import Head, Link
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class ApiField:
    """One parameter as a field. ``kind`` is text, number, day, choice (one of ``values``) or choices (any of them).

    ``limits`` are in words; ``least``, ``most`` and ``longest`` as a form's field takes them.
    """

    name: str
    description: str = ""
    kind: str = "text"
    limits: str = ""
    values: tuple[str, ...] = ()
    example: str = ""
    typed: str = ""
    least: str | None = None
    most: str | None = None
    longest: int | None = None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """One status and what it means; ``form`` leads to what the answer is made of."""

    status: str
    meaning: str
    form: Link | None = None


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation. ``example_path`` is where an answer of this node can be seen, ``body`` what may be sent.

    ``curl`` asks for it from a command line, ``example`` is an answer as JSON, ``anchor`` its place on the page.
    """

    anchor: str
    name: str
    method: str
    path: str
    summary: str
    description: str = ""
    fields: tuple[ApiField, ...] = ()
    body: str | None = None
    answers: tuple[ApiAnswer, ...] = ()
    example: str = ""
    curl: str = ""
    example_path: str | None = None


@dataclass(frozen=True, slots=True)
class ApiGroup:
    """Operations about the same thing."""

    name: str
    description: str = ""
    operations: tuple[ApiOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiMember:
    """One member of an answer, inner ones by their path with dots; ``form`` leads to what it is made of."""

    name: str
    kind: str
    description: str = ""
    needed: bool = True
    form: Link | None = None


@dataclass(frozen=True, slots=True)
class ApiForm:
    """What an answer, or a part of one, is made of; ``anchor`` is its place on the page."""

    anchor: str
    name: str
    description: str = ""
    members: tuple[ApiMember, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiPage:
    """portal/api.html: how programs ask this board. ``quota`` is how many requests a minute one network may make."""

    head: Head
    document_path: str
    changes_path: str
    downloads_path: str
    groups: tuple[ApiGroup, ...] = ()
    forms: tuple[ApiForm, ...] = ()
    quota: int | None = None
