"""What every document shares: moments as they are written, problems with their places, parts that are loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow.exceptions import ValidationError

from schemas import fields
from schemas.document import Document
from schemas.errors import DocumentError, Problem, pointer
from schemas.fields import (
    AbsoluteUri,
    Fault,
    Field,
    HttpUrl,
    Many,
    Number,
    Part,
    Pattern,
    Text,
    problems_of,
    refuse,
    rfc3339,
    without_empty,
)
from tests.schemas import made


@given(made.moments())
def test_a_moment_is_read_as_it_is_written(moment: datetime) -> None:
    assert fields.Moment().deserialize(rfc3339(moment)) == moment


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(datetime(2026, 11, 22, 10, tzinfo=UTC), "2026-11-22T10:00:00Z", id="usual"),
        pytest.param(datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00Z", id="a year of three digits"),
        pytest.param(datetime(2026, 1, 1, 0, 0, 0, 999_999, UTC), "2026-01-01T00:00:00Z", id="to the second"),
        pytest.param(datetime.fromisoformat("2026-01-01T00:30+01:00"), "2025-12-31T23:30:00Z", id="another zone"),
    ],
)
def test_a_moment_has_one_spelling(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([Fault("a", "A.")], [Problem("", "a", "A.")], id="of the whole"),
        pytest.param({"x": [Fault("a", "A.")]}, [Problem("/x", "a", "A.")], id="of a member"),
        pytest.param({"x": {2: {"y": [Fault("a", "A.")]}}}, [Problem("/x/2/y", "a", "A.")], id="inside a list"),
        pytest.param({"x": {"_schema": [Fault("a", "A.")]}}, [Problem("/x", "a", "A.")], id="of an object"),
        pytest.param({"a/b~c": ["words"]}, [Problem("/a~1b~0c", "invalid", "words")], id="odd name, plain words"),
    ],
)
def test_messages_become_problems_with_their_places(messages: Any, expected: list[Problem]) -> None:
    assert problems_of(messages) == expected


def test_a_problem_says_where_and_what() -> None:
    problem = Problem("/x", "bad", "It is bad.", 3)
    assert str(problem) == "/x (line 3): It is bad. [bad]"
    assert problem.under("/items/2").as_json() == {
        "pointer": "/items/2/x",
        "code": "bad",
        "message": "It is bad.",
        "line": 3,
    }
    assert str(DocumentError([Problem("", "a", "A."), problem])) == f"document: A. [a]; {problem}"
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"


def test_what_says_nothing_is_left_out() -> None:
    document = {"a": 0, "b": False, "c": "", "d": None, "e": [], "f": {}, "g": ()}
    assert without_empty(document) == {"a": 0, "b": False, "c": ""}


@dataclass(frozen=True, slots=True)
class Box:
    width: int
    height: int = 1
    label: str | None = None


class BoxSchema(Document):
    made = Box
    width = Number(1, 9, whole=True, required=True)
    height = Number(1, 9, whole=True, load_default=2)
    label = Text(limit=9)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["height"] > loaded["width"]:
            raise refuse("too-tall", "It is taller than wide.", "height")


BOX = BoxSchema()


def test_a_document_loads_to_what_it_is_made_for() -> None:
    assert BOX.load({"width": 3, "later": 1}) == Box(3, 2)
    assert BOX.dump(Box(3, 2)) == {"width": 3, "height": 2}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({}, {"width": "missing"}, id="required"),
        pytest.param({"width": None, "label": 1}, {"width": "missing", "label": "not-text"}, id="null, and another"),
        pytest.param({"width": 2, "height": 3}, {"height": "too-tall"}, id="a rule over both"),
        pytest.param({"width": "x", "height": 3}, {"width": "bad-number"}, id="no such rule over what is not valid"),
    ],
)
def test_a_document_tells_all_its_faults(document: Any, expected: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        BOX.load(document)
    assert {p.pointer[1:]: p.code for p in problems_of(caught.value.messages)} == expected


def test_a_part_that_was_loaded_once_is_the_same_object() -> None:
    part = Part(BOX)
    assert part.deserialize({"width": 3}) is part.deserialize({"width": 3})
    assert part.deserialize({"width": 4}) == Box(4, 2)
    assert part.deserialize({"width": 3, "later": "\ud800"}) == Box(3, 2)


def test_a_part_that_is_faulty_is_faulty_every_time() -> None:
    part = Part(BOX)
    for document in ({"width": 99}, {"width": 99}, [], None):
        with pytest.raises(ValidationError):
            part.deserialize(document)


def test_what_is_remembered_stays_little() -> None:
    part = Part(BOX)
    for number in range(3 * Part.REMEMBERED):
        part.deserialize({"width": 3, "later": number})
    part.deserialize({"width": 3, "later": "x" * Part.LONGEST_REMEMBERED})
    assert len(part._loaded) <= Part.REMEMBERED
    assert max(map(len, part._loaded)) <= Part.LONGEST_REMEMBERED


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param([1, 2, 3], None, id="enough"),
        pytest.param([1], "too-few", id="too few"),
        pytest.param([1, 2, 3, 4], "too-many", id="too many"),
        pytest.param("12", "not-a-list", id="no list"),
        pytest.param([1, "x"], "bad-number", id="a bad member"),
    ],
)
def test_a_list_has_its_bounds(value: Any, code: str | None) -> None:
    many = Many(Number(0, 9), limit=3, least=2)
    try:
        found = many.deserialize(value)
    except ValidationError as error:
        found = problems_of(error.messages)[0].code
    assert found == (code or tuple(value))


@pytest.mark.parametrize(
    ("field", "text", "good"),
    [
        pytest.param(HttpUrl(), "http://[2001:db8::1]/x", True, id="IPv6"),
        pytest.param(HttpUrl(), "http://[2001:db8::1/x", False, id="half of it"),
        pytest.param(HttpUrl(), "https://a]/x", False, id="the other half"),
        pytest.param(HttpUrl(), "https://exa\u2100mple.org/", False, id="a letter that stands for a slash"),
        pytest.param(HttpUrl(), "https://m\u00fcnchen.example/a[b]", True, id="brackets in a path"),
        pytest.param(AbsoluteUri(), "https://[/x", False, id="a name"),
        pytest.param(AbsoluteUri(), "tag:a.example,2026:[x]", True, id="a tag"),
    ],
)
def test_an_address_can_be_taken_apart(field: Field, text: str, good: bool) -> None:
    try:
        assert urlsplit(field.deserialize(text)).scheme
    except ValidationError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize("kind", [HttpUrl, AbsoluteUri])
@given(st.text("htps:/a.1@[]?#% é\x00\x7f\n\u2028", max_size=12).map("https://a{}".format) | st.text(max_size=8))
def test_an_address_that_is_plain_at_first_sight_is_one(kind: type[Pattern], text: str) -> None:
    seen, looked_at = kind(), kind()
    setattr(looked_at, "_is_plain", lambda _value: False)  # noqa: B010 - only this one looks at each of them closely

    def read(field: Pattern) -> str:
        try:
            return field.deserialize(text)
        except ValidationError as error:
            return str(error)

    assert read(seen) == read(looked_at)
