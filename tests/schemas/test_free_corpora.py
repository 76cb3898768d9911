"""What strangers send does not trouble the judgement: naughty strings in every field, and marks that are true."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Mark
from schemas.free.explain import fingerprint, word_problems
from schemas.free.texts import LONGEST, words_of
from tests.schemas.free_cases import CASES
from tests.schemas.made import CORPORA
from tests.thorough import examples

STRINGS = CORPORA / "naughty-strings.json"


def items_with(text: str) -> list[dict[str, Any]]:
    """An item with this text in each field that is read."""
    extension = dict.fromkeys(("terms", "safety", "accessibility", "request_url", "appeal"), text)
    return [
        {"title": text},
        {"title": "Desk", "content_text": text},
        {"title": "Desk", "content_html": text},
        {"title": "Desk", "tags": [text, "oak"]},
        {"title": "Desk", "_sharefeed": {**extension, "organisation": {"type": text}, "condition": text}},
        {
            "title": text + " from £5 each",
            "content_text": f"Half price {text} for sale",
            "content_html": f"<b>{text}</b>",
        },
    ]


def text_at(item: dict[str, Any], mark: Mark) -> str:
    found: Any = item
    for part in mark.pointer.split("/")[1:]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    assert isinstance(found, str)
    return found


def check(item: dict[str, Any]) -> None:
    problems = word_problems(item)
    for mark in (mark for problem in problems for mark in problem.marks):
        assert 0 <= mark.start < mark.end <= len(text_at(item, mark))
        assert text_at(item, mark)[mark.start : mark.end].strip()
    assert json.loads(json.dumps([problem.as_json() for problem in problems])) is not None
    assert len(fingerprint(item)) == 43


@pytest.mark.skipif(not STRINGS.is_file(), reason=f"the strings are not at {STRINGS}")
def test_naughty_strings_in_every_field() -> None:
    for text in json.loads(STRINGS.read_text(encoding="utf-8")):
        for item in items_with(text):
            check(item)


@settings(max_examples=examples(40), deadline=None)
@given(st.text(max_size=40))
def test_any_text_in_every_field(text: str) -> None:
    for item in items_with(text):
        check(item)


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(CASES), st.text(alphabet="aß İ\U0001f600\u0130\ufb01 .’", max_size=8))
def test_marks_hold_the_words_whatever_letters_stand_before(case: Any, before: str) -> None:
    """Some letters are two in lower case, or more than one unit elsewhere; places count characters as sent."""
    item = {**case.item, "content_text": f"{before} {case.text}"}
    check(item)
    for problem in word_problems(item):
        for mark in problem.marks:
            quoted = " ".join(text_at(item, mark)[mark.start : mark.end].split())
            assert quoted.lower() in " ".join(f"{case.title} {before} {case.text}".split()).lower()


def test_what_is_far_too_long_is_not_read_to_its_end() -> None:
    item = {"title": "Desk", "content_text": "word " * LONGEST, "content_html": "x" * LONGEST}
    assert len(words_of(item).text) <= LONGEST + 10
    check(item)


def test_many_tags_are_not_all_read() -> None:
    assert len(words_of({"title": "Desk", "tags": ["oak"] * 5000}).fields) < 100
