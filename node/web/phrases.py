"""The texts of templates in the reader's language, looked up once a request.

Flask-Babel asks for the request, its locale and its catalogue anew for each text; for the hundred and more texts of a
page that took as long as a search. Babel's catalogues are the same here, and so are the rules: a text is markup of
ours, what is put into it is escaped.
"""

from __future__ import annotations

from typing import Any

import flask_babel
from babel import Locale
from babel.support import NullTranslations
from flask import g
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_NOTHING = NullTranslations()
_HELD = "sharefeed_translations"


def install(environment: Environment) -> None:
    """Take the place of the functions that Flask-Babel gave the environment."""
    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)


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


def say(text: str, **values: Any) -> str:
    """``text`` in the reader's language, for Python code that says the same few things for every listing."""
    said = str(translations().ugettext(text))
    return said % values if values else said


def later(text: str) -> str:
    """``text`` itself: a mark for the translators on what `say` will be asked for with a variable."""
    return text


def locale() -> Locale | None:
    """The locale of this request; None outside of requests."""
    known = getattr(getattr(g, "_flask_babel", None), "babel_locale", None) if g else None
    chosen: Locale | None = known if known is not None else flask_babel.get_locale()
    return chosen


def translations() -> NullTranslations:
    """The catalogue for the locale of this request."""
    reader = locale()
    if reader is None:
        return _NOTHING
    # Kept with the locale it is for, which may be another one for a while inside `force_locale`.
    held: tuple[Locale, NullTranslations] | None = g.get(_HELD)
    if held is None or held[0] is not reader:
        held = (reader, flask_babel.get_translations())
        setattr(g, _HELD, held)
    return held[1]
