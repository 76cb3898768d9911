"""What the page shows on which an organisation moves to a node of its own."""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Form, Head
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskMovePage:
    """desk/move.html: ``form`` asks for the address of the new node, None once it moved ``to`` it.

    Until ``ends`` the listings are published here too, and ``undo`` takes it back; both None afterwards.
    """

    head: Head
    desk: DeskFrame
    days: int
    export_path: str
    form: Form | None
    to: str = ""
    ends: datetime | None = None
    undo: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskBrought:
    """What came of an organisation, and ``remarks`` about what did not. ``address`` is this node's."""

    name: str
    path: str
    members_path: str
    address: str
    listings: int = 0
    photos: int = 0
    bookings: int = 0
    stories: int = 0
    receipts: int = 0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskBringPage:
    """desk/bring.html: who runs the node brings an organisation. ``form`` takes a ``file`` of ``most_mb`` at most;
    afterwards ``brought`` says what came.
    """

    head: Head
    desk: DeskFrame
    form: Form | None
    most_mb: int
    brought: DeskBrought | None = None
