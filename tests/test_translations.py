"""What stands in the translations: as much as the text says, in files that are what the tool makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from lxml import html

from tools import translate

PLACEHOLDER = re.compile(r"%(?:\((\w+)\)[sdg]|%)")
LANGUAGES = translate.languages()
COMPLETE = ("pl",)
"""The languages in which nothing may be left in English; in others what is missing is shown in it."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_compiled_as_it_stands(language: str) -> None:
    catalog = translate.read(language)
    assert translate.path_of(language).read_bytes() == translate.po_of(catalog)
    assert translate.path_of(language, "mo").read_bytes() == translate.mo_of(catalog)


@pytest.mark.parametrize("language", COMPLETE)
def test_every_text_there_is_has_been_translated(language: str) -> None:
    catalog = translate.update(language)
    assert [message.id for message in translate.missing(catalog)] == []
    assert _ids(catalog) == _ids(translate.read(language)), "texts that are gone: ./run translate"


def _ids(catalog: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_no_person_and_no_day(language: str) -> None:
    head = translate.path_of(language).read_text(encoding="utf-8").partition("\n\n")[0]
    assert not re.search(r"(?i)date|translator|generated|team|\d{4}|@", head)


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_and_markup_survive_translation(language: str) -> None:
    assert [fault for message in _done(language) for fault in _faults(message)] == []


def _done(language: str) -> Iterator[Message]:
    return (message for message in translate.read(language) if message.id and message.string)


def _faults(message: Message) -> Iterator[str]:
    many = isinstance(message.id, tuple)
    originals = message.id if many else (message.id,)
    for form, string in enumerate(message.string if many else (message.string,)):
        # Where one of something is written out, as in "once", the first form may do so, too.
        said = originals if form == 0 else originals[-1:]
        if _placeholders(string) not in [_placeholders(original) for original in said]:
            yield f"{message.id}: {string}: other values"
        if "%" in PLACEHOLDER.sub("", string) and message.python_format:
            yield f"{message.id}: {string}: a lone %"
        if _tags(string) != _tags(originals[-1]):
            yield f"{message.id}: {string}: other markup"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _tags(text: str) -> list[str]:
    return sorted(element.tag for element in html.fragment_fromstring(text, create_parent=True).iter())
