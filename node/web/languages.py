"""Which language a reader gets: the first of theirs that the interface has been translated into, else the node's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import request

from node.web import current_node

TRANSLATIONS = Path(__file__).parent.parent / "translations"
WRITTEN_IN = "en"
"""The language of the texts in the code and the templates."""


@cache
def translated() -> tuple[str, ...]:
    """Codes of the languages that there is a compiled translation for, and the one that needs none."""
    found = {path.parent.parent.name.replace("_", "-") for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")}
    return tuple(sorted(found | {WRITTEN_IN}))


def choose_language() -> str:
    """The locale for this request, as Babel names it."""
    own = str(current_node().settings.language)
    known = translated()
    if len(known) == 1:
        return own.replace("-", "_")
    offered = [own, *(code for code in known if code != own)]
    return (request.accept_languages.best_match(offered) or own).replace("-", "_")
