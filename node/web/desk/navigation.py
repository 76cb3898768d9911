"""Where there is something at the desk of one organisation: one entry a part, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from node.services.identity.members import EDITOR, OWNER, VIEWER, Member
from node.voices import later
from node.web.view_models.desk import DeskTab
from node.web.wording.phrases import say
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the desk: ``path`` stands behind ``/desk/<slug>/``, and ``least`` is the role that sees the entry.

    What is not ``daily`` is one press further away on a phone.
    """

    code: str
    label: str
    path: str
    least: str = VIEWER
    daily: bool = False


ENTRIES: tuple[Entry, ...] = (
    Entry("overview", later("Overview"), "", daily=True),
    Entry("listings", later("Listings"), "listings", daily=True),
    Entry("requests", later("Requests"), "requests", daily=True),
    Entry("stories", later("Stories"), "stories"),
    Entry("photos", later("Photos"), "photos", EDITOR),
    Entry("calendar", later("Calendar"), "calendar"),
    Entry("print", later("Print"), "print"),
    Entry("recognition", later("Badges"), "recognition"),
    Entry("profile", later("About us"), "profile", OWNER),
    Entry("members", later("Members"), "members"),
    Entry("export", later("Take a copy"), "export"),
    Entry("tokens", later("Programs"), "tokens", OWNER),
    Entry("log", later("Log"), "log", OWNER),
)


def tabs(member: Member, current: str, root: str, waiting: Mapping[str, int]) -> tuple[DeskTab, ...]:
    """The entries for a member; ``current`` is the code of the one that is looked at, ``root`` stands in front.

    ``waiting`` says by code how much waits there for somebody.
    """
    return tuple(
        DeskTab(
            say(entry.label),
            f"{root}/desk/{member.slug}/{entry.path}",
            entry.code == current,
            waiting.get(entry.code, 0),
            entry.daily,
        )
        for entry in ENTRIES
        if member.may(entry.least)
    )
