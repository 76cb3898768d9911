"""Pieces that are drawn once: the right text in each slot, escaped, in the reader's language, and no forged slots."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale
from markupsafe import Markup

from node.web.portal import slots
from node.web.portal.slots import Drawn, Shelf, drawn_once, slot
from node.web.wording import phrases

PAGE = """
{%- macro row(name, count) -%}
<li id="{{ name }}" title="{{ count }}">{{ name }}: {{ count }} {{ seen.append(name) or '' }}</li>
{%- endmacro -%}
{%- for name, count in rows %}{{ drawn_once(row, name, count=count) }}{% endfor -%}
"""


@pytest.fixture
def app() -> Flask:
    app = Flask("slots")
    Babel(app)
    phrases.install(app)
    app.jinja_env.globals["drawn_once"] = drawn_once
    return app


def draw(app: Flask, *rows: tuple[str, object]) -> tuple[str, list[str]]:
    """The page, and what was really drawn for it."""
    seen: list[str] = []
    with app.test_request_context("/"):
        return render_template_string(PAGE, rows=rows, seen=seen), seen


def test_each_text_stands_in_its_slot_and_is_escaped(app: Flask) -> None:
    page, _ = draw(app, ("a<b", 1), ("a<b", '"><script>'), ("a<b", Markup("<mark>2</mark>")))
    assert page == (
        '<li id="a&lt;b" title="1">a&lt;b: 1 </li>'
        '<li id="a&lt;b" title="&#34;&gt;&lt;script&gt;">a&lt;b: &#34;&gt;&lt;script&gt; </li>'
        '<li id="a&lt;b" title="<mark>2</mark>">a&lt;b: <mark>2</mark> </li>'
    )


def test_what_was_drawn_before_is_not_drawn_again(app: Flask) -> None:
    _, seen = draw(app, ("once", 1), ("once", 2), ("twice", 1))
    assert seen == ["once", "twice"]
    assert draw(app, ("once", 3))[1] == []


def test_each_language_has_its_own(app: Flask) -> None:
    draw(app, ("language", 1))
    with app.test_request_context("/"), force_locale("pl"):
        seen: list[str] = []
        render_template_string(PAGE, rows=[("language", 1)], seen=seen)
    assert seen == ["language"]


def test_no_text_can_stand_in_for_a_slot(app: Flask) -> None:
    """Not even one that knows what slots look like: their mark is another one in every process."""
    forged = slot("count").replace(slots._MARK, "0" * len(slots._MARK))
    assert f"{forged}: 7" in draw(app, (forged, 7))[0]


def test_a_text_that_is_put_in_is_not_looked_through(app: Flask) -> None:
    assert Drawn.of(f"<p>{slot('a')}</p>").filled({"a": slot("b")}) == f"<p>{slot('b')}</p>"


def test_a_shelf_forgets_what_was_unused_for_longest() -> None:
    shelf: Shelf[str] = Shelf(most=2)
    for key in ("a", "b", "a", "c"):
        if shelf.get(key) is None:
            shelf.keep(key, key.upper())
    assert [key for key in "abc" if shelf.get(key)] == ["a", "c"]
    assert len(shelf) == 2
