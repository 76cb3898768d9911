"""Texts of templates: the reader's language, escaping, plural forms, and a language that changes within a request."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string, request
from flask_babel import Babel, force_locale

from node.web.wording import phrases


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An application that knows some Polish."""
    catalogue = Catalog("pl")
    catalogue.add("Desk", "Biurko")
    catalogue.add("From %(who)s", "Od: %(who)s")
    catalogue.add(("%(num)s chair", "%(num)s chairs"), ("%(num)s krzesło", "%(num)s krzesła", "%(num)s krzeseł"))
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = Flask("phrases")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    Babel(app, locale_selector=lambda: request.args.get("lang", "en"))
    phrases.install(app)
    return app


CASES = [
    ("en", "{{ _('Desk') }}", "Desk"),
    ("pl", "{{ _('Desk') }}", "Biurko"),
    ("pl", "{{ _('Not translated') }}", "Not translated"),
    ("pl", "{% trans who='<b>' %}From {{ who }}{% endtrans %}", "Od: &lt;b&gt;"),
    ("en", "{{ _('From %(who)s', who='<b>') }}", "From &lt;b&gt;"),
    ("en", "{% trans %}100 % free{% endtrans %}", "100 % free"),
    ("en", "{% trans num=1 %}{{ num }} chair{% pluralize %}{{ num }} chairs{% endtrans %}", "1 chair"),
    ("pl", "{% trans num=2 %}{{ num }} chair{% pluralize %}{{ num }} chairs{% endtrans %}", "2 krzesła"),
    ("pl", "{% trans num=5 %}{{ num }} chair{% pluralize %}{{ num }} chairs{% endtrans %}", "5 krzeseł"),
    ("en", "{% autoescape false %}{{ _('From %(who)s', who='<b>') }}{% endautoescape %}", "From <b>"),
]


@pytest.mark.parametrize(("language", "template", "said"), CASES)
def test_what_a_template_says(app: Flask, language: str, template: str, said: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert render_template_string(template) == said


def test_a_language_that_is_forced_for_a_while(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert phrases.say("Desk") == "Desk"
        with force_locale("pl"):
            assert phrases.say("Desk") == "Biurko"
        assert phrases.say("Desk") == "Desk"


def test_outside_of_a_request_texts_stay_as_they_are_written() -> None:
    assert phrases.say("From %(who)s", who="us") == "From us"


def test_each_request_has_its_own_language(app: Flask) -> None:
    for language, said in (("en", "Desk"), ("pl", "Biurko"), ("en", "Desk")):
        with app.test_request_context(f"/?lang={language}"):
            assert phrases.say("Desk") == said
