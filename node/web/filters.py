"""Everything that templates word things with, under one roof."""

from __future__ import annotations

from jinja2 import Environment

from node.web import card_days, day_strip, slots, words


def install(environment: Environment) -> None:
    """Give a Jinja environment our filters and ``drawn_once``; block tags then leave no blank lines behind."""
    environment.filters.update({**words.FILTERS, **card_days.FILTERS, **day_strip.FILTERS})
    environment.globals["drawn_once"] = slots.drawn_once
    environment.trim_blocks = environment.lstrip_blocks = True
