"""Whose language a text is in: what others wrote is marked, what the software says of documents is translated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from babel.support import NullTranslations
from flask import Flask
from lxml import html

from node.app import create_app
from node.web.view_models import all_pages as vm
from node.web.wording import said
from tests.fakes.mirrored import mirrored, write_mirrored
from tests.fakes.publisher import publisher
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import render

POLISH = vm.Language("pl", "Polski", current=True)


@pytest.mark.parametrize(
    ("stated", "own", "page", "attributes"),
    [
        pytest.param("pl", "en", make.site().language, {"lang": "pl", "dir": "auto"}, id="another language"),
        pytest.param("en", "en", make.site().language, {"dir": "auto"}, id="the page's"),
        pytest.param("en-US", "en", make.site().language, {"dir": "auto"}, id="the page's, elsewhere"),
        pytest.param("pt-BR", "en", POLISH, {"lang": "pt-BR", "dir": "auto"}, id="with a region"),
        pytest.param(None, "en", POLISH, {"lang": "en", "dir": "auto"}, id="not stated, on a page of another language"),
        pytest.param(None, "en", make.site().language, {"dir": "auto"}, id="not stated"),
        pytest.param('"><script>', "en", POLISH, {"lang": "en", "dir": "auto"}, id="nonsense"),
        pytest.param(None, '"><script>', POLISH, {"dir": "auto"}, id="nonsense in the settings"),
    ],
)
def test_other_peoples_words_carry_their_language(
    stated: str | None, own: str, page: vm.Language, attributes: dict[str, str]
) -> None:
    made = said.spoken(stated, make.site(language=page, own_language=own))
    assert dict(html.fragment_fromstring(f"<b{made}>x</b>").attrib) == attributes


def test_a_listing_in_another_language_is_marked_wherever_it_speaks() -> None:
    page = make.listing()
    polish = replace(page, card=replace(page.card, language="pl"), images=(make.image(),))
    tree = html.document_fromstring(render("portal/listing.html", polish, make.site()))
    assert {one.tag for one in tree.xpath("//main//*[@lang='pl']")} >= {"h1", "div", "img"}


# What the software says of documents


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("home")
    write_mirrored(home / "words")
    node = publisher(home, aggregate=True, translations="words", languages="en, he")
    yield create_app(node)
    node.database.close()


@pytest.mark.parametrize(
    ("message", "translated"),
    [
        pytest.param("This must be a list.", mirrored("This must be a list."), id="a sentence"),
        pytest.param(
            "This has 300 characters; at most 200 are allowed.",
            mirrored("This has %(a)s characters; at most %(b)s are allowed.") % {"a": 300, "b": 200},
            id="with values",
        ),
        pytest.param(
            "The node document lists https://a.example/x, which could not be used: There is no feed at this address.",
            mirrored("The node document lists %(a)s, which could not be used: %(b)s")
            % {"a": "https://a.example/x", "b": mirrored("There is no feed at this address.")},
            id="a sentence in a sentence",
        ),
        pytest.param(
            "It calls itself <b>&%(x)s now; before, it was 100 %.",
            mirrored("It calls itself %(a)s now; before, it was %(b)s.") % {"a": "&lt;b&gt;&amp;%(x)s", "b": "100 %"},
            id="hostile values",
        ),
        pytest.param("Nobody ever wrote this.", "<bdi>Nobody ever wrote this.</bdi>", id="unknown"),
        pytest.param("<script>", "<bdi>&lt;script&gt;</bdi>", id="markup"),
        pytest.param("", "<bdi></bdi>", id="nothing"),
    ],
)
def test_sentences_about_documents_are_translated_with_their_values(app: Flask, message: str, translated: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "he"}):
        assert str(said.said(message)) == translated


def test_in_english_they_stay_as_they_are(app: Flask) -> None:
    with app.test_request_context("/"):
        assert str(said.said("This must be a list.")) == "<bdi>This must be a list.</bdi>"


def test_without_translations_nothing_is_looked_for() -> None:
    assert said._patterns(NullTranslations()) == ()


def test_long_texts_of_strangers_are_looked_up_in_a_moment(app: Flask) -> None:
    """Patterns with several values try many ways to read a text; one that is cut off late must not take for ever."""
    hostile = "This has " + "9 characters; at most " * 90
    with app.test_request_context("/", headers={"Accept-Language": "he"}):
        assert said.translated(hostile[:2000]) is None
