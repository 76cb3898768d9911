"""What organisations of each type often share: ideas for where nothing is known of those around."""

from __future__ import annotations

import flask_babel


def _(text: str) -> str:
    return str(flask_babel.gettext(text))


def often_shared() -> dict[str, tuple[str, ...]]:
    """By type of organisation, in the reader's language."""
    return {
        "business": (
            _("Desks, chairs and screens after a move or a refit"),
            _("A meeting room in the evenings"),
            _("An afternoon of bookkeeping, design or repairs"),
        ),
        "charity": (
            _("Tables, urns and gazebos between events"),
            _("Storage for a season"),
            _("What has been donated and does not fit"),
        ),
        "school": (
            _("A hall, a kitchen or a playing field out of hours"),
            _("Furniture that pupils have outgrown"),
            _("Books and old projectors"),
        ),
        "community_group": (
            _("Tools and garden machines that stand still most of the year"),
            _("Games, bunting and a tombola drum"),
            _("People who help to carry"),
        ),
        "faith_group": (
            _("A hall with a kitchen on weekdays"),
            _("Crockery for a hundred people"),
            _("Chairs, pews and a sound system"),
        ),
        "public_body": (
            _("Office furniture after a reorganisation"),
            _("Rooms in libraries and town halls"),
            _("Cones, barriers and signs for events"),
        ),
    }
