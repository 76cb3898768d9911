"""What this browser did last with several listings, kept in its signed cookie for an hour, so that it can be undone."""

from __future__ import annotations

from flask import session
from flask_babel import ngettext

from node.services.desk.undo import UNDO_S, Undone
from node.web import current_node
from node.web.form_state import form_at
from node.web.view_models.parts import Form
from schemas.records import dataclass

_KEY = "undo"


@dataclass(frozen=True, slots=True)
class Kept:
    """By which mark it is taken back, and with how many it was done."""

    mark: str
    count: int


def remember(slug: str, mark: str, count: int) -> None:
    if count:
        session[_KEY] = [slug, mark, count, current_node().now]


def remembered(slug: str) -> Kept | None:
    """What was done in this organisation less than an hour ago."""
    kept = session.get(_KEY)
    if not kept or kept[0] != slug or not 0 <= current_node().now - kept[3] < UNDO_S:
        return None
    return Kept(kept[1], kept[2])


def forget() -> None:
    session.pop(_KEY, None)


def button(slug: str) -> Form | None:
    return form_at(f"/desk/{slug}/listings/undo") if remembered(slug) else None


def told(what: Undone) -> str:
    """What is said after it was taken back."""
    said = [ngettext("%(num)s listing is as it was.", "%(num)s listings are as they were.", what.done)]
    if what.rest:
        said.append(ngettext("%(num)s is left.", "%(num)s are left.", what.rest))
    elif what.changed:
        said.append(
            ngettext(
                "%(num)s was left, because somebody changed it since.",
                "%(num)s were left, because somebody changed them since.",
                what.changed,
            )
        )
    return " ".join(str(one) for one in said)
