"""Everything that templates word things with, under one roof."""

from __future__ import annotations

from jinja2 import Environment

from node.web import card_days, words


def install(environment: Environment) -> None:
    """Give a Jinja environment every filter of ours; block tags then leave no blank lines behind."""
    environment.filters.update({**words.FILTERS, **card_days.FILTERS})
    environment.trim_blocks = environment.lstrip_blocks = True
