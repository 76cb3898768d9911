"""Everything that templates word things with, under one roof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from node.services.desk.place import PRECISIONS
from node.web.portal import card_days, day_strip, slots
from node.web.view_models.parts import Form
from node.web.wording import event_words, words


def has_errors(page: Any) -> bool:
    """Whether a form of this page has something to put right: then its title says so first."""
    if not is_dataclass(page):
        return False
    values = (getattr(page, one.name) for one in fields(page))
    return any(isinstance(value, Form) and value.errors for value in values)


def _for_each_reader(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The same filter, which Jinja leaves alone while it compiles a template.

    It works out ``'give'|word`` there and then otherwise, in the language of the first reader, for all who come after.
    """

    @pass_context
    @wraps(filter_)
    def asked(_: Context, *given: Any, **named: Any) -> Any:
        return filter_(*given, **named)

    return asked


def install(environment: Environment) -> None:
    """Give a Jinja environment our filters, ``drawn_once`` and ``metres_told``; block tags leave no blank lines."""
    ours: dict[str, Any] = {"has_errors": has_errors, **words.FILTERS, **card_days.FILTERS}
    ours |= {**day_strip.FILTERS, **event_words.FILTERS}
    environment.filters.update({name: _for_each_reader(one) for name, one in ours.items()})
    environment.globals.update(drawn_once=slots.drawn_once, metres_told=dict(PRECISIONS))
    environment.trim_blocks = environment.lstrip_blocks = True
