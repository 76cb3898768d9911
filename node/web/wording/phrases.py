"""The texts of templates in the reader's language, looked up once a request.

Flask-Babel asks for the request, its locale and its catalogue anew for each text; for the hundred and more texts of a
page that took as long as a search. Babel's catalogues are the same here, and so are the rules: a text is markup of
ours, what is put into it is escaped.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, NamedTuple

import flask_babel
from babel import Locale
from babel.support import NullTranslations
from flask import Flask, appcontext_popped, appcontext_pushed, g
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_NOTHING = NullTranslations()


class _Held(NamedTuple):
    """What was looked up for a request; ``chosen`` is where Flask-Babel keeps its choice, which may change."""

    chosen: SimpleNamespace
    locale: Locale
    code: str
    translations: NullTranslations


_held: ContextVar[_Held | None] = ContextVar("sharefeed_translations", default=None)


def install(app: Flask) -> None:
    """Take the place of the functions that Flask-Babel gave the application's templates."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    appcontext_pushed.connect(_forget, app)
    appcontext_popped.connect(_forget, app)


def _forget(_app: Flask, **_more: object) -> None:
    _held.set(None)


@pass_eval_context
def gettext(evaluation: EvalContext, text: str, /, **values: Any) -> str:
    """``text`` in the reader's language, with ``values`` for its placeholders."""
    return _filled(evaluation, translations().ugettext(text), values)


@pass_eval_context
def ngettext(evaluation: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    """The form of a text that fits ``number``, which it may name as ``num``."""
    return _filled(evaluation, translations().ungettext(one, many, number), {"num": number, **values})


def _filled(evaluation: EvalContext, said: str, values: dict[str, Any]) -> str:
    if evaluation.autoescape:
        said = Markup(said)  # noqa: S704 - texts of ours and of translators, as Jinja's own functions take them
    # Jinja doubles each percent sign of a text in a block, so that it is always a pattern.
    return said % values


class InContext(str):
    """A text as it is meant in one context; other languages may have another word for it elsewhere."""

    __slots__ = ("context",)

    context: str


def say(text: str, **values: Any) -> str:
    """``text`` in the reader's language, for Python code that says the same few things for every listing."""
    if isinstance(text, InContext):
        return say_of(text.context, text, **values)
    said = str(translations().ugettext(text))
    return said % values if values else said


def say_of(context: str, text: str, /, **values: Any) -> str:
    """``text`` as it is meant in this context, for what other languages have several words for."""
    return str(translations().upgettext(context, text)) % values


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """The form of a text that fits ``count``."""
    return str(translations().ungettext(one, many, count)) % values


def later_of(context: str, text: str) -> str:
    """The same for `say_of`."""
    made = InContext(text)
    made.context = context
    return made


def locale() -> Locale | None:
    """The locale of this request; None outside of requests."""
    held = _current()
    return held.locale if held else None


def code() -> str:
    """The same as a text ("en_GB"), which is a quicker key than Babel's object; empty outside of requests."""
    held = _current()
    return held.code if held else ""


def translations() -> NullTranslations:
    """The catalogue for the locale of this request."""
    held = _current()
    return held.translations if held else _NOTHING


def _current() -> _Held | None:
    held = _held.get()
    # Inside `force_locale` it is another one for a while.
    if held is None or getattr(held.chosen, "babel_locale", None) is not held.locale:
        held = _looked_up()
        _held.set(held)
    return held


def _looked_up() -> _Held | None:
    chosen = flask_babel.get_locale()
    if chosen is None:
        return None
    return _Held(g._flask_babel, chosen, str(chosen), flask_babel.get_translations())
