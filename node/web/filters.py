"""Everything that templates word things with, under one roof."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from jinja2 import Environment

from node.web import card_days, day_strip, event_words, slots, words
from node.web.view_model_parts import Form


def has_errors(page: Any) -> bool:
    """Whether a form of this page has something to put right: then its title says so first."""
    if not is_dataclass(page):
        return False
    values = (getattr(page, one.name) for one in fields(page))
    return any(isinstance(value, Form) and value.errors for value in values)


def install(environment: Environment) -> None:
    """Give a Jinja environment our filters and ``drawn_once``; block tags then leave no blank lines behind."""
    environment.filters.update(
        {**words.FILTERS, **card_days.FILTERS, **day_strip.FILTERS, **event_words.FILTERS, "has_errors": has_errors}
    )
    environment.globals["drawn_once"] = slots.drawn_once
    environment.trim_blocks = environment.lstrip_blocks = True
