"""Requests as rows, on more than one page of the desk."""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.parts import Form
from schemas.records import dataclass

__all__ = ["DeskRequestRow", "ExchangePress"]


@dataclass(frozen=True, slots=True)
class ExchangePress:
    """Something that is done with one press."""

    label: str
    form: Form
    main: bool = False


@dataclass(frozen=True, slots=True)
class DeskRequestRow:
    """An exchange in a list: ``path`` is its page, ``marks`` say what is particular of it.

    ``day`` says when it is handed over or comes back, where that was named; ``is_late`` where it should be back.
    ``press`` says that it was handed over, or is back; ``manners`` as in `ExchangeView`.
    """

    title: str
    name: str
    path: str
    state: str
    since: datetime
    marks: tuple[str, ...] = ()
    press: ExchangePress | None = None
    manners: tuple[str, ...] = ()
    day: str = ""
    is_late: bool = False
