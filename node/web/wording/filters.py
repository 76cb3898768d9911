"""Everything that templates word things with, under one roof."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from jinja2 import Environment

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


def install(environment: Environment) -> None:
    """Give a Jinja environment our filters, ``drawn_once`` and ``metres_told``; block tags leave no blank lines."""
    environment.filters.update(
        {**words.FILTERS, **card_days.FILTERS, **day_strip.FILTERS, **event_words.FILTERS, "has_errors": has_errors}
    )
    environment.globals.update(drawn_once=slots.drawn_once, metres_told=dict(PRECISIONS))
    environment.trim_blocks = environment.lstrip_blocks = True
