"""What the page "Is everything working?" shows."""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Head
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class HealthPart:
    """One part of the node. ``state``: ok, look or broken, ``word`` says it.

    ``at`` is the moment of which ``what`` speaks, ``since`` when it was first found not to be well; ``means`` and
    ``next`` are empty where all is well.
    """

    name: str
    state: str
    word: str
    what: str
    means: str = ""
    next: str = ""
    at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HealthReader:
    """A node that reads us, as it names itself; ``behind`` is how many changes it had not seen, None if unknown."""

    address: str
    last: datetime
    behind: int | None = None


@dataclass(frozen=True, slots=True)
class DeskHealthPage:
    """desk/health.html: ``sentence`` says the whole, ``state`` is that of its worst part.

    ``amiss`` are the parts that are not well, ``well`` the others; ``readers`` are the nodes that read our feeds.
    """

    head: Head
    desk: DeskFrame
    sentence: str
    state: str
    amiss: tuple[HealthPart, ...] = ()
    well: tuple[HealthPart, ...] = ()
    readers: tuple[HealthReader, ...] = ()
