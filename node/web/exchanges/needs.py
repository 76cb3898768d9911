"""How much something is needed, where who needs it most has it: what there is to choose from, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping

from node.services.exchanges.asking import NEEDS
from node.web.view_models.parts import Choice
from node.web.wording.code_words import word


def needs(typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """What one can choose, with what was chosen."""
    chosen = typed.get("need") or "0"
    return tuple(Choice(str(code), word(str(code), "exchange_need"), str(code) == chosen) for code in NEEDS)


def chosen_need(typed: Mapping[str, str]) -> int:
    """What somebody chose; the least where they chose nothing that there is."""
    return next((code for code in NEEDS if typed.get("need", "").strip() == str(code)), 0)
